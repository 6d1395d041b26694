"""Names of rows in any spelling, and slips in them."""

import pytest

from knowledge.index.rows.misspellings import Misspellings
from knowledge.index.rows.spelling import Spellings

NAMES = (
    ("A100 SXM 40GB", "A100-40"),
    ("A100 SXM 80GB", "A100-80"),
    ("A100 PCIe 80GB", "A100-PCIe"),
    ("gpt-5", "gpt-5"),
    ("gpt-4o", "gpt-4o"),
    ("rerank-v3.5", "rerank-v3.5"),
    ("Cohere rerank", "rerank-4"),
    ("Cohere rerank 4", "rerank-4"),
    ("Qwen3-32B", "Qwen3-32B"),
    ("Qwen3-VL-235B-A22B", "Qwen3-VL-235B-A22B"),
    ("Qwen3", "Qwen3-32B"),
    ("Llama-3.3-70B", "Llama-3.3-70B"),
    ("Llama", "Llama-3.3-70B"),
    ("claude-sonnet-4-5", "claude-sonnet-4-5"),
    ("openai/gpt-oss-120b", "gpt-oss-120b"),
    ("step-3", "step-3"),
    ("step", "step-3"),
    ("A10", "A10"),
)


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        ("qwen 3 32b licence", ["Qwen3-32B"]),
        ("QWEN3_32B-Instruct", ["Qwen3-32B"]),
        ("qwen3 vl 235b memory", ["Qwen3-VL-235B-A22B"]),
        ("what licence has qwen3", ["Qwen3-32B"]),
        ("Llama 3.3 70B or gpt-oss 120b?", ["Llama-3.3-70B", "gpt-oss-120b"]),
        ("claude 4.5 sonnet price", ["claude-sonnet-4-5"]),
        ("an index of a 10 GB corpus", []),
        ("8 x A10 at most", ["A10"]),
        ("A100 SXM 40GB vs 80GB", ["A100-40", "A100-80"]),
        ("A100 SXM 80GB or PCIe 80GB", ["A100-80", "A100-PCIe"]),
        ("A100 SXM 40GB for 80GB", ["A100-40"]),
        ("cohere rerank 3.5 price", ["rerank-v3.5"]),
        ("a GPT-based agent", ["gpt-5", "gpt-4o", "gpt-oss-120b"]),
        ("which gpt has more context, gpt-4o?", ["gpt-4o", "gpt-5", "gpt-4o", "gpt-oss-120b"]),
    ],
)
def test_a_name_is_found_in_any_spelling(question: str, keys: list[str]) -> None:
    found = Spellings(NAMES, makers=["cohere"], compared=["vs", "or"], kindred=["based"]).within(question)
    assert [key for mention in found for key in mention.keys] == keys


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("llama 9 licence", "llama 9"),
        ("Llama 3.3 22B", "Llama 3.3 22B"),
        ("qwen3 vl 7b", "qwen3 vl 7b"),
        ("claude-sonnet-9", "claude-sonnet-9"),
        ("gpt-realtime price", "gpt-realtime"),
        ("gpt-4o mini price", "gpt-4o mini"),
        ("gpt-4o-mini price", "gpt-4o-mini"),
        ("claude sonnet 4 price", "claude sonnet 4"),
        ("H20 memory", "H20"),
    ],
)
def test_a_version_or_size_that_no_row_has_is_named_as_unknown(question: str, written: str) -> None:
    (mention,) = Spellings((*NAMES, ("H20", "")), variants=["mini"]).within(question)
    assert (mention.keys, mention.written) == ((), written)


def test_a_variant_that_is_held_is_found_by_its_name() -> None:
    names = (*NAMES, ("whisper-large-v3", "whisper"), ("whisper-large-v3-turbo", "whisper-turbo"))
    for question in ("whisper turbo licence", "whisper large v3 turbo"):
        (mention,) = Spellings(names, variants=["turbo"]).within(question)
        assert mention.keys == ("whisper-turbo",)


def test_a_day_behind_a_name_is_no_version() -> None:
    (mention,) = Spellings(NAMES).within("claude-sonnet-4-5-20250929 price")
    assert mention.keys == ("claude-sonnet-4-5",)


@pytest.mark.parametrize(
    ("question", "is_ordinary"),
    [("step by step", True), ("Is Step cheap?", False), ("step 3 licence", False)],
)
def test_an_ordinary_word_is_a_name_with_a_capital_inside_or_a_version(
    question: str, is_ordinary: bool
) -> None:
    assert Spellings(NAMES, ["step"]).within(question)[0].ordinary is is_ordinary


def test_a_makers_name_alone_is_no_family() -> None:
    spellings = Spellings([*NAMES, ("OpenAI embeddings", "step-3")], makers=["openai"])
    assert [mention.keys for mention in spellings.within("price of OpenAI embeddings")] == [("step-3",)]
    assert spellings.within("is the OpenAI API cheap") == []


def test_words_of_the_field_and_of_english_are_no_slips() -> None:
    assert Misspellings(["openai", "price"]).mended("openapi price, pride") == "openai price, pride"
    assert Misspellings(["openai", "price"], used={"openapi"}).mended("openapi price") == "openapi price"
