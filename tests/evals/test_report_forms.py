from typing import Any
from xml.etree import ElementTree

import pytest

from evals.case_files import CaseSet
from evals.console import table
from evals.junit_report import junit_xml
from evals.report import as_json, score_traces
from evals.trace import Trace


@pytest.fixture
def content(invented: CaseSet) -> dict[str, Any]:
    traces = {
        "library-search": Trace(
            id="library-search", picks={"vector_store": ["pgvector"], "cluster": ["eks"]}
        ),
        "moving-target": Trace(id="moving-target", exception="ValueError: <no luck>"),
    }
    return as_json(score_traces(invented, traces, frozenset()))


def test_the_table_shows_intervals_and_differences(content: dict[str, Any]) -> None:
    text = table(content)
    assert "0/1     0% (0% to 79%)" in text
    assert "The product less each baseline, on the same cases" in text
    assert "mean of 20 draws" in text
    assert "gate cluster: eks" in text
    assert "ValueError: <no luck> (moving-target)" in text


def test_build_servers_get_the_first_reason_as_message_and_all_as_text(content: dict[str, Any]) -> None:
    suite = ElementTree.fromstring(junit_xml(content))
    failures = {case.get("name"): failure for case in suite for failure in case.findall("failure")}
    failure = failures["library-search"]
    assert failure.get("message") == "gate cluster: eks"
    assert failure.text is not None
    assert failure.text.splitlines()[1].startswith("fit 0.25 is below 0.75")
    assert "number requests_per_day is off or missing" in failure.text
    assert str(failures["moving-target"].get("message")).startswith("no_exception")
    assert suite.get("errors") == "1"
