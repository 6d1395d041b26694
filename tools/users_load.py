"""From people to a load: how many there are says what a day asks, how many are on at once says what the peak asks.

Where both are known, those at once set the peak, and those in total say how far the mean of the day lies below it,
within what a peak over its mean is assumed to be at all.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .month import DAY_S


class Assumption(NamedTuple):
    """A value that nobody stated."""

    field: str
    low: float | None
    point: Any
    high: float | None
    basis: str


class Ends(NamedTuple):
    """low <= middle <= high, requests/s."""

    low: float
    middle: float
    high: float


def load_of_users(
    values: Mapping[str, Any], by_case: Mapping[str, Any], priors: Mapping[str, Any]
) -> dict[str, Assumption]:
    """Mean and peak of a workload of which nobody stated a rate; empty without a number of people."""
    day = _day_of(values, by_case)
    peak = _peak_of(values, priors)
    if peak is None:
        return {} if day is None else _assumed("request_rate_rps", day, _total(values, by_case))
    mean, basis = _mean_below(peak, day, values, by_case, priors)
    return {
        **_assumed("request_rate_rps", mean, basis),
        **_assumed("peak_rate_rps", peak, _at_once(values, priors)),
    }


def peak_above_mean(values: Mapping[str, Any], priors: Mapping[str, Any]) -> dict[str, Assumption]:
    """The peak of a stated mean where more people are on at once than the usual peak over it carries.

    A stated peak, or a stated ratio to the mean, comes first; the mean bounds how far the peak lies above it.
    """
    mean, peak = values.get("request_rate_rps"), _peak_of(values, priors)
    if not mean or peak is None or any(values.get(name) for name in ("peak_rate_rps", "peak_factor")):
        return {}
    factor = priors["fields"]["peak_factor"]
    usual, most = mean * factor["point"], mean * factor["high"]
    held = Ends(*(min(max(end, usual), most) for end in peak))
    if held.middle <= usual:
        return {}
    basis = f"{_at_once(values, priors)}, at most {factor['high']:g} times the stated mean"
    return _assumed("peak_rate_rps", held, basis)


def _assumed(field: str, ends: Ends, basis: str) -> dict[str, Assumption]:
    return {field: Assumption(field, *ends, basis)}


def _day_of(values: Mapping[str, Any], by_case: Mapping[str, Any]) -> Ends | None:
    users = values.get("users_total")
    if users is None:
        return None
    low, middle, high = (users * daily / DAY_S for daily in by_case["requests_per_user_day"])
    return Ends(low, middle, high)


def _peak_of(values: Mapping[str, Any], priors: Mapping[str, Any]) -> Ends | None:
    """Who is on at the same time sends one request per pause."""
    users = values.get("users_concurrent")
    if not users:
        return None
    slow, typical, quick = priors["seconds_between_requests_of_an_active_user"]
    return Ends(users / slow, users / typical, users / quick)


def _mean_below(
    peak: Ends,
    day: Ends | None,
    values: Mapping[str, Any],
    by_case: Mapping[str, Any],
    priors: Mapping[str, Any],
) -> tuple[Ends, str]:
    """The mean under that peak, and why: by the stated ratio, by those in total, or by the usual ratio."""
    factor, stated = priors["fields"]["peak_factor"], values.get("peak_factor")
    at_once = _at_once(values, priors)
    if stated or day is None:
        ratio = stated or factor["point"]
        words = f"{at_once}, at a peak of {ratio:g} times the mean"
        return Ends(*(end / ratio for end in peak)), words if stated else f"{words} (assumed)"
    ends = (
        min(max(each, top / factor["high"]), top / factor["low"]) for each, top in zip(day, peak, strict=True)
    )
    words = f"{_total(values, by_case)}; {at_once}, at a peak of {factor['low']:g} to {factor['high']:g} times the mean"
    return Ends(*ends), f"{words} (assumed)"


def _total(values: Mapping[str, Any], by_case: Mapping[str, Any]) -> str:
    return (
        f"{values['users_total']:g} users x {by_case['requests_per_user_day'][1]:g} requests a day (assumed)"
    )


def _at_once(values: Mapping[str, Any], priors: Mapping[str, Any]) -> str:
    pause = priors["seconds_between_requests_of_an_active_user"][1]
    return f"{values['users_concurrent']:g} at one time, a request each {pause:g} s (assumed)"
