"""The interview over hidden truths, the ways that it is held against, and the form that stands beside it."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from evals.case_files import CaseSet
from evals.form import form_answerer, form_picks, form_slots
from evals.question_report import CaseResult, PathResult, QuestionReport, as_json, summary, table
from evals.questions import (
    IMPERFECT,
    NOTHING,
    RAN,
    Examiner,
    Step,
    _tellable,
    first_for_good,
    form_steps,
    interview_steps,
    judged,
    minimal_slots,
    repeated,
    run_questions,
)
from evals.regret import Regret
from evals.truth import Truth, answered, answers, read_truths, workload_truth
from knowledge import Knowledge, load
from tools.ranking import rank_many
from tools.workload import from_mapping

AS_OF = date(2026, 11, 25)
WORKLOAD = {
    "use_case": "rag",
    "deployment": ["air_gapped"],
    "corpus_documents": 200_000,
    "request_rate_rps": 3,
    "team_engineers": 8,
}


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return load()


@pytest.fixture(scope="module")
def truth() -> Truth:
    return workload_truth("closed", from_mapping(WORKLOAD))


@pytest.fixture(scope="module")
def examiner(truth: Truth, known: Knowledge) -> Examiner:
    return Examiner(truth, rank_many([truth.whole], known, AS_OF)[0], known, AS_OF)


def test_only_the_use_case_is_said_first(truth: Truth) -> None:
    assert set(truth.opening.known) == {"use_case"}
    assert len(truth.whole.known) == len(WORKLOAD)


def test_an_answer_tells_all_of_a_slot_and_nothing_else(truth: Truth, known: Knowledge) -> None:
    told = answered(truth.opening, truth, ["deployment", "budget"], known)
    assert set(told.known) == {"use_case", "deployment"}
    assert {(item.slot, item.unknown) for item in told.slots} == {("deployment", False), ("budget", True)}


def test_facts_that_are_unknown_are_not_answers() -> None:
    assert answers({"budget": "6k EUR", "team": "unknown", "users": None}) == [("budget", "6k EUR")]


def test_the_interview_ends_never_asks_twice_and_finds_the_closed_network(examiner: Examiner) -> None:
    steps = interview_steps(examiner)
    found = judged(steps, examiner)
    assert 0 < found.questions <= 10
    assert found.repeated == 0
    assert found.regret < 1
    assert steps[-1].winner is not None
    assert steps[-1].winner.compute.kind != "api"


def test_a_form_that_asks_everything_agrees_with_full_information(examiner: Examiner) -> None:
    questions = list(examiner.knowledge.questions.values())
    found = judged(form_steps(examiner, questions), examiner)
    assert found.agrees
    assert found.questions == len(questions)
    assert found.regret == pytest.approx(0, abs=1e-9)


def test_an_interview_that_asks_the_wrong_things_is_seen(examiner: Examiner) -> None:
    blind = [step for step in form_steps(examiner, []) for _ in range(3)]
    found = judged(blind, examiner)
    assert not found.agrees
    assert found.to_winner is None
    assert found.regret == 1


def test_the_minimal_set_leads_to_the_winner_and_is_thin(examiner: Examiner) -> None:
    found = minimal_slots(examiner)
    assert found is not None
    assert "deployment" in found
    told = examiner.rank(examiner.tell(examiner.truth.opening, found)).winner
    assert told is not None
    assert examiner.full.winner is not None
    assert told.id == examiner.full.winner.id


def test_a_recommendation_counts_as_found_within_five_per_cent(
    examiner: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([0.3, 0.051, 0.049, 0.02, 0.04])
    monkeypatch.setattr("evals.questions.regret", lambda *_: Regret(next(losses), 1.0))
    steps = [Step((), None), *(Step((slot,), None) for slot in ("team", "budget", "users", "growth"))]
    found = judged(steps, examiner)
    assert (found.to_good_enough, found.to_winner, found.regret) == (2, None, 0.04)
    assert (found.questions, found.slots, found.repeated) == (4, 4, 0)


def test_only_what_the_opening_leaves_open_can_be_told(examiner: Examiner) -> None:
    slots = _tellable(examiner)
    assert sorted(slots) == ["corpus_size", "deployment", "request_rate", "team"]
    ordered = [part.slot for question in examiner.knowledge.questions.values() for part in question.parts]
    assert slots == sorted(slots, key=ordered.index)


def test_the_minimal_set_is_thinned_of_what_turned_out_needless(
    examiner: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Greed takes `team` first, which the other two make needless."""
    monkeypatch.setattr("evals.questions._tellable", lambda _: ["budget", "team", "users"])
    monkeypatch.setattr("evals.questions._reached", lambda slots, _: {"budget", "users"} <= set(slots))
    monkeypatch.setattr("evals.questions._remaining", lambda slots, _: (True, float("team" not in slots)))
    assert minimal_slots(examiner) == ("budget", "users")
    monkeypatch.setattr("evals.questions._reached", lambda slots, _: False)
    assert minimal_slots(examiner) is None


