"""Which facts name a component in passing."""

import pytest

from knowledge import load
from knowledge.index.coverage import Coverage
from knowledge.index.names import normalise
from knowledge.index.vocabulary import Vocabulary, read_word_lists


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    knowledge = load()
    return Coverage(knowledge, Vocabulary(read_word_lists(knowledge.files)))


@pytest.mark.parametrize("form", ["kubernetes", "qdrant", "amazon s3", "the", "no such name"])
def test_all_facts_that_hold_a_name_are_found_each_once(form: str, coverage: Coverage) -> None:
    """Statements that begin with it right behind one that ends with it are two."""
    facts = load().facts.values()
    holding = [fact.id for fact in facts if f" {normalise(form)} " in f" {normalise(fact.statement)} "]
    assert [fact.id for fact in coverage._mentioning(form)] == holding
