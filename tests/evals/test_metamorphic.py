"""Each property with a ranking that keeps it and one that breaks it."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from evals.calibration import Claimed
from evals.digest import differing
from evals.metamorphic import PROPERTIES, Verdict, Violation, cheaper_because, subject_of
from evals.outcome import Outcome, Rank, StackOutcome, not_finite, ranker
from evals.overlay import NEWCOMER, Worlds, crowded, doubled, half_prices, overlaid, undisturbed
from evals.trial_report import as_json, report_of, table
from evals.trials import ANY_PROCESS, Bench, Trial, bench_of, run_workloads, trial_of
from evals.workloads import DrawnWorkload, draw_workload, draw_workloads
from knowledge import Knowledge, load
from knowledge.errors import InputRefused
from tools.workload import Workload

AS_OF = date(2026, 11, 25)
QUALITY = {"low": 1.0, "medium": 2.0, "high": 3.0, "frontier": 4.0}
FIELDS: dict[str, Any] = {
    "use_case": "chat",
    "request_rate_rps": 10.0,
    "e2e_latency_ms": {"low": 1000.0, "high": 2000.0},
    "budget_usd_month": 5000.0,
    "availability_pct": 99.5,
    "quality_bar": "medium",
    "deployment": ["cloud"],
}


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return load()


def demands(workload: Workload) -> dict[str, Any]:
    """What a ranking may read: the upper ends of the known values."""
    return {
        field: item.upper if item.upper is not None else item.value
        for field, item in sorted(workload.known.items())
        if not item.unknown
    }


def sensible(workload: Workload, bends: dict[str, float] | None = None, **changes: Any) -> Outcome:
    """Two stacks whose cost rises with every demand; `bends` turns a demand's effect round."""
    wanted, bent = demands(workload), bends or {}
    usd = (
        20 * round(wanted.get("request_rate_rps", 1.0), 6) ** bent.get("load", 1)
        + 100 * (1000 / round(wanted.get("e2e_latency_ms", 5000.0), 3)) ** bent.get("time", 1)
        + 50 * QUALITY[wanted.get("quality_bar", "medium")] ** bent.get("quality", 1)
        + 200 * (wanted.get("availability_pct", 99.5) / 99) ** bent.get("availability", 1)
    )
    fits = usd <= wanted.get("budget_usd_month", 1e12)
    store = next(
        name for name in ("first", "second", "third") if name not in wanted.get("avoid_components", ())
    )
    stacks = [
        StackOutcome(
            "a",
            0.8,
            fits,
            usd,
            place="a",
            picks=(("store", store),),
            candidates=(("store", ("first", "second")),),
        ),
        StackOutcome("b", 0.7, fits, 2 * usd, place="b", picks=(("store", "third"),)),
    ]
    return Outcome(tuple(stack._replace(**changes) for stack in stacks))


def raw_units(workload: Workload) -> Outcome:
    """Reads the number that was written, not the amount."""
    written = str(workload.known["request_rate_rps"].text)
    return Outcome((StackOutcome("day" if "unit" in written else "second"),))


def last_said(workload: Workload) -> Outcome:
    return Outcome((StackOutcome(workload.history[-1].field),))


def counts_facts(workload: Workload) -> Outcome:
    return Outcome((StackOutcome(str(len(workload.history))),))


def dearer_with_money(workload: Workload) -> Outcome:
    budget = demands(workload)["budget_usd_month"]
    return Outcome((StackOutcome("a", feasible=budget < 6000, usd=budget * 0.9),))


def needs_the_constraint(workload: Workload) -> Outcome:
    return Outcome((StackOutcome("a", feasible="deployment" in workload.known),))


def hurt_by_bans(workload: Workload) -> Outcome:
    found = sensible(workload)
    return Outcome(found.stacks[::-1]) if "avoid_components" in workload.known else found


WRONG: dict[str, Rank] = {
    "unit_rewriting": raw_units,
    "field_order": last_said,
    "irrelevant_facts": counts_facts,
    "stated_assumptions": counts_facts,
    "more_budget": dearer_with_money,
    "dropped_constraint": needs_the_constraint,
    "more_load": lambda workload: sensible(workload, {"load": -1}),
    "less_time": lambda workload: sensible(workload, {"time": -1}),
    "better_quality": lambda workload: sensible(workload, {"quality": -1}),
    "higher_availability": lambda workload: sensible(workload, {"availability": -1}),
    "ban_of_unpicked": hurt_by_bans,
    "limits_first": lambda workload: Outcome((StackOutcome("a", feasible=False), StackOutcome("b"))),
    "finite_numbers": lambda workload: sensible(workload, numbers=(("score", float("nan")),)),
}