def test_nothing_has_to_be_asked_where_the_opening_says_it_all(known: Knowledge) -> None:
    said = workload_truth("plain", from_mapping({"use_case": "chat"}))
    plain = Examiner(said, rank_many([said.whole], known, AS_OF)[0], known, AS_OF)
    assert minimal_slots(plain) == ()
    assert judged(form_steps(plain, []), plain).to_good_enough == 0


def test_repeated_questions_are_counted() -> None:
    once = [Step((), None), Step(("budget", "team"), None)]
    assert repeated(once) == 0
    assert repeated([*once, Step(("team",), None)]) == 1


@pytest.mark.parametrize(
    ("holds", "first"),
    [([True, True], 0), ([False, True, False, True, True], 3), ([True, False], None), ([False, True], 1)],
)
def test_a_winner_counts_from_when_it_stays(holds: list[bool], first: int | None) -> None:
    assert first_for_good(holds) == first


def path(questions: int, good: int | None, agrees: bool = True) -> PathResult:
    return PathResult(questions, 2 * questions, 0, agrees, 0.0 if agrees else 0.5, good, good)


def test_a_count_that_is_never_reached_is_not_averaged() -> None:
    found = summary([path(4, 2), path(6, None, agrees=False)])
    assert (found["to_good_enough"], found["reach_good_enough"]) == (2, 0.5)
    assert (found["questions"], found["agreement"], found["mean_regret"]) == (5, 0.5, 0.25)


def test_the_report_shows_each_truth_and_the_ratio_to_the_minimal_set() -> None:
    result = CaseResult("closed", path(5, 2), path(10, 4), (path(10, 5),), ("deployment", "team"))
    report = QuestionReport((result,), AS_OF, 1)
    assert as_json(report)["interview_slots_per_minimal"] == 5
    assert "closed: 5 questions" in table(report)


def test_workload_files_and_cases_are_read(tmp_path: Path, known: Knowledge) -> None:
    (tmp_path / "work.yaml").write_text(json.dumps(WORKLOAD), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("use_case: nonsense\n", encoding="utf-8")
    case = Path(__file__).parent / "data" / "invented" / "library-search.yaml"
    (tmp_path / "case.yaml").write_text(case.read_text(encoding="utf-8"), encoding="utf-8")
    found = read_truths(tmp_path, known, AS_OF)
    assert len(found.truths) == 2
    assert [truth.case is not None for truth in found.truths] == [True, False]
    assert len(found.problems) == 1
    assert "nonsense" in found.problems[0]


def test_exit_codes(tmp_path: Path, known: Knowledge) -> None:
    def run(path: Path) -> tuple[int, str]:
        out = StringIO()
        code = run_questions(path, True, knowledge=known, as_of=AS_OF, stdout=out, stderr=StringIO())
        return code, out.getvalue()

    assert run(tmp_path / "none")[0] == NOTHING
    (tmp_path / "bad.yaml").write_text("use_case: nonsense\n", encoding="utf-8")
    assert run(tmp_path)[0] == IMPERFECT
    good = tmp_path / "good"
    good.mkdir()
    (good / "work.yaml").write_text("use_case: tabular_scoring\nevents_per_s: 500\n", encoding="utf-8")
    code, shown = run(good)
    assert code == RAN
    assert [item["name"] for item in json.loads(shown)["results"]] == ["work"]
    assert run(good) == (code, shown)


def test_the_form_asks_the_first_slots_whoever_is_asked(known: Knowledge) -> None:
    slots = form_slots(known)
    assert len(slots) == 10
    assert slots == form_slots(known, 12)[:10]


def test_the_form_hears_what_it_asks_and_nothing_else(development: CaseSet, known: Knowledge) -> None:
    case = next(case for case in development.cases.values() if case.id.startswith("dev-08"))
    picks = form_answerer(known, AS_OF)(case)  # type: ignore[arg-type]
    deaf = form_answerer(known, AS_OF, 0)(case)  # type: ignore[arg-type]
    assert picks["model_strategy"]
    other = case.model_copy(update={"hidden_facts": {"timeline": "live in two months"}})
    assert form_picks([other], known, AS_OF)[case.id] == deaf  # type: ignore[list-item]
