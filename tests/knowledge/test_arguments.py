"""Arguments rest on facts that carry them, and explanations say what a reviewer expects, early enough to be read."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.figures import figures
from agent.names import names_in
from agent.narrator import explanation
from agent.verify import stems
from knowledge import Knowledge, load
from knowledge.records import Argument
from tools.assess import assess
from tools.workload_file import parse_workload

EXPECTED: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "data" / "expected_points.yaml").read_text(encoding="utf-8")
)
WORKLOADS = {item["id"]: item for item in EXPECTED["workloads"]}
AS_OF = date(2026, 11, 24)
COVERAGE_FLOOR, WORKLOAD_FLOOR = 0.92, 4
"""Share of all expected points that must be said, and points of each workload."""
SHARED_WORDS = 2
UNSAID = frozenset({"verdict", "number"})
"""Sentences that state results and make no point."""


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def unsupported(argument: Argument, knowledge: Knowledge) -> list[str]:
    """What the sentence states and its facts don't: numbers, component names, or nearly every word."""
    text = re.sub(r"\{pick:[^}]*\}", "", argument.text)
    facts = [knowledge.facts[identity] for identity in argument.fact_ids]
    subjects = [knowledge.components[fact.component].name for fact in facts if ":" not in fact.component]
    source = " ".join([*(f"{fact.statement} {fact.value} {fact.unit}" for fact in facts), *subjects])
    stated = {figure.value for figure in figures(source)}
    named = {*names_in(source, knowledge), *knowledge.decisions}
    found = [figure.text for figure in figures(text) if figure.value not in stated]
    found += [name for name in names_in(text, knowledge) if name not in named]
    shared = stems(text) & stems(source)
    return found if len(shared) >= SHARED_WORDS else [*found, f"shares only {sorted(shared)}"]


def points_said(workload: dict[str, Any], knowledge: Knowledge) -> list[str]:
    """Names of the expected points among the words that are read; each sentence makes at most one."""
    sentences = list(_read(workload, knowledge))
    makes = [
        [
            index
            for index, text in enumerate(sentences)
            if any(re.search(p, text, re.I) for p in point["any_of"])
        ]
        for point in workload["points"]
    ]
    made: dict[int, int] = {}
    return [
        point["name"]
        for number, point in enumerate(workload["points"])
        if _assigned(number, makes, made, set())
    ]


def _read(workload: dict[str, Any], knowledge: Knowledge) -> Iterator[str]:
    known = parse_workload(json.dumps(workload["workload"]), workload["id"], knowledge)
    claims = explanation(assess(known, knowledge, AS_OF), known, knowledge, frozenset(knowledge.facts))
    left = EXPECTED["words_read"]
    for claim in claims:
        words = claim.text.split()[: max(left, 0)]
        left -= len(words)
        if claim.role not in UNSAID:
            yield " ".join(words)


def _assigned(number: int, makes: list[list[int]], made: dict[int, int], tried: set[int]) -> bool:
    """Give the point a sentence, moving other points to other sentences where that helps."""
    for index in makes[number]:
        if index not in tried:
            tried.add(index)
            if index not in made or _assigned(made[index], makes, made, tried):
                made[index] = number
                return True
    return False


def test_every_argument_is_carried_by_its_facts(knowledge: Knowledge) -> None:
    findings = {argument.id: unsupported(argument, knowledge) for argument in knowledge.arguments.values()}
    assert {identity: found for identity, found in findings.items() if found} == {}


def test_a_number_that_stands_in_no_fact_is_found(knowledge: Knowledge) -> None:
    argument = knowledge.arguments["retrieval-chunking"]
    changed = argument.model_copy(update={"text": argument.text.replace("35 %", "53 %")})
    assert unsupported(argument, knowledge) == []
    assert any("53" in found for found in unsupported(changed, knowledge))


def test_sentences_are_dense(knowledge: Knowledge) -> None:
    long = {item.id: len(item.text.split()) for item in knowledge.arguments.values()}
    assert {identity: words for identity, words in long.items() if not 11 <= words <= 34} == {}


def test_no_two_arguments_say_the_same(knowledge: Knowledge) -> None:
    texts = [argument.text for argument in knowledge.arguments.values()]
    assert len(set(texts)) == len(texts)


@pytest.fixture(scope="module")
def said(knowledge: Knowledge) -> dict[str, list[str]]:
    return {identity: points_said(workload, knowledge) for identity, workload in WORKLOADS.items()}


def test_explanations_say_what_a_reviewer_expects(said: dict[str, list[str]]) -> None:
    expected = sum(len(workload["points"]) for workload in WORKLOADS.values())
    assert sum(len(points) for points in said.values()) >= COVERAGE_FLOOR * expected


@pytest.mark.parametrize("identity", WORKLOADS)
def test_no_kind_of_workload_is_left_out(identity: str, said: dict[str, list[str]]) -> None:
    missing = [
        point["name"] for point in WORKLOADS[identity]["points"] if point["name"] not in said[identity]
    ]
    assert len(said[identity]) >= WORKLOAD_FLOOR, missing