def verdict(name: str, rank: Rank, known: Knowledge) -> Verdict:
    return PROPERTIES[name](subject_of(FIELDS, rank, known, "7"))


def test_every_property_has_a_ranking_that_breaks_it() -> None:
    assert set(WRONG) == set(PROPERTIES)


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_a_sensible_ranking_keeps_the_property(name: str, known: Knowledge) -> None:
    found = verdict(name, sensible, known)
    assert found.tried
    assert not found.violations


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_a_ranking_that_breaks_the_property_is_found(name: str, known: Knowledge) -> None:
    found = verdict(name, WRONG[name], known)
    assert found.violations
    assert {item.property for item in found.violations} == {name}


def test_a_property_is_not_tried_where_it_says_nothing(known: Knowledge) -> None:
    subject = subject_of({"use_case": "chat"}, sensible, known, "7")
    assert PROPERTIES["more_budget"](subject) == Verdict(0)
    assert PROPERTIES["less_time"](subject) == Verdict(0)
    assert PROPERTIES["dropped_constraint"](subject).tried == 0


def test_what_becomes_feasible_only_under_a_stricter_demand_is_found(known: Knowledge) -> None:
    def odd(workload: Workload) -> Outcome:
        return Outcome((StackOutcome("a", feasible=demands(workload)["request_rate_rps"] > 50),))

    assert verdict("more_load", odd, known).violations[0].cause == "feasible only under the stricter demand"


def test_the_cause_of_a_lower_cost_is_named() -> None:
    before = Outcome((StackOutcome("a", place="a", runs="small", picks=(("store", "x"),), usd=10),))
    new = before.stacks[0]
    assert cheaper_because(before, new._replace(place="b")).startswith("a strategy or place")
    assert cheaper_because(before, new._replace(runs="large")) == "another model or hardware"
    assert cheaper_because(before, new._replace(picks=(("store", "y"),))) == "other products in the slots"
    assert cheaper_because(before, new._replace(unpriced=("store",))) == "more of it is unpriced"
    assert cheaper_because(before, new._replace(usd=5)) == "the same stack at a lower price"


def test_an_unpriced_model_is_never_the_cheapest() -> None:
    priced, open_ = StackOutcome("a", usd=100.0), StackOutcome("b", usd=1.0, priced=False)
    assert Outcome((open_, priced)).cheapest == priced
    assert Outcome((open_,)).cheapest is None


def test_infinite_numbers_are_named() -> None:
    stack = StackOutcome("a", numbers=(("fte", 1.0), ("usd", float("inf"))))
    assert not_finite(Outcome((stack,))) == ["usd of a"]


def test_bills_must_double_and_keep_their_order() -> None:
    assert doubled(((10.0, 5.0, "a"), (20.0, 10.0, "b"))) == ()
    assert [item.cause for item in doubled(((10.0, 6.0, "a"),))] == ["not doubled"]


def test_newcomers_must_not_move_the_others() -> None:
    stack = StackOutcome("a", candidates=(("store", ("x", "y")),))
    beside = stack._replace(candidates=(("store", ("x", f"{NEWCOMER}store", "y")),))
    swapped = stack._replace(candidates=(("store", ("y", "x", f"{NEWCOMER}store")),))
    picked = stack._replace(picks=(("store", f"{NEWCOMER}store"),))
    before = Outcome((stack,))
    assert undisturbed(before, Outcome((beside,))) == Verdict(1)
    assert undisturbed(before, Outcome((swapped,))).violations[0].cause == "another order in a slot"
    assert undisturbed(before, Outcome((picked,))) == Verdict(0)
    assert undisturbed(before, Outcome()).violations[0].cause == "another order of stacks"


def test_overlays_change_what_they_say_and_load(known: Knowledge, tmp_path: Any) -> None:
    from knowledge.llm_prices import llm_prices

    other = overlaid(known, {**half_prices(known), **crowded(known)}, tmp_path)
    name, price = next(iter(llm_prices(known).items()))
    assert price.input_usd_per_m is not None
    assert llm_prices(other)[name].input_usd_per_m == price.input_usd_per_m / 2
    added = set(other.components) - set(known.components)
    assert added
    assert all(item.startswith(NEWCOMER) for item in added)


