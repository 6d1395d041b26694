"""A model that fails again and again is left alone."""

from types import SimpleNamespace

import pytest

from agent import breaker
from agent.breaker import Breaker


def test_three_failures_in_a_row_open_it() -> None:
    one = Breaker()
    assert [one.failed(silent=False) for _ in range(2)] == [False, False]
    one.answered()
    assert [one.failed(silent=False) for _ in range(3)] == [False, False, True]
    assert not one.lets_through()


def test_silence_counts_double() -> None:
    one = Breaker()
    assert [one.failed(silent=True) for _ in range(2)] == [False, True]


def test_after_a_pause_one_call_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 299.0, 301.0, 301.0, 302.0, 700.0, 700.0])
    monkeypatch.setattr(breaker, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    one = Breaker(300.0)
    for _ in range(2):
        one.failed(silent=False)
    assert one.failed(silent=False)
    assert [one.lets_through() for _ in range(3)] == [False, True, False]
    assert one.lets_through()
    one.answered()
    assert one.lets_through()


def test_how_long_is_said() -> None:
    assert Breaker().pause() == "in this session"
    assert Breaker(300.0).pause() == "for 5 minutes"
