"""How people search, not how the search of today works; and pieces of text, which are vectors."""

import pytest

from agent.language.understand import understand
from knowledge import load
from tools.workload import Workload

KNOWLEDGE = load()


def read(text: str, field: str) -> object:
    found = understand(text, turn=1, workload=Workload(), knowledge=KNOWLEDGE)
    return next((item.value for item in found.updates if item.field == field), None)


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("Everybody likes our keyword search, but newcomers don't know the right words.", "natural_language"),
        ("Tenants should describe their problem and find the paragraph that helps.", "natural_language"),
        ("Search is of the old kind: one needs the right words.", "natural_language"),
        ("Make the archive searchable by meaning.", "natural_language"),
        ("Users search by part number.", "exact_terms"),
        ("Keyword search is enough for us.", "exact_terms"),
        ("They look things up by serial number or in their own words.", "mixed"),
        ("We have a keyword search on our site.", None),
    ],
)
def test_the_style_that_is_wanted(text: str, style: str | None) -> None:
    assert read(text, "query_style") == style


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("over 3 billion pieces of code in total", 3e9),
        ("12 million snippets of 200 words", 12e6),
        ("about 50 million passages", 50e6),
    ],
)
def test_pieces_are_vectors(text: str, count: float) -> None:
    assert read(text, "vector_count") == count
    assert read(text, "corpus_documents") is None
