"""Reciprocal-rank fusion of several rankings into one."""

from collections.abc import Iterable, Sequence

RANK_OFFSET = 8
"""The constant of the method; its authors took 60 for many long rankings (Cormack, Clarke and Büttcher, SIGIR 2009).
With two sides a small one keeps what one of them is sure of (measured on three sets of questions)."""


def fuse(rankings: Iterable[tuple[float, Sequence[str]]]) -> list[tuple[str, float]]:
    """Ids with their fused score, best first; `rankings` are (weight, ids best first).

    >>> fuse([(2, ["a", "b"]), (1, ["b"])])[0][0]
    'b'
    """
    scores: dict[str, float] = {}
    for weight, ids in rankings:
        for rank, identity in enumerate(ids, 1):
            scores[identity] = scores.get(identity, 0) + weight / (RANK_OFFSET + rank)
    return sorted(
        ((item, round(score, 9)) for item, score in scores.items()), key=lambda pair: (-pair[1], pair[0])
    )
