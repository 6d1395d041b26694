"""Questions of the field with the facts that a reader called their answers: they tell what answers a like question.

They were written from the taxonomy alone, unlike the questions of a fact (`asked`), so that they are worded and mixed
as people ask; a reader chose the answers among what the searches had found.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..files import DataFiles
from .arrays import (
    ArraysDamaged,
    lines,
    packed_lines,
    products,
    read_arrays,
    rounded,
    unrounded,
)
from .inverted_file import Grouped, InvertedFile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

SOURCE, FILE = "index/judged.csv", "index/judged.npz"
ARRAYS = (*Grouped._fields, "answers", "learned", "usual", "facts")
NEAREST, SHARPNESS = 40, 6.0
"""So many of the nearest vote, by the exponential of their similarity (4 to 8 and 15 to 100 find as much)."""


class JudgedQuestion(NamedTuple):
    """A question, and the ids of the facts that answer it: none where no fact does."""

    text: str
    answers: tuple[str, ...]


def read_judged(files: DataFiles) -> tuple[JudgedQuestion, ...]:
    """All of them; a folder without the file has none."""
    if not files.is_plain(SOURCE):
        return ()
    rows = csv.DictReader(io.StringIO(files.text(SOURCE)))
    return tuple(JudgedQuestion(row["question"], tuple(row["fact_ids"].split())) for row in rows)


class JudgedAnswers:
    """What was learned from judged questions: which facts answered what, and where the questions of each fact lie."""

    def __init__(
        self,
        questions: Grouped | None,
        answers: Sequence[tuple[str, ...]],
        facts: Mapping[str, "Vector"],
        usual: Mapping[str, float] | None = None,
        is_damaged: bool = False,
    ) -> None:
        """`questions`: the point (`Neighbours.points`) of each question that has an answer, None where they can't be
        read; `facts`: a unit vector a fact, to be compared with turned questions; `usual`: `Signals.usual` of
        the facts that have one."""
        import numpy as np

        self._questions = None if questions is None else InvertedFile(questions)
        self._answers, self.is_damaged = answers, is_damaged
        self.usual = usual or {}
        self._place = {fact: place for place, fact in enumerate(facts)}
        self._learned = np.array(list(facts.values()), dtype=np.float32)

    def votes(self, point: "Vector") -> dict[str, float]:
        """Fact id -> votes of the nearest questions, for facts that have any; `point`: of the question asked."""
        import numpy as np

        if self._questions is None:
            return {}
        numbers, similar = self._questions.numbered(point)
        nearest = np.argsort(-similar, kind="stable")[:NEAREST]
        weights = np.exp(SHARPNESS * (similar[nearest] - 1)).tolist()
        found: dict[str, float] = {}
        for number, weight in zip(numbers[nearest].tolist(), weights, strict=True):
            for fact in self._answers[number]:
                found[fact] = found.get(fact, 0.0) + weight
        return found

    def similarities(self, turned: "Vector", facts: Iterable[str]) -> dict[str, float]:
        """Fact id -> similarity of its learned vector and the turned vector of a question, of those that have one."""
        known = [fact for fact in facts if fact in self._place]
        if not known:
            return {}
        found = products(self._learned[[self._place[fact] for fact in known]], turned)
        return dict(zip(known, found.tolist(), strict=True))


def read_judged_answers(files: DataFiles, model: str) -> JudgedAnswers | None:
    """As shipped; None where there are none or another model made them."""
    try:
        stored = read_arrays(files, FILE, model, ARRAYS)
    except ArraysDamaged:
        return damaged()
    if stored is None:
        return None
    *grouped, said, learned, usual, facts = stored
    questions, said, facts = Grouped(*grouped), lines(said), lines(facts)
    learned, usual = unrounded(learned), usual.astype("float64")
    if not (
        questions.is_whole
        and (learned.ndim, usual.ndim) == (2, 1)
        and (len(questions.rows), len(learned), len(usual)) == (len(said), len(facts), len(facts))
    ):
        return damaged()
    answers = [tuple(each.split()) for each in said]
    vectors = dict(zip(facts, learned, strict=True))
    return JudgedAnswers(questions, answers, vectors, dict(zip(facts, usual.tolist(), strict=True)))


def damaged() -> JudgedAnswers:
    """Those that can't be read: nothing votes."""
    return JudgedAnswers(None, (), {}, is_damaged=True)


def pack(
    questions: Grouped,
    answers: Sequence[tuple[str, ...]],
    facts: Mapping[str, "Vector"],
    usual: Mapping[str, float],
    model: str,
) -> bytes:
    """The file's content, the same for the same input; a byte a number of a vector."""
    import numpy as np

    out = io.BytesIO()
    arrays = (
        *questions,
        packed_lines(map(" ".join, answers)),
        rounded(list(facts.values())),
        np.array([usual.get(fact, 0.0) for fact in facts], dtype=np.float16),
        packed_lines(facts),
    )
    np.savez(out, model=np.array(model), **dict(zip(ARRAYS, arrays, strict=True)))
    return out.getvalue()
