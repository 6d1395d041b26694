from pathlib import Path

import pytest

from evals.case_files import CaseSet, read_cases

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def invented() -> CaseSet:
    """Two small cases made up for these tests."""
    return read_cases(DATA / "invented")


@pytest.fixture(scope="session")
def development() -> CaseSet:
    """The published development cases, unchanged."""
    return read_cases(DATA / "cases" / "dev")
