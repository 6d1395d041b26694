"""The advice report for build servers: a test case a case, failures with their reasons."""

from typing import Any
from xml.etree import ElementTree


def junit_xml(report: dict[str, Any]) -> str:
    """JUnit XML."""
    suite = ElementTree.Element("testsuite", name="stackwright eval advice")
    for name, case in report["real"].items():
        slots = [f"slot {slot}" for slot, fits in case["slots"].items() if not fits]
        _test(suite, "real", name, case["passed"], [*case["gates"], *slots, f"score {case['score']:.2f}"])
    for name, script in report["adversarial"].items():
        _test(suite, "adversarial", name, script["passed"], script["failed"])
    for problem in report["problems"]:
        place, _, text = problem.partition(": ")
        ElementTree.SubElement(_element(suite, "malformed", place), "error", message=text)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _test(suite: ElementTree.Element, kind: str, name: str, passed: bool, reasons: list[str]) -> None:
    element = _element(suite, kind, name)
    if not passed:
        ElementTree.SubElement(element, "failure", message="; ".join(reasons))


def _element(suite: ElementTree.Element, kind: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=f"advice.{kind}", name=name)
