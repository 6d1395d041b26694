"""The ceiling of order and our own order are told of the very same pairs."""

import numpy as np
import pytest

from scripts.order_ceiling import CONFIGURATION, Pair, by_repeats, ordered, pairs


def cells(*clients: int) -> list[dict[str, str]]:
    return [
        {name: str(count) if name == "concurrency" else "x" for name in (*CONFIGURATION, "model", "scope")}
        for count in clients
    ]


def test_only_pairs_that_were_measured_again_are_in_the_ceiling() -> None:
    rows, measured = cells(1, 1, 2, 2, 4), np.array([10.0, 11.0, 20.0, 9.0, 40.0])
    found = pairs(rows, measured)
    repeated = by_repeats(found, rows, measured, CONFIGURATION)
    assert Pair(0, 2) in repeated.pairs
    assert all(4 not in pair for pair in repeated.pairs), "its configuration was measured once"
    assert repeated.ordered == pytest.approx(0.0), "the others say 11 against 9"
    assert ordered(repeated.pairs, measured, lambda place: float(measured[place])) == 1.0
