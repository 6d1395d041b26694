from random import Random

import pytest

from evals.knobs import ALL, Knob, knob_sets, knob_settings, parse_knobs
from evals.number_writing import rewritten_numbers, written
from evals.restating import converted, unit_slip, wrong_value
from evals.vocabulary import vocabulary
from evals.wording_bank import wording_bank
from knowledge.errors import InputRefused

SETTINGS = knob_settings()


def test_every_knob_has_a_setting_and_the_slots_exist() -> None:
    assert set(SETTINGS.knobs) == set(Knob)
    slots = SETTINGS.quantities | SETTINGS.period_slots | SETTINGS.unit_slots
    assert slots <= set(vocabulary().workload_slots)


def test_rewrites_of_units_are_exact_definitions() -> None:
    seconds = {
        "second": 1,
        "minute": 60,
        "hour": 3600,
        "day": 86400,
        "week": 604800,
        "month": 30,
        "year": 360,
    }
    for rule in SETTINGS.period_rewrites:
        before, after = rule.from_.split()[-1], rule.to.split()[-1]
        assert rule.factor == seconds[after] / seconds[before], rule
        assert (before in ("month", "year")) == (after in ("month", "year"))


def test_names_of_knobs_are_checked_and_the_nearest_is_named() -> None:
    assert parse_knobs(["typos", " pressure"]) == {Knob.TYPOS, Knob.PRESSURE}
    assert parse_knobs([ALL]) == knob_sets()[ALL]
    with pytest.raises(InputRefused, match="typoz") as refused:
        parse_knobs(["typoz"])
    assert "typos" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("fact", "slot", "expected"),
    [
        ("about 45,000 questions per month", "request_rate", "about 540,000 questions per year"),
        ("50 requests per second", "request_rate", "3,000 requests per minute"),
        ("6,000 EUR a month", "budget", "72,000 EUR a year"),
        ("60 GB of PDFs", "corpus_size", "0.06 TB of PDFs"),
        ("200 ms at p95", "latency_target", "0.2 s at p95"),
        ("2.5 million documents", "corpus_size", "2,500 thousand documents"),
        ("70 million predictions per day, batch", "request_rate", "490 million predictions per week, batch"),
        ("5 percent per month", "growth", "5 percent per month"),
        ("A100 40 GB or better", "deployment", "A100 40 GB or better"),
        ("10-30 Hz per model", "request_rate", "10-30 Hz per model"),
        ("several seconds is fine", "latency_target", "several seconds is fine"),
    ],
)
def test_another_unit_says_the_same(fact: str, slot: str, expected: str) -> None:
    assert converted(fact, slot, SETTINGS) == expected


def test_a_slip_names_the_clause_as_said_and_as_it_should_be() -> None:
    slip = unit_slip("scanned, 60 GB of PDFs, growing", "corpus_size", Random(0), SETTINGS)
    assert slip is not None
    assert (slip.right, slip.wrong) in {("60 GB of PDFs", f"60 {unit} of PDFs") for unit in ("MB", "TB")}
    assert slip.fact == f"scanned, {slip.wrong}, growing"


def test_nothing_is_misstated_where_no_quantity_stands() -> None:
    for fact, slot in (
        ("no idea", "budget"),
        ("ISO 27001", "compliance"),
        ("3-5 engineers", "team"),
        ("a 14% rise", "budget"),
    ):
        assert wrong_value(fact, slot, Random(0), SETTINGS) is None
        assert unit_slip(fact, slot, Random(0), SETTINGS) is None


def test_a_clause_that_would_end_in_a_bare_number_is_said_whole() -> None:
    wrong = wrong_value("few columns, sometimes more than 5,000", "corpus_size", Random(0), SETTINGS)
    assert wrong is not None
    assert wrong.right == "few columns, sometimes more than 5,000"


def test_a_wrong_value_is_far_off() -> None:
    for seed in range(10):
        wrong = wrong_value("20,000 EUR a month", "budget", Random(seed), SETTINGS)
        assert wrong is not None
        assert wrong.wrong in {f"{value} EUR a month" for value in ("60,000", "100,000", "4,000")}


@pytest.mark.parametrize(
    ("value", "ways"),
    [
        (2_500_000.0, {"2,500,000", "2.500.000", "2 500 000", "2500000", "2500k", "2.5M", "2.5e6",
                       "two and a half million"}),
        (45_000.0, {"45,000", "45 000", "45000", "45k", "forty-five thousand"}),
        (12.0, {"twelve"}),
        (0.25, set()),
    ],
)  # fmt: skip
def test_a_number_is_written_in_every_unambiguous_way(value: float, ways: set[str]) -> None:
    assert set(written(value)) == ways


def test_numbers_in_names_dates_and_ranges_stay_as_they_are() -> None:
    text = "gpt-4 since 2023, p95 of 3-5 s on A100-80GB, 24/7, v1.2.3, 12 %"
    assert all(rewritten_numbers(text, Random(seed)) == text for seed in range(5))


def test_every_phrase_of_the_bank_can_be_filled() -> None:
    bank, rng = wording_bank(), Random(0)
    filled = {"fact": "F", "slot": "S", "old": "O", "new": "N", "component": "C", "first": "1", "second": "2"}
    for intention in bank.phrases:
        assert "{" not in bank.phrase(intention, rng, **filled)
    assert "{slot}" not in bank.phrase("dont_know", rng)


def test_typing_errors_spare_names_and_numbers() -> None:
    text = "the Kubernetes cluster with 45,000 things"
    for seed in range(10):
        mistyped = wording_bank().mistyped(text, Random(seed), 2)
        assert "Kubernetes" in mistyped
        assert "45,000" in mistyped
        assert sum(a != b for a, b in zip(text.split(), mistyped.split(), strict=True)) <= 2
    assert any(wording_bank().mistyped(text, Random(seed), 2) != text for seed in range(10))
