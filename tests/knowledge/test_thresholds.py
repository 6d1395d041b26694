"""Thresholds of ours are told as ours: no rule passes one off as what its facts say."""

import re

import pytest

from knowledge import load
from knowledge.judged_lines import judged_thresholds
from knowledge.listing import show
from knowledge.thresholds import judged, numbers, thresholds, unnamed
from tools.evidence_book import rule_evidence

KNOWLEDGE = load()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("dims > 2000", [2000]),
        ("first(peak_rps, 1) < 50 and not first(tenants, 0) > 0", [50]),
        ("chunks > 2e7 or tenants >= 1000", [2e7, 1000]),
        ("use_case == 'rag' and first(has_corpus, false) == true", []),
        ("dims >", []),
    ],
)
def test_thresholds_are_the_numbers_that_something_is_compared_with(
    condition: str, expected: list[float]
) -> None:
    assert [number for _, number in thresholds(condition)] == expected


@pytest.mark.parametrize(
    ("text", "named"),
    [("up to 1,536 dimensions", 1536), ("20 million", 2e7), ("30B parameters", 3e10), ("Two nodes", 2)],
)
def test_a_fact_names_a_number_in_digits_or_words(text: str, named: float) -> None:
    assert named in numbers(text)


def test_a_threshold_of_a_fact_is_the_facts_and_another_is_ours() -> None:
    rule = KNOWLEDGE.rules["vectorize-dims"]
    facts = [KNOWLEDGE.facts[item] for item in rule.fact_ids]
    assert judged(rule, facts) == ()
    assert judged(rule.model_copy(update={"when": "vector_dim > 1500"}), facts) == ("vector_dim at 1500",)


@pytest.mark.parametrize(
    ("statement", "when", "ours"),
    [
        ("A request waits for 100 of them.", "first(latency_limit_ms, 1000) < 100", True),
        ("The p99 stays under 100 ms at that rate.", "first(latency_limit_ms, 1000) < 100", False),
        ("It holds 2,000 GB on a node.", "first(index_gb, 0) > 2000", False),
        ("It holds 2,000 tables.", "first(index_gb, 0) > 2000", True),
        ("Two functions read a point in time.", "first(teams, 1) > 2", True),
        ("Up to 1,000 collections a cluster.", "first(tenants, 1) > 1000", False),
    ],
)
def test_an_equal_number_of_something_else_names_no_threshold(statement: str, when: str, ours: bool) -> None:
    fact = next(iter(KNOWLEDGE.facts.values())).model_copy(update={"statement": statement, "value": None})
    rule = KNOWLEDGE.rules["vectorize-dims"].model_copy(update={"when": when})
    assert bool(judged(rule, [fact])) is ours


def test_no_rule_is_cited_as_facts_where_its_threshold_is_ours() -> None:
    told = 0
    for rule in KNOWLEDGE.rules.values():
        evidence = rule_evidence(f"rule/{rule.id}", KNOWLEDGE)
        ours = judged(rule, [KNOWLEDGE.facts[item] for item in rule.fact_ids])
        assert evidence is not None
        assert evidence.tier == "D"
        assert not ours or "judgement" in evidence.source, rule.id
        told += bool(ours)
    assert told


def test_a_rule_is_shown_with_what_is_judged_in_it() -> None:
    assert "by judgement: vector_dim at" not in show(KNOWLEDGE, "vectorize-dims")
    assert "by judgement: first(chunks, 100000.0) at 3e+06" in show(KNOWLEDGE, "guard-engine-for-few-vectors")


def test_rules_read_as_sentences_to_the_person_advised() -> None:
    names = {name for name in (*KNOWLEDGE.fields, *KNOWLEDGE.derived) if "_" in name}
    for rule in KNOWLEDGE.rules.values():
        assert re.fullmatch(r"[A-Z0-9].*[.?!]", rule.text), rule.id
        assert 4 <= len(rule.text.split()) <= 36, (rule.id, rule.text)
        assert not names & set(re.findall(r"\w+", rule.text)), (rule.id, rule.text)


def test_every_judged_line_is_listed_with_what_draws_it() -> None:
    drawn = {
        (item.compared, item.number, place)
        for item in judged_thresholds(KNOWLEDGE)
        for place in item.drawn_by
    }
    rules = {
        (name, number, f"rule:{rule.id}")
        for rule in KNOWLEDGE.rules.values()
        for name, number in thresholds(rule.when)
        if f"{name} at {number:g}" in judged(rule, [KNOWLEDGE.facts[item] for item in rule.fact_ids])
    }
    assert rules
    assert {line for line in drawn if line[2].startswith("rule:")} == rules
    assert any(place.startswith("slot:") for _, _, place in drawn)
    assert any(place == "derived:training_work" for _, _, place in drawn)


@pytest.mark.parametrize("kind", ["decision", "conflict", "argument", "component"])
def test_lines_outside_rules_are_listed_too(kind: str) -> None:
    """Each kind draws some by judgement."""
    drawn = [
        (item.compared, item.number, place)
        for item in judged_thresholds(KNOWLEDGE)
        for place in item.drawn_by
        if place.startswith(f"{kind}:")
    ]
    assert drawn


def test_an_end_of_a_scale_is_listed_where_no_fact_gives_it() -> None:
    lines = {(place, item.number) for item in judged_thresholds(KNOWLEDGE) for place in item.drawn_by}
    for component in KNOWLEDGE.components.values():
        by_judgement = [scale for scale in component.scale if scale.basis == "judgement"]
        ends = {end for scale in by_judgement for end in (scale.low, scale.high) if end}
        assert {end for place, end in lines if place == f"component:{component.id}"} == ends


def test_what_the_fact_of_an_argument_names_is_not_listed() -> None:
    listed = {
        (item.compared, item.number, place)
        for item in judged_thresholds(KNOWLEDGE)
        for place in item.drawn_by
    }
    named = 0
    for argument in KNOWLEDGE.arguments.values():
        facts = [KNOWLEDGE.facts[item] for item in argument.fact_ids if item in KNOWLEDGE.facts]
        for name, number in thresholds(argument.when):
            is_ours = (name, number) in unnamed(argument.when, facts)
            assert ((name, number, f"argument:{argument.id}") in listed) is is_ours
            named += not is_ours
    assert named


def test_a_fact_that_names_the_number_takes_the_line_from_an_argument() -> None:
    argument = next(
        item
        for item in KNOWLEDGE.arguments.values()
        if thresholds(item.when) and all(fact in KNOWLEDGE.facts for fact in item.fact_ids)
    )
    name, number = thresholds(argument.when)[0]
    fact = KNOWLEDGE.facts[argument.fact_ids[0]]
    assert (name, number) in unnamed(
        argument.when, [fact.model_copy(update={"statement": "", "value": None})]
    )
    assert (name, number) not in unnamed(f"{name} > 4321", [fact.model_copy(update={"statement": "4,321"})])
