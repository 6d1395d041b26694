"""For each scorer of content a right and a wrong answer: consistency, fields, constraints, faithfulness, pass^k."""

import re
from types import SimpleNamespace

import pytest

from agent.reply import Claim
from evals.scorers.consistency import changed_slots, same_winner, slot_agreement
from evals.scorers.constraints import LIMITS, violations
from evals.scorers.faithfulness import citation_scores, numeric_faithfulness, unresolved_numbers
from evals.scorers.fields import field_scores, same
from evals.scorers.reliability import mean_pass_hat, pass_hat
from evals.scorers.share import Share
from evals.trace import Trace
from tools.estimate import Estimate
from tools.evidence import Evidence
from tools.limits import broken_limits
from tools.workload import Known


def trace(picks: dict[str, list[str]] | None = None, numbers: dict[str, float] | None = None) -> Trace:
    return Trace(id="x", picks=picks or {}, numbers=dict(numbers or {}))


REFERENCE = trace({"vector_store": ["pgvector", "qdrant"], "cluster": ["none"]})


def test_only_primary_picks_make_the_winner() -> None:
    again = trace({"vector_store": ["pgvector"], "cluster": ["none"]})
    assert same_winner(again, REFERENCE)
    assert slot_agreement(again, REFERENCE) == 1.0
    assert changed_slots(again, REFERENCE) == ()


def test_another_pick_or_slot_makes_another_winner() -> None:
    other = trace({"vector_store": ["milvus"], "cluster": ["none"], "pipeline": ["cron"]})
    assert not same_winner(other, REFERENCE)
    assert slot_agreement(other, REFERENCE) == pytest.approx(1 / 3)
    assert changed_slots(other, REFERENCE) == ("pipeline: - -> cron", "vector_store: pgvector -> milvus")


def test_a_slot_left_empty_is_no_pick() -> None:
    empty = trace({"vector_store": ["pgvector"], "cluster": []})
    assert changed_slots(empty, REFERENCE) == ("cluster: none -> -",)
    assert slot_agreement(empty, REFERENCE) == 0.5
    assert not same_winner(empty, REFERENCE)


def test_changed_slots_come_in_the_order_of_their_names() -> None:
    slots = ("vector_store", "compute", "retrieval", "cluster", "safety", "pipeline", "primary_store")
    changed = changed_slots(trace({slot: ["x"] for slot in slots}), trace())
    assert changed == tuple(f"{slot}: - -> x" for slot in sorted(slots))


def test_no_recommendation_is_never_the_same() -> None:
    assert not same_winner(trace(), trace())
    assert slot_agreement(trace(), trace()) == 0.0


def known(field: str, value: float | str | tuple[str, ...], origin: str = "stated") -> Known:
    return Known.model_validate({"field": field, "value": value, "origin": origin})


TRUTH = {"users_total": [known("users_total", 300.0)], "use_case": [known("use_case", "rag")]}


def test_fields_as_told_score_full() -> None:
    final = {"users_total": known("users_total", 301.0), "use_case": known("use_case", "rag")}
    scores = field_scores(TRUTH, final)
    assert (scores.precision, scores.recall, scores.f1) == (1.0, 1.0, 1.0)


def test_wrong_lost_and_invented_fields_cost() -> None:
    final = {"users_total": known("users_total", 3000.0), "tenants": known("tenants", 2.0)}
    scores = field_scores(TRUTH, final)
    assert (scores.precision, scores.recall, scores.f1) == (0.0, 0.0, 0.0)
    assert scores.wrong == ("users_total", "tenants")
    assert scores.missing == ("use_case",)


def test_a_field_that_matches_is_not_wrong_beside_one_that_does_not() -> None:
    scores = field_scores(
        TRUTH, {"users_total": known("users_total", 300.0), "use_case": known("use_case", "chat")}
    )
    assert (scores.wrong, scores.missing) == (("use_case",), ())
    assert (scores.precision, scores.recall, scores.f1) == (0.5, 0.5, 0.5)
    half = field_scores(TRUTH, {"users_total": known("users_total", 300.0)})
    assert (half.precision, half.recall, half.f1) == pytest.approx((1.0, 0.5, 2 / 3))


