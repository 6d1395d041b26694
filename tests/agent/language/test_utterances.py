"""Understanding of labelled messages: the figures may not fall, and every value has words that support it."""

import pytest
import scoring  # type: ignore[import-not-found]

from agent.language import understand
from tools.workload import Workload

SETS = ("utterances.yaml", "fresh.yaml", "later.yaml")


@pytest.mark.parametrize(
    ("name", "floor"), [("utterances.yaml", 0.99), ("fresh.yaml", 0.98), ("later.yaml", 0.97)]
)
def test_f1_holds(name: str, floor: float) -> None:
    score = scoring.score(scoring.load(name))
    assert score.f1 >= floor, "\n".join(score.notes)
    assert score.precision >= 0.97, "\n".join(score.notes)


@pytest.mark.parametrize("name", SETS)
def test_every_update_is_supported_by_its_span(name: str) -> None:
    """Read alone, in the same context, the quoted words give the same value again."""
    for utterance in scoring.load(name):
        found = scoring.read(utterance)
        for item in found.updates:
            assert item.span is not None
            assert utterance["text"][item.span[0] : item.span[1]] == item.text != ""
            slot = scoring.knowledge().fields[item.field].slot
            asked = tuple(name for name in (slot, utterance["asked"]) if name)
            again = understand(
                item.text, turn=1, asked=asked, workload=Workload(), knowledge=scoring.knowledge()
            )
            values = {other.field: other.point for other in again.updates}
            written = any(character.isdigit() for character in item.text)
            same = values.get(item.field) == item.point
            assert same or (written and isinstance(item.point, float)), f"{utterance['id']}: {item}"


@pytest.mark.parametrize("name", SETS)
def test_same_message_same_reading(name: str) -> None:
    for utterance in scoring.load(name)[::7]:
        assert scoring.read(utterance) == scoring.read(utterance)
