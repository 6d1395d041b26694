import pytest

from evals.baselines import ORACLE, RANDOM
from evals.case_files import CaseSet
from evals.report import AdviceReport, as_json, score_traces
from evals.trace import Trace

KNOWN = frozenset({"a/b/c"})
RIGHT = Trace(
    id="library-search",
    picks={
        "vector_store": ["pgvector"],
        "retrieval": ["hybrid"],
        "model_strategy": ["managed_api"],
        "cluster": ["none"],
    },
    asked=["request_rate", "corpus_size"],
    text="Titles need exact words[a/b/c]. You can migrate away[a/b/c].",
    numbers={"requests_per_day": 205},
    citations={slot: ["a/b/c"] for slot in ("vector_store", "retrieval", "model_strategy", "cluster")},
    turns=3,
)


def report(invented: CaseSet, trace: Trace = RIGHT) -> AdviceReport:
    return score_traces(invented, {trace.id: trace, "stranger": Trace(id="stranger")}, KNOWN)


def test_every_figure_has_its_interval(invented: CaseSet) -> None:
    found = as_json(report(invented))
    real = found["totals"]["real"]
    assert real["passed"] == 1
    assert real["intervals"]["pass_share"] == pytest.approx([0.2065, 1.0], abs=1e-4)
    assert real["intervals"]["score"] == [1, 1]
    assert found["by_layer"]["storage"] == {"slots": 1, "fit": 1, "interval": [1, 1]}
    for groups in (found["by_difficulty"], found["by_category"], found["baselines"]):
        assert all(entry["intervals"]["pass_share"] for entry in groups.values())


def test_the_product_is_compared_with_each_baseline_scored_alike(invented: CaseSet) -> None:
    silent = RIGHT.model_copy(update={"text": "", "asked": [], "numbers": {}, "citations": {}})
    found = as_json(report(invented, silent))
    assert found["totals"]["real"]["passed"] == 0
    assert found["choice_of_stack_alone"]["passed"] == 1
    oracle = found["baselines"][ORACLE]["product_less_baseline"]
    assert (oracle["shared"], oracle["gained"], oracle["lost"], oracle["p_value"]) == (1, 0, 0, 1)
    assert oracle["score"]["mean"] == 0
    assert found["baselines"][RANDOM]["draws"] == 20
    assert found["baselines"][RANDOM]["product_less_baseline"]["p_value"] is None


def test_a_whole_consultation_is_compared_as_a_whole(invented: CaseSet) -> None:
    silent = RIGHT.model_copy(update={"text": ""})
    better = score_traces(invented, {RIGHT.id: RIGHT}, KNOWN).real
    found = as_json(score_traces(invented, {RIGHT.id: silent}, KNOWN, extra={"other advisor": better}))
    entry = found["baselines"]["other advisor"]
    assert entry["scored"] == "whole consultation"
    assert entry["product_less_baseline"]["lost"] == 1


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"picks": {**RIGHT.picks, "cluster": ["eks"]}}, "gate cluster: eks"),
        (
            {"picks": {**RIGHT.picks, "vector_store": ["milvus"], "retrieval": ["vector"]}},
            "fit 0.50 is below",
        ),
        ({"text": ""}, "mentions 0.00 is below 0.50: exact_titles, exit"),
        ({"numbers": {}, "asked": [], "citations": {}}, "score 0.60 is below 0.70: interview costs 0.15"),
    ],
)
def test_what_failed_first_stands_first(invented: CaseSet, changes: dict[str, object], first: str) -> None:
    case = as_json(report(invented, RIGHT.model_copy(update=changes)))["real"]["library-search"]
    assert not case["passed"]
    assert case["failed"][0].startswith(first)


def test_a_pass_has_no_reasons_and_a_stranger_is_not_counted(invented: CaseSet) -> None:
    found = as_json(report(invented))
    assert found["real"]["library-search"]["failed"] == []
    assert found["unscored"] == ["stranger"]


def test_the_report_is_the_same_to_the_byte(invented: CaseSet) -> None:
    assert as_json(report(invented)) == as_json(report(invented))
