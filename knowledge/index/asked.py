"""Questions that a fact answers, written for it in the words of people who ask: a question meets questions.

What is searched for and what is known are worded differently; the questions of a fact share in its vector and in
its words (the idea of doc2query: Nogueira et al. 2019, arXiv 1904.08375).
"""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping

from ..files import DataFiles

FILE = "index/asked.csv"


def read_asked(files: DataFiles) -> Mapping[str, tuple[str, ...]]:
    """Fact id -> its questions; a folder without the file has none."""
    if not files.is_plain(FILE):
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(files.text(FILE))):
        found[row["fact_id"]].append(row["question"])
    return {identity: tuple(questions) for identity, questions in found.items()}
