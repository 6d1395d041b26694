from typing import Any

import pytest

from evals.case import Mention, OverEngineering, RealCase, Tolerance
from evals.case_files import CaseSet
from evals.citations import citation_share
from evals.failures import reasons
from evals.mentions import mentioned
from evals.scoring import interview, score_case, score_picks, weighted
from evals.tolerance import within
from evals.trace import Trace

KNOWN = frozenset({"a/b/c"})
GOOD: dict[str, Any] = {
    "id": "library-search",
    "picks": {
        "vector_store": ["pgvector"],
        "retrieval": ["hybrid"],
        "model_strategy": ["managed_api"],
        "cluster": ["none"],
    },
    "asked": ["request_rate", "corpus_size"],
    "text": "Titles need exact words[a/b/c]. You can migrate away[a/b/c].",
    "numbers": {"requests_per_day": 205},
    "citations": {slot: ["a/b/c"] for slot in ("vector_store", "retrieval", "model_strategy", "cluster")},
    "turns": 3,
}


@pytest.fixture
def case(invented: CaseSet) -> RealCase:
    found = invented.cases["library-search"]
    assert isinstance(found, RealCase)
    return found


def trace(**changes: Any) -> Trace:
    return Trace.model_validate({**GOOD, **changes})


def picks(**changes: list[str]) -> dict[str, list[str]]:
    return {**GOOD["picks"], **changes}


def test_a_right_answer_scores_one(case: RealCase) -> None:
    score = score_case(case, trace(), KNOWN)
    assert score.passed
    assert score.score == pytest.approx(1)
    assert set(score.parts.values()) == {1.0}


@pytest.mark.parametrize(
    ("changes", "part", "value"),
    [
        ({"picks": picks(vector_store=["milvus"])}, "fit", 0.75),
        ({"picks": picks(vector_store=["pgvector", "milvus"])}, "fit", 0.75),
        ({"picks": picks(vector_store=["pgvector", "redis", "milvus"])}, "fit", 1.0),
        ({"picks": picks(vector_store=["A store nobody knows"])}, "fit", 0.75),
        ({"picks": {}}, "fit", 0.0),
        ({"asked": ["request_rate"]}, "interview", 0.5),
        ({"asked": ["request_rate", "corpus_size", "corpus_size"]}, "interview", 0.9),
        ({"numbers": {"requests_per_day": 300}}, "numbers", 0.0),
        ({"numbers": {}}, "numbers", 0.0),
        ({"text": "Titles need exact words[a/b/c]."}, "mentions", 0.5),
        ({"text": "Titles need exact words. You can migrate away."}, "mentions", 0.0),
        ({"text": "Titles need exact words[user/1/0-9]. You can migrate away[calc/x/1]."}, "mentions", 0.0),
        ({"citations": {"vector_store": ["a/b/c"]}}, "citations", 0.25),
    ],
)
def test_each_part_is_measured(case: RealCase, changes: dict[str, Any], part: str, value: float) -> None:
    assert score_case(case, trace(**changes), KNOWN).parts[part] == pytest.approx(value)


@pytest.mark.parametrize(
    ("changes", "gate"),
    [
        ({"picks": picks(cluster=["none", "eks"])}, "cluster: eks"),
        ({"picks": picks(pipeline=["kafka"], retrieval=["graph_rag"])}, "over-engineering: graph_rag, kafka"),
        ({"exception": "ValueError: x"}, "exception"),
        ({"turns": 17}, "turns"),
        ({"turns": 16, "picks": {}}, "turns"),
    ],
)
def test_a_gate_fails_the_case_whatever_its_score(case: RealCase, changes: dict[str, Any], gate: str) -> None:
    score = score_case(case, trace(**changes), KNOWN)
    assert gate in score.gates
    assert not score.passed


def test_one_over_engineering_hit_costs_points_only(case: RealCase) -> None:
    score = score_case(case, trace(picks=picks(pipeline=["kafka"])), KNOWN)
    assert score.passed
    assert score.score == pytest.approx(0.95)


def test_the_choice_of_stack_alone_gets_the_rest_for_free(case: RealCase) -> None:
    silent = {"text": "", "asked": [], "numbers": {}, "citations": {}}
    right = score_picks(case, trace(**silent))
    assert right.passed
    assert right.score == pytest.approx(1)
    half = score_picks(case, trace(**silent, picks=picks(vector_store=["milvus"], retrieval=["vector"])))
    assert (half.parts["fit"], half.passed) == (0.5, False)
    assert half.score == pytest.approx(0.8)
    assert score_picks(case, trace(**silent, picks=picks(cluster=["eks"]))).gates == ("cluster: eks",)


def test_to_need_nothing_is_never_more_than_needed(case: RealCase) -> None:
    listed = (OverEngineering(any_of=("none", "kafka", "graph_rag")),)
    wary = case.model_copy(
        update={"expectations": case.expectations.model_copy(update={"over_engineering": listed})}
    )
    assert score_case(wary, trace(picks=picks(pipeline=["none"])), KNOWN).over_engineering == ()
    one = score_case(wary, trace(picks=picks(pipeline=["none", "kafka"])), KNOWN)
    assert (one.over_engineering, one.gates) == (("kafka",), ())