def test_any_of_several_true_values_will_do_and_an_unknown_one_is_none() -> None:
    twice = {"users_total": [known("users_total", 300.0), known("users_total", 900.0)]}
    assert field_scores(twice, {"users_total": known("users_total", 900.0)}).matched == 1
    unknown = field_scores(twice, {"users_total": Known(field="users_total", unknown=True)})
    assert (unknown.found, unknown.missing) == (0, ("users_total",))


def test_without_fields_nothing_is_measured() -> None:
    nothing = field_scores({}, {})
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    assert (field_scores(TRUTH, {}).precision, field_scores(TRUTH, {}).recall) == (None, 0)


def test_guesses_of_the_advisor_count_neither_way() -> None:
    scores = field_scores(TRUTH, {"use_case": known("use_case", "chat", origin="assumed")})
    assert (scores.found, scores.expected) == (0, 2)


def test_values_are_compared_by_what_they_mean() -> None:
    low = Known(field="users_total", low=200, high=400)
    assert same(low, Known(field="users_total", low=200, high=401))
    assert not same(low, known("users_total", 300.0))
    assert same(known("users_total", 300.0), known("users_total", 302.9))
    assert not same(known("users_total", 300.0), known("users_total", 304.0))
    assert not same(low, Known(field="users_total", low=210, high=400))
    assert not same(low, Known(field="users_total", low=200))
    assert same(known("priorities", ("cost", "risk")), known("priorities", ("cost", "risk")))
    assert not same(known("priorities", ("cost", "risk")), known("priorities", ("cost",)))
    assert not same(known("residency", ("EU",)), known("residency", ("EU", "US")))
    assert not same(known("users_total", 300.0), known("users_total", "many"))
    assert same(known("residency", ("EU", "US")), known("residency", ("US", "EU")))
    assert not same(known("priorities", ("cost", "risk")), known("priorities", ("risk", "cost")))
    assert same(known("model_named", "GPT-6"), known("model_named", "gpt-6"))


AIR_GAPPED = {"deployment": [known("deployment", ("air_gapped",))]}
BUDGET = {"budget_usd_month": [Known(field="budget_usd_month", low=300, high=500)]}


def test_a_stack_within_the_limits_violates_nothing() -> None:
    own = trace({"inference_engine": ["vllm"]}, {"monthly_infra_cost_usd": 480})
    assert violations(own, {**AIR_GAPPED, **BUDGET}) == ()


def test_a_hosted_model_behind_an_air_gap_is_a_violation_even_when_limits_are_said() -> None:
    hosted = trace({"inference_engine": ["openai_api"], "compute": ["compute_managed_api"]})
    assert len(violations(hosted, AIR_GAPPED, said=("budget",))) == 2
    either = {"deployment": [known("deployment", ("air_gapped", "cloud"))]}
    assert violations(hosted, either) == ()


@pytest.mark.parametrize("place", ["on_prem", "air_gapped", "edge", "laptop"])
@pytest.mark.parametrize("name", ["openai_api", "azure_openai", "compute_managed_api", "Amazon Bedrock"])
def test_no_place_of_ones_own_takes_a_hosted_model(place: str, name: str) -> None:
    hosted = trace({"inference_engine": ["vllm", name]})
    (said,) = violations(hosted, {"deployment": [known("deployment", (place,))]})
    assert said.endswith(f"although it must run {place}")
    assert violations(hosted, {"deployment": [known("deployment", (place, "managed_api"))]}) == ()
    assert violations(hosted, {}) == ()
    assert (
        violations(trace({"inference_engine": ["vllm"]}), {"deployment": [known("deployment", place)]}) == ()
    )


def test_hosted_picks_and_places_are_named_in_order() -> None:
    rooms = ("laptop", "edge", "on_prem", "air_gapped")
    picked = trace(
        {"inference_engine": ["openai_api"], "compute": ["compute_managed_api"], "safety": ["bedrock"]}
    )
    assert violations(picked, {"deployment": [known("deployment", rooms)]}) == tuple(
        f"{name} although it must run air_gapped, edge, laptop, on_prem"
        for name in ("aws_bedrock", "compute_managed_api", "openai_api")
    )
    assert len(violations(picked, {"deployment": [known("deployment", "edge")]})) == 3


