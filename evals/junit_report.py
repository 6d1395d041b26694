"""The advice report for build servers: a test case a case, failures with their reasons."""

from typing import Any
from xml.etree import ElementTree


def junit_xml(report: dict[str, Any]) -> str:
    """JUnit XML."""
    suite = ElementTree.Element("testsuite", name="stackwright eval advice")
    for name, case in report["real"].items():
        _test(suite, "real", name, case["passed"], [*case["failed"], *_details(case)])
    for name, script in report["adversarial"].items():
        _test(suite, "adversarial", name, script["passed"], script["failed"])
    for problem in report["problems"]:
        place, _, text = problem.partition(": ")
        ElementTree.SubElement(_element(suite, "malformed", place), "error", message=text)
    for name, text in report["exceptions"].items():
        ElementTree.SubElement(_element(suite, "exception", name), "error", message=text)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _details(case: dict[str, Any]) -> list[str]:
    """What was missed in parts of the score that no threshold of their own guards."""
    wrong = [f"number {quantity} is off or missing" for quantity in case["wrong_numbers"]]
    return [*wrong, *(f"more than needed: {name}" for name in case["over_engineering"])]


def _test(suite: ElementTree.Element, kind: str, name: str, passed: bool, reasons: list[str]) -> None:
    """What failed first is the message, all of it the text."""
    element = _element(suite, kind, name)
    if not passed:
        failure = ElementTree.SubElement(element, "failure", message=reasons[0] if reasons else "failed")
        failure.text = "\n".join(reasons)


def _element(suite: ElementTree.Element, kind: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=f"advice.{kind}", name=name)
