"""Which open models are sized: those that none of enough quality undercuts, so a higher bar is never cheaper."""

from itertools import pairwise
from typing import Any

import pytest

from knowledge import Knowledge, load
from knowledge.models import models
from tools.compute.models import quality_bar, quality_of, servable

BARS = ("low", "medium", "high")
USE_CASES = ("rag", "extraction", "agent", "classification", "translation")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def burdens(knowledge: Knowledge, key: str) -> tuple[float, float, float]:
    model = models(knowledge)[key]
    return model.active_b or 0, model.params_b or 0, model.cache_bytes(8_192, 2)


def lighter_or_equal(knowledge: Knowledge, one: str, other: str) -> bool:
    return all(a <= b for a, b in zip(burdens(knowledge, one), burdens(knowledge, other), strict=True))


@pytest.mark.parametrize("use_case", USE_CASES)
def test_whatever_a_higher_bar_allows_a_lower_one_undercuts_or_keeps(
    knowledge: Knowledge, use_case: str
) -> None:
    found = [servable(knowledge, {"use_case": use_case, "quality_bar": bar}) for bar in BARS]
    for easier, stricter in pairwise(found):
        for key in stricter:
            assert any(lighter_or_equal(knowledge, other, key) for other in easier), (key, easier)


@pytest.mark.parametrize("bar", BARS)
def test_nothing_is_sized_that_another_undercuts_or_that_misses_the_bar(
    knowledge: Knowledge, bar: str
) -> None:
    values: dict[str, Any] = {"use_case": "rag", "quality_bar": bar}
    found = servable(knowledge, values)
    assert found
    for key in found:
        assert (quality_of(knowledge, key, "rag") or 0) >= quality_bar(knowledge, values)
        rivals = [other for other in found if burdens(knowledge, other) != burdens(knowledge, key)]
        assert not any(lighter_or_equal(knowledge, other, key) for other in rivals)


def test_where_no_model_meets_the_bar_the_best_ones_are_sized(knowledge: Knowledge) -> None:
    values = {"use_case": "rag", "quality_bar": "frontier"}
    found = servable(knowledge, values)
    best = max(
        (value, key)
        for key, model in models(knowledge).items()
        if model.open_weights
        and model.sizeable
        and model.commercial_use != "no"
        and (value := quality_of(knowledge, key, "rag")) is not None
    )[1]
    assert best in found