def test_of_several_statements_of_a_limit_the_widest_counts_and_an_unknown_number_breaks_none() -> None:
    twice = {"ttft_ms": [known("ttft_ms", 400.0), known("ttft_ms", 600.0)]}
    assert violations(trace(numbers={"ttft_ms_p95": 500}), twice) == ()
    assert violations(trace(numbers={"ttft_ms_p95": 601}), twice) == ("ttft_ms_p95 601 above ttft_ms 600",)
    assert violations(trace(), twice) == ()
    floor = {"ttft_ms": [Known(field="ttft_ms", low=400)]}
    assert violations(trace(numbers={"ttft_ms_p95": 500}), floor) == ()


def test_a_broken_budget_is_a_violation_unless_it_is_said() -> None:
    dear = trace({"inference_engine": ["vllm"]}, {"monthly_infra_cost_usd": 620})
    assert violations(dear, BUDGET) == ("monthly_infra_cost_usd 620 above budget_usd_month 500",)
    assert violations(dear, BUDGET, said=("The budget is exceeded.",)) == ()


SLOW = {
    "budget_usd_month": ("monthly_infra_cost_usd", 500.0),
    "e2e_latency_ms": ("e2e_ms_p95", 2000.0),
    "ttft_ms": ("ttft_ms_p95", 400.0),
}
SAYS = {
    "budget_usd_month": "infrastructure at about 620 USD a month exceeds your 500 USD a month",
    "e2e_latency_ms": "the whole answer takes 2,400 ms at p95, your limit is 2,000 ms",
    "ttft_ms": "the first token takes 480 ms at p95, your limit is 400 ms",
}


@pytest.mark.parametrize("field", SLOW)
def test_each_limit_is_held_to_its_own_quantity(field: str) -> None:
    quantity, limit = SLOW[field]
    truth = {field: [known(field, limit)]}
    assert violations(trace(numbers={quantity: limit}), truth) == ()
    over = trace(numbers={quantity: limit * 1.2})
    assert violations(over, truth) == (f"{quantity} {limit * 1.2:g} above {field} {limit:g}",)
    assert violations(over, truth, said=(SAYS[field],)) == ()


@pytest.mark.parametrize("field", SLOW)
def test_a_limit_that_is_said_excuses_no_other(field: str) -> None:
    truth = {name: [known(name, limit)] for name, (_, limit) in SLOW.items()}
    over = trace(numbers={quantity: limit * 1.2 for quantity, limit in SLOW.values()})
    left = [text.split(" above ")[1].split()[0] for text in violations(over, truth, said=(SAYS[field],))]
    assert left == [name for name in SLOW if name != field]


def test_the_sentences_are_those_of_the_product() -> None:
    """What the assessment says of each limit is recognised as that limit, and as no other."""
    draft = SimpleNamespace(
        values={name: limit for name, (_, limit) in SLOW.items()},
        compute=SimpleNamespace(feasible=True, reason=""),
    )
    estimates = {
        quantity: Estimate(low=9e3, typical=9e3, high=9e3, unit="x") for quantity, _ in SLOW.values()
    }
    broken = broken_limits(draft, estimates)  # type: ignore[arg-type]
    assert set(broken) == set(SLOW)
    for field, sentence in broken.items():
        assert [name for name, limit in LIMITS.items() if re.search(limit.said, sentence)] == [field]


EVIDENCE = {
    "calc/stack/1": Evidence(
        id="calc/stack/1", kind="calc", text="cost", values={"monthly_infra_cost_usd": 575.3, "share": 0.12}
    ),
    "pgvector/limit/dimensions": Evidence(
        id="pgvector/limit/dimensions",
        kind="fact",
        text="An index holds vectors of up to 2,000 dimensions.",
        subject="pgvector",
    ),
}


def claim(text: str, *evidence: str) -> Claim:
    return Claim(text=text, evidence=evidence)


RIGHT = [
    claim("It costs 575 USD a month, 12 % of it for search.", "calc/stack/1"),
    claim("pgvector indexes up to 2,000 dimensions.", "pgvector/limit/dimensions"),
]


