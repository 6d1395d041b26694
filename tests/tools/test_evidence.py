"""What is cited bears the date of its source, or the day of its reading, never one for the other."""

from datetime import date, timedelta

from knowledge import load
from knowledge.records import Fact
from tools.evidence import Evidence
from tools.evidence_book import fact_evidence


def any_fact(dated: bool) -> Fact:
    return next(fact for fact in load().facts.values() if (fact.as_of is not None) is dated)


def test_an_undated_source_is_told_by_the_day_of_its_reading() -> None:
    fact = any_fact(dated=False)
    evidence = fact_evidence(fact, load())
    assert evidence.as_of == ""
    assert evidence.dated() == f"undated, read {fact.read_at}"


def test_a_fact_is_marked_once_its_review_is_due() -> None:
    fact = any_fact(dated=True)
    evidence = fact_evidence(fact, load())
    assert evidence.dated(fact.review_by) == evidence.dated() == str(fact.as_of)
    assert evidence.dated(fact.review_by + timedelta(days=1)) == (
        f"{fact.as_of}, past its review date {fact.review_by}"
    )


def test_what_bears_no_date_has_none() -> None:
    assert Evidence(id="calc/x", kind="calc", text="").dated(date(2026, 11, 29)) == ""
