"""Give the facts that are new, or newly worded, their place in what the search has learned, and learn nothing else.

    python -m scripts.place_facts

after scripts/build_index.py. The questions of all facts (index/asked.csv) are kept among the known ones, in the space
that scripts/fit_subject.py chose, and the facts' vectors are fitted anew for the map of scripts/fit_query_map.py. Map,
space, weights and how usual the older facts are stay as the last fits left them: that takes minutes in place of an
hour, and does until there are judged questions on the new facts.
"""

import sys

import numpy as np

from knowledge import Knowledge, load
from knowledge.embedding import MiniLm
from knowledge.index import judged, neighbours
from knowledge.index.arrays import lines, read_arrays, unrounded
from knowledge.index.asked import read_asked
from knowledge.index.inverted_file import Grouped, grouped
from knowledge.index.query_map import read_query_map
from knowledge.manifest import packaged_root, write
from scripts.fit_order import material


def main() -> int:
    place_questions(load(), MiniLm(exact=True))
    write(packaged_root())
    place_vectors(load(), MiniLm(exact=True))
    write(packaged_root())
    return 0


def place_questions(knowledge: Knowledge, model: MiniLm) -> None:
    """The questions of all facts before those that no fact has, which stay."""
    stored = read_arrays(knowledge.files, neighbours.FILE, model.name, neighbours.ARRAYS)
    assert stored is not None
    projection, counts = stored[0].astype(np.float32), stored[-1]
    held, others = Grouped(*stored[1:5]), Grouped(*stored[5:9])
    rows = np.empty_like(held.rows)
    rows[held.order] = held.rows
    asked = read_asked(knowledge.files)
    vectors = model.embed([question for questions in asked.values() for question in questions])
    ours = np.r_[neighbours.projected(vectors, projection), unrounded(rows[counts.sum() :])]
    sizes = [(fact, len(questions)) for fact, questions in asked.items()]
    packed = neighbours.pack(projection, grouped(ours.astype(np.float32)), others, model.name, sizes)
    (packaged_root() / neighbours.FILE).write_bytes(packed)


def place_vectors(knowledge: Knowledge, model: MiniLm) -> None:
    """A vector of each fact by the map as it is."""
    stored = read_arrays(knowledge.files, judged.FILE, model.name, ("usual", "facts"))
    assert stored is not None
    usual = dict(zip(lines(stored[1]), stored[0].astype(float).tolist(), strict=True))
    known = material(knowledge, model)
    query_map = read_query_map(knowledge.files, model.name, model.dimensions)
    answers = [item.answers for item in known.answered]
    packed = judged.pack(
        grouped(known.points), answers, known.vectors(known.read, query_map), usual, model.name
    )
    (packaged_root() / judged.FILE).write_bytes(packed)


if __name__ == "__main__":
    sys.exit(main())
