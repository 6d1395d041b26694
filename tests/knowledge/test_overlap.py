"""A statement that follows its source word by word is noticed, and so is one that was never held against it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge import load, manifest
from knowledge.checks.overlap import FILE, LONGEST_RUN, longest_run, measured_facts, overlap_key, words_of
from knowledge.checks.tables import read_tables
from knowledge.files import DataFiles
from knowledge.verify import verify_folder

Plant = Callable[[dict[str, Any]], Path]
TODAY = date(2026, 11, 24)


def recorded(tree: dict[str, Any], plant: Plant, run: int, key: str = "", name: str = "") -> list[str]:
    root = plant(tree)
    fact = next(iter(read_tables(DataFiles(root)).facts.values())).record
    (root / FILE).write_text(f"fact_id,key,run_words\n{name or fact.id},{key or overlap_key(fact)},{run}\n")
    manifest.write(root)
    return [item.message for item in verify_folder(root, TODAY) if item.severity == "error"]


@pytest.mark.parametrize(("run", "refused"), [(LONGEST_RUN, False), (LONGEST_RUN + 1, True)])
def test_more_words_in_a_row_than_may_be_are_an_error(
    tree: dict[str, Any], plant: Plant, run: int, refused: bool
) -> None:
    found = recorded(tree, plant, run)
    assert any(f"shares {run} words in a row" in message for message in found) is refused


def test_a_figure_of_another_statement_does_not_count(tree: dict[str, Any], plant: Plant) -> None:
    assert not any("in a row" in message for message in recorded(tree, plant, 40, key="0" * 12))
    root = plant(tree)
    tables = read_tables(DataFiles(root))
    fact = next(iter(tables.facts.values())).record
    (root / FILE).write_text(f"fact_id,key,run_words\n{fact.id},{overlap_key(fact)},3\n")
    assert measured_facts(tables) == 1
    (root / FILE).write_text(f"fact_id,key,run_words\n{fact.id},{'0' * 12},3\n")
    assert measured_facts(tables) == 0


def test_a_figure_without_its_fact_is_an_error(tree: dict[str, Any], plant: Plant) -> None:
    assert any("no such fact" in message for message in recorded(tree, plant, 3, name="nobody/limit/none"))


def test_the_key_changes_with_the_statement_and_with_the_source() -> None:
    fact = next(iter(load().facts.values()))
    other = fact.model_copy(update={"statement": fact.statement + " More."})
    moved = fact.model_copy(update={"source": fact.source.model_copy(update={"url": "https://example.com"})})
    assert len({overlap_key(fact), overlap_key(other), overlap_key(moved)}) == 3


def test_runs_are_counted_over_punctuation_and_case() -> None:
    source = words_of("A record may hold up to 2,000 dimensions; wider ones are refused.")
    assert longest_run(words_of("Records hold UP TO 2,000 dimensions."), source) == 5
    assert longest_run(words_of("Something else."), source) == 0