def test_drawn_workloads_are_repeatable_and_wide(known: Knowledge) -> None:
    drawn = list(draw_workloads(300, 1, known))
    assert drawn[42] == draw_workload(42, 1, known)
    assert drawn[42] != draw_workload(42, 2, known)
    assert {item.fields["use_case"] for item in drawn} >= set(known.fields["use_case"].values)
    assert len(set().union(*(item.fields for item in drawn))) >= 0.9 * len(known.fields)
    assert any(isinstance(value, dict) for item in drawn for value in item.fields.values())


def test_every_drawn_workload_is_a_valid_file(known: Knowledge) -> None:
    for drawn in draw_workloads(200, 3, known):
        assert len(drawn.workload(known).known) == len(drawn.fields)


def test_the_product_is_tried_with_every_property(known: Knowledge) -> None:
    trial = trial_of(0, bench_of(known, AS_OF, 1))
    assert set(trial.verdicts) >= {*PROPERTIES, "doubled_prices", "irrelevant_alternative"}
    assert trial.verdicts["field_order"].tried == 1
    assert not trial.verdicts["finite_numbers"].violations


def test_differing_hashes_are_found() -> None:
    assert differing([["a", "b"], ["a", "b"]], 2) == []
    assert differing([["a", "b"], ["a", "c"]], 2) == [1]
    assert differing([["a"], ["a", "b"]], 2) == [1]


def trial(number: int, *violations: Violation) -> Trial:
    verdicts = {"more_load": Verdict(2, violations), ANY_PROCESS: Verdict(1)}
    return Trial(DrawnWorkload(number, {"use_case": "chat"}), verdicts, (Claimed(1.0, True),), ())


def test_the_report_counts_and_shows_the_workload_that_breaks_a_property() -> None:
    broken = trial(
        1, Violation("more_load", "it got cheaper", "another model"), Violation("more_load", "twice", "")
    )
    report = report_of([trial(0), broken], 1, AS_OF)
    first = report.properties[0]
    assert (first.tried, first.broken, first.workloads) == (4, 2, 1)
    assert "it got cheaper" in table(report)
    assert '"use_case": "chat"' in table(report)
    assert as_json(report)["violations"][0]["workload"] == {"use_case": "chat"}


@pytest.mark.parametrize("broken", [False, True])
def test_the_exit_code_says_whether_a_property_was_broken(
    broken: bool, known: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(number: int, bench: Bench) -> Trial:
        return trial(number, *([Violation("more_load", "x")] if broken else []))

    monkeypatch.setattr("evals.trials.trial_of", made)
    monkeypatch.setattr("evals.trials.start", lambda *_: [])
    monkeypatch.setattr("evals.trials.collect", lambda _: [["a"] * 3, ["a"] * 3])
    out = StringIO()
    code = run_workloads(3, 1, True, knowledge=known, as_of=AS_OF, jobs=1, stdout=out, stderr=StringIO())
    assert code == (4 if broken else 0)
    assert json.loads(out.getvalue())["workloads"] == 3


def test_worlds_are_built_once(known: Knowledge) -> None:
    built: list[Knowledge] = []

    def rank_with(other: Knowledge) -> Rank:
        built.append(other)
        return lambda workload: Outcome()

    worlds = Worlds(known, rank_with)
    worlds.rank("half_prices", half_prices)
    worlds.rank("half_prices", half_prices)
    assert len(built) == 1


def test_outcomes_follow_the_product_ranking(known: Knowledge) -> None:
    drawn = draw_workload(0, 1, known).workload(known)
    outcome = ranker(known, AS_OF)(drawn)
    assert outcome.winner is not None
    assert outcome.winner.picks
    assert outcome.order == ranker(known, AS_OF)(drawn).order


def test_a_change_keeps_the_layers_of_the_knowledge_base(tmp_path: Path) -> None:
    own = load(Path(__file__).parents[2] / "docs" / "examples" / "own-knowledge")
    other = overlaid(own, half_prices(own), tmp_path)
    assert other.components["acme-search"] == own.components["acme-search"]
    prices = {row["model"]: row["input_usd_per_m"] for row in other.files.rows("cost/llm_prices.csv")}
    assert float(prices["gpt-6-sol"]) == 0.8


def test_no_workload_is_no_result() -> None:
    with pytest.raises(InputRefused, match="show nothing"):
        run_workloads(0, as_of=AS_OF)
