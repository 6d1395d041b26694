"""Conditions: their three-valued logic, their limits, and that they are never code."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import KnowledgeInvalid
from knowledge.expressions import FUNCTIONS, MAX_DEPTH, MAX_LENGTH, parse


def value(text: str, **values: Any) -> Any:
    return parse(text).evaluate(values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("-2 + 5", 3),
        ("7 / 2", 3.5),
        ("1 / 0", None),
        ("not false", True),
        ("'a' in ('a', 'b')", True),
        ("'c' not in ('a', 'b')", True),
        ("min(3, 1, 2)", 1),
        ("ceil(1.2)", 2),
        ("log10(1000)", 3),
        ("log10(0)", None),
        ("either(true, 1, 2)", 1),
        ("either(unknown, 1, 2)", None),
        ("first(unknown, 4)", 4),
        ("first(unknown)", None),
        ("known(unknown)", False),
        ("count(('a', 'b'))", 2),
    ],
)
def test_values(text: str, expected: Any) -> None:
    assert value(text) == pytest.approx(expected) if isinstance(expected, float) else value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes and unknown", None),
        ("no and unknown", False),
        ("unknown and no", False),
        ("yes or unknown", True),
        ("unknown or yes", True),
        ("no or unknown", None),
        ("not unknown", None),
        ("unknown > 3", None),
        ("unknown == unknown", None),
        ("unknown + 1", None),
        ("min(unknown, 1)", None),
        ("has(unknown, 'a')", None),
        ("has(tags, 'a', 'z')", True),
        ("has(tags, 'z')", False),
        ("'a' in tags", True),
    ],
)
def test_unknown_spreads_unless_the_rest_decides(text: str, expected: Any) -> None:
    assert value(text, yes=True, no=False, tags=frozenset({"a"})) is expected


def test_only_a_known_truth_holds() -> None:
    assert parse("x > 1").holds({"x": 2})
    assert not parse("x > 1").holds({"x": 1})
    assert not parse("x > 1").holds({})
    assert not parse("x").holds({"x": 1})


def test_names_are_collected() -> None:
    expression = parse("a > 1 and has(b, 'c') or known(d) and true")
    assert expression.names == {"a", "b", "d"}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "open('/etc/passwd')",
        "(1).__class__",
        "x.y",
        "x[0]",
        "[1, 2]",
        "{1: 2}",
        "lambda: 1",
        "[y for y in x]",
        "f'{x}'",
        "x if y else z",
        "2 ** 100",
        "1 % 2",
        "1 // 2",
        "x := 3",
        "1 < 2 < 3",
        "x is None",
        "~1",
        "first(*x)",
        "min(a=1)",
        "None",
        "b'bytes'",
        "...",
        "",
        "1 +",
        "a b",
        "import os",
        "x; y",
        "\x00",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeInvalid):
        parse(text)


def test_length_and_depth_are_limited() -> None:
    with pytest.raises(KnowledgeInvalid, match="characters"):
        parse("1 + " * MAX_LENGTH + "1")
    with pytest.raises(KnowledgeInvalid):
        parse("(" * 250 + "1" + ")" * 250)
    with pytest.raises(KnowledgeInvalid, match="nested deeper"):
        parse("not " * (MAX_DEPTH + 1) + "x")


def test_an_unknown_function_is_named_with_the_known_ones() -> None:
    with pytest.raises(KnowledgeInvalid, match=r"sum\(x\).*ceil"):
        parse("sum(x)")


@given(st.text(max_size=80))
def test_no_text_does_more_than_fail(text: str) -> None:
    try:
        expression = parse(text)
    except KnowledgeInvalid:
        return
    assert isinstance(expression.names, frozenset)


@given(
    st.sampled_from([True, False, None]),
    st.sampled_from([True, False, None]),
    st.sampled_from([True, False, None]),
)
def test_and_or_not_keep_de_morgan(a: bool | None, b: bool | None, c: bool | None) -> None:
    values = {"a": a, "b": b, "c": c}
    left = parse("not (a and b or c)").evaluate(values)
    right = parse("(not a or not b) and not c").evaluate(values)
    assert left is right


def test_every_function_is_listed_once() -> None:
    assert set(FUNCTIONS) == {"first", "known", "has", "count", "min", "max", "ceil", "log10", "either"}
