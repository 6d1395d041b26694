"""Assessments that several consultations share: the same words ask for the same one, other words never do."""

from datetime import date

import pytest

from agent import assessments
from agent.assessments import Assessments
from knowledge import Knowledge
from tools.assess import assess
from tools.profile import Profile
from tools.workload import Known, Workload

AS_OF = date(2026, 11, 24)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Workload]:
    """The workloads that were assessed, not remembered."""
    found: list[Workload] = []

    def counted(workload: Workload, *rest: object) -> object:
        found.append(workload)
        return assess(workload, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(assessments, "assess", counted)
    return found


def said(text: str) -> Workload:
    """One value in these words."""
    return Workload().with_known(Known(field="use_case", value="rag", text=text, turn=1, span=(0, len(text))))


def test_what_was_assessed_is_remembered(made: list[Workload], knowledge: Knowledge) -> None:
    shared, asked = Assessments(), (knowledge, AS_OF, Profile())
    first = shared.of(said("an assistant"), *asked)
    assert shared.of(said("an assistant"), *asked) is first
    assert len(made) == 1


def test_other_words_dates_and_profiles_are_assessed_anew(made: list[Workload], knowledge: Knowledge) -> None:
    shared, words = Assessments(), said("an assistant")
    first = shared.of(words, knowledge, AS_OF, Profile())
    others = [
        shared.of(said("our secret assistant"), knowledge, AS_OF, Profile()),
        shared.of(words, knowledge, date(2026, 11, 25), Profile()),
        shared.of(words, knowledge, AS_OF, Profile(name="plant", banned_vendors=("openai-api",))),
    ]
    assert len(made) == 4
    assert all(other is not first for other in others)


def test_only_so_many_are_kept(made: list[Workload], knowledge: Knowledge) -> None:
    shared = Assessments(kept=1)
    for text in ("one", "two", "two", "one"):
        shared.of(said(text), knowledge, AS_OF, Profile())
    assert made == [said("one"), said("two"), said("one")]
