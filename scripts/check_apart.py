"""Check that what the search learned from holds no question that is like one of the sets it is measured by.

    python -m scripts.check_apart tests/knowledge/data/blind*_questions.csv

Compares the sentence vectors of all learned questions that people asked (index/judged.csv, ours.csv, others.csv) with
those of the sets, and names what is nearer than `MOST_ALIKE`. The questions of facts (asked.csv) were written by people
who knew the facts and none of the sets. Exit code 1 where something is too near.
"""

import csv
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np

from knowledge import load
from knowledge.embedding import MiniLm
from knowledge.files import DataFiles

LEARNED = ("index/judged.csv", "index/ours.csv", "index/others.csv")
MOST_ALIKE = 0.8
"""`What limits does Qdrant have?` and `Qdrant limits` have 0.87; one matter of two products 0.4 to 0.7."""


def main() -> int:
    model, files = MiniLm(exact=True), load().files
    asked = [question for name in sys.argv[1:] for question in questions(Path(name).read_text("utf-8"))]
    if not asked:
        print("Give the files of questions to compare with: CSV with a column question.")
        return 1
    sets, found = np.asarray(model.embed(asked)), 0
    for name in LEARNED:
        found += report(name, files, sets, asked, model)
    return 1 if found else 0


def report(name: str, files: DataFiles, sets: Any, asked: list[str], model: MiniLm) -> int:
    """Print what is too near; its number."""
    learned = questions(files.text(name))
    similar = np.asarray(model.embed(learned)) @ sets.T
    nearest, likest = similar.argmax(axis=1), similar.max(axis=1)
    near = np.flatnonzero(likest > MOST_ALIKE).tolist()
    print(f"{name}: {len(learned)} questions, the likest {likest.max():.2f}, over {MOST_ALIKE}: {len(near)}")
    for place in near:
        print(f"  {likest[place]:.2f} {learned[place]!r} is like {asked[nearest[place]]!r}")
    return len(near)


def questions(text: str) -> list[str]:
    """The column of questions."""
    return [row["question"] for row in csv.DictReader(io.StringIO(text)) if row["question"]]


if __name__ == "__main__":
    sys.exit(main())
