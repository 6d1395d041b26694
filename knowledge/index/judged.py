"""Questions of the field with the facts that a reader called their answers: they tell what answers a like question.

They were written from the taxonomy alone, unlike the questions of a fact (`asked`), so that they are worded and mixed
as people ask; a reader chose the answers among what the searches had found.
"""

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile

from ..files import DataFiles

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

SOURCE, FILE = "index/judged.csv", "index/judged.npz"
NEAREST, SHARPNESS = 40, 6.0
"""So many of the nearest vote, by the exponential of their similarity (4 to 8 and 15 to 100 find as much)."""
SCALE = 127


class JudgedQuestion(NamedTuple):
    """A question, and the ids of the facts that answer it: none where no fact does."""

    text: str
    answers: tuple[str, ...]


def read_judged(files: DataFiles) -> tuple[JudgedQuestion, ...]:
    """All of them; a folder without the file has none."""
    if not files.root.joinpath(*SOURCE.split("/")).is_file():
        return ()
    rows = csv.DictReader(io.StringIO(files.text(SOURCE)))
    return tuple(JudgedQuestion(row["question"], tuple(row["fact_ids"].split())) for row in rows)


class Votes:
    """What the nearest judged questions were answered by."""

    def __init__(
        self, vectors: "Matrix | None", answers: Sequence[tuple[str, ...]], is_damaged: bool = False
    ) -> None:
        """`vectors`: a unit row for each question that has an answer; None where they can't be read."""
        self._vectors, self._answers, self.is_damaged = vectors, answers, is_damaged

    def of(self, vector: "Matrix") -> dict[str, float]:
        """Fact id -> votes, for facts that have any; `vector`: of the question, of length one."""
        import numpy as np

        if self._vectors is None:
            return {}
        similar = self._vectors @ vector
        nearest = np.argsort(-similar, kind="stable")[:NEAREST]
        found: dict[str, float] = {}
        for place in nearest.tolist():
            weight = float(np.exp(SHARPNESS * (similar[place] - 1)))
            for fact in self._answers[place]:
                found[fact] = found.get(fact, 0.0) + weight
        return found


def read_votes(files: DataFiles, model: str) -> Votes | None:
    """As shipped; None where there are none or another model made them."""
    import numpy as np

    if not files.root.joinpath(*FILE.split("/")).is_file():
        return None
    try:
        with np.load(io.BytesIO(files.bytes(FILE)), allow_pickle=False) as stored:
            if str(stored["model"]) != model:
                return None
            vectors = stored["vectors"].astype(np.float32) / SCALE
            answers = [tuple(each.split()) for each in bytes(stored["answers"]).decode().split("\n")]
    except (ValueError, KeyError, OSError, EOFError, TypeError, BadZipFile):
        return Votes(None, (), is_damaged=True)
    fits = vectors.ndim == 2 and len(vectors) == len(answers)
    return Votes(vectors, answers) if fits else Votes(None, (), is_damaged=True)


def pack(vectors: "Matrix", answers: Sequence[tuple[str, ...]], model: str) -> bytes:
    """The file's content, the same for the same input; a byte a number."""
    import numpy as np

    out = io.BytesIO()
    rounded = np.round(np.asarray(vectors) * SCALE).astype(np.int8)
    said = np.frombuffer("\n".join(map(" ".join, answers)).encode(), dtype=np.uint8)
    np.savez(out, vectors=rounded, answers=said, model=np.array(model))
    return out.getvalue()