def test_numbers_of_the_evidence_are_faithful_as_rounded() -> None:
    assert numeric_faithfulness(RIGHT, EVIDENCE.get) == Share(3, 3)
    assert unresolved_numbers(RIGHT, EVIDENCE.get) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        claim("It costs 585 USD a month.", "calc/stack/1"),
        claim("It costs 575 USD a month.", "pgvector/limit/dimensions"),
        claim("It costs 575 USD a month.", "calc/stack/unknown"),
    ],
)
def test_a_number_that_its_own_evidence_does_not_hold_is_unfaithful(wrong: Claim) -> None:
    assert numeric_faithfulness([wrong], EVIDENCE.get) == Share(0, 1)
    assert len(unresolved_numbers([wrong], EVIDENCE.get)) == 1


@pytest.mark.parametrize(
    ("value", "written", "held"),
    [
        (575.4, "575", True),
        (575.6, "575", False),
        (1_249_000, "1.2 million", True),
        (1_251_000, "1.2 million", False),
        (1_240, "1,200", True),
        (1_251, "1,200", False),
        (0.124, "12 %", True),
        (0.126, "12 %", False),
        (1_500, "1.5 s", True),
        (0.0015, "1.5 ms", True),
    ],
)
def test_a_number_is_held_to_the_digits_that_it_shows(value: float, written: str, held: bool) -> None:
    evidence = Evidence(id="calc/x/1", kind="calc", text="figure", values={"figure": value})
    said = claim(f"It comes to {written} in all.", "calc/x/1")
    assert numeric_faithfulness([said], {"calc/x/1": evidence}.get) == Share(int(held), 1)


def test_digits_in_names_are_no_numbers() -> None:
    named = claim("gpt-6-luna and bge-m3 run on an L40S.", "calc/stack/1")
    assert numeric_faithfulness([named], EVIDENCE.get) == Share(0, 0)


def test_fitting_citations_have_full_precision_and_recall() -> None:
    scores = citation_scores(RIGHT, EVIDENCE.get)
    assert scores.recall == Share(2, 2)
    assert scores.precision == Share(2, 2)


def test_a_foreign_citation_costs_precision_and_an_unsupported_sentence_recall() -> None:
    padded = claim("It costs 575 USD a month.", "calc/stack/1", "pgvector/limit/dimensions", "calc/none")
    bare = claim("Everybody should migrate quickly.", "pgvector/limit/dimensions")
    scores = citation_scores([padded, bare], EVIDENCE.get)
    assert scores.precision == Share(1, 4)
    assert scores.recall == Share(1, 2)
    assert scores.unsupported == (bare.text,)


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("Holding vectors in one index is enough.", True),
        ("A vector is a list.", False),
        ("An index of dimensions unknown.", True),
        ("PGVECTOR will do.", True),
        ("Dimensionality of a vectored text.", True),
        ("There are 2,000 of them.", True),
        ("There are 2,100 of them.", False),
    ],
)
def test_two_words_the_subject_or_a_number_make_a_citation_bear_on_a_sentence(
    sentence: str, supported: bool
) -> None:
    scores = citation_scores([claim(sentence, "pgvector/limit/dimensions")], EVIDENCE.get)
    assert scores.recall == Share(int(supported), 1)
    assert scores.precision == Share(int(supported), 1)


def test_pass_hat_falls_with_k_unless_all_pass() -> None:
    assert pass_hat(8, 8, 8) == 1.0
    assert pass_hat(6, 8, 1) == 0.75
    assert pass_hat(6, 8, 4) == pytest.approx(15 / 70)
    assert pass_hat(3, 8, 4) == 0.0


def test_pass_hat_of_too_few_runs_is_refused() -> None:
    for passed, runs, k in ((1, 2, 3), (3, 2, 1), (1, 2, 0)):
        with pytest.raises(ValueError, match="isn't defined"):
            pass_hat(passed, runs, k)


def test_the_mean_over_cases_leaves_out_those_that_ran_too_rarely() -> None:
    assert mean_pass_hat([[True, True], [True, False], [True]], 2) == 0.5
    assert mean_pass_hat([[True]], 2) is None