def test_names_outside_the_vocabulary_are_listed(case: RealCase) -> None:
    score = score_case(
        case, trace(picks=picks(vector_store=["Wonderbase"], safety=["Amazon Bedrock"])), KNOWN
    )
    assert score.unknown_names == ("Wonderbase",)


def test_without_numbers_to_check_the_other_parts_count_more() -> None:
    parts = {"fit": 0.5, "mentions": 1.0, "interview": 1.0, "numbers": None, "citations": 1.0}
    assert weighted(parts) == pytest.approx((0.4 * 0.5 + 0.45) / 0.85)


def test_what_a_case_does_not_ask_for_is_no_part_of_its_score(case: RealCase) -> None:
    expected = case.expectations.model_copy(update={"required_mentions": (), "numeric_checks": ()})
    lean = case.model_copy(update={"expectations": expected, "must_ask": ()})
    score = score_case(lean, trace(text="", numbers={}, asked=["team", "team"]), KNOWN)
    assert {name for name, value in score.parts.items() if value is None} == {
        "mentions",
        "interview",
        "numbers",
    }
    assert score.passed
    missed = score_case(lean, trace(picks={}, citations={}), KNOWN)
    assert (missed.score, missed.passed) == (0, False)
    assert reasons(missed)[0].startswith("fit 0.00 is below 0.75: vector_store")


def test_questions_repeated_without_end_cost_the_whole_interview() -> None:
    assert interview(("team",), ["team"] * 20) == 0


def test_a_sentence_counts_for_one_mention() -> None:
    mentions = [Mention(id="a", any_of=("cache",)), Mention(id="b", any_of=("cache", "batch"))]
    assert len(mentioned("The cache and the batch[x/y/z].", mentions)) == 1
    assert mentioned("Cache[x/y/z]. The cache and the batch[x/y/z].", mentions) == {"a", "b"}
    assert mentioned("The cache and the batch[x/y/z]. Cache[x/y/z].", mentions) == {"a", "b"}


def test_only_the_first_450_words_count() -> None:
    mention = [Mention(id="a", any_of=("cache",))]
    assert mentioned("word " * 440 + "word[x/y/z]. The cache[x/y/z].", mention) == {"a"}
    assert mentioned("word " * 450 + "word[x/y/z]. The cache[x/y/z].", mention) == set()


def test_the_450th_word_is_the_last() -> None:
    mention = [Mention(id="a", any_of=("cache",))]
    assert mentioned("word " * 449 + "cache[x/y/z].", mention) == {"a"}
    assert mentioned("word " * 450 + "cache[x/y/z].", mention) == set()


def test_a_sentence_that_is_taken_stays_with_who_has_no_other() -> None:
    mentions = [Mention(id=name, any_of=("cache",)) for name in ("a", "b")]
    assert mentioned("The cache[x/y/z]. The batch[x/y/z].", mentions) == {"a"}


def test_words_of_a_citation_are_not_a_mention() -> None:
    assert mentioned("It is quick[kv/cache/size].", [Mention(id="a", any_of=("cache",))]) == set()


@pytest.mark.parametrize(
    ("number", "value", "tolerance", "expected"),
    [
        (21, 20, {"rel": 0.05}, True),
        (21.1, 20, {"rel": 0.05}, False),
        (10, 20, {"factor": 2}, True),
        (9, 20, {"factor": 2}, False),
        (41, 20, {"factor": 2}, False),
        (900, None, {"max": 1000}, True),
        (1001, None, {"max": 1000}, False),
        (5, None, {"min": 6}, False),
        (13, 14.5, {"range": [13, 18]}, True),
        (12.9, 14.5, {"range": [13, 18]}, False),
        (None, 1, {"max": 10}, False),
        (float("nan"), 1, {"max": 10}, False),
        (0, 0, {"rel": 0.1}, True),
        (0, 0, {"factor": 2}, True),
        (1, 0, {"factor": 2}, False),
        (1, None, {"factor": 2}, False),
        (0.4, 0.5, {"factor": 2}, True),
        (1.1, 0.5, {"factor": 2}, False),
        (-2, -2, {"factor": 2}, True),
        (-3, -2, {"factor": 2}, False),
        (20, 20, {"rel": 0.05, "max": 19}, False),
        (float("inf"), None, {"min": 1}, False),
    ],
)
def test_tolerances(
    number: float | None, value: float | None, tolerance: dict[str, Any], expected: bool
) -> None:
    assert within(number, value, Tolerance.model_validate(tolerance)) is expected


def test_results_of_tools_are_neither_resolved_nor_held_against_a_pick() -> None:
    cited = {"compute": ["calc/size/1", "a/b/c"], "cluster": ["calc/size/1"], "safety": ["x/y/z", "a/b/c"]}
    assert citation_share(cited, ["compute"], KNOWN) == 1
    assert citation_share(cited, ["cluster"], KNOWN) == 0
    assert citation_share(cited, ["safety"], KNOWN) == 0.5
