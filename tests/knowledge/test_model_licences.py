"""A model that may be recommended names the place where its licence was read."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge import load, manifest
from knowledge.checks.model_licences import COLUMN, QUALITY
from knowledge.library import Knowledge
from knowledge.models import TABLE, models
from knowledge.verify import verify_folder

Plant = Callable[[dict[str, Any]], Path]
Row = dict[str, str]
TODAY = date(2026, 11, 24)
ADDRESS = "https://huggingface.co/maker/one"
MODEL: Row = {
    "key": "one",
    "family": "One",
    "arch_key": "one",
    "type": "llm",
    "open_weights": "true",
    "params_b": "8",
    "active_b": "8",
    "layers": "32",
    "hidden": "4096",
    "kv_bytes_per_token": "131072",
    "licence": "MIT",
    COLUMN: ADDRESS,
    "commercial_use": "yes",
    "source": "made up",
    "as_of": "2026-11-24",
    "confidence": "high",
}
RESULT: Row = {"model": "one", "benchmark": "mmlu", "score": "70", "as_of": "2026-11-24", "source": "made up"}


def planted(root: Path, model: Row, result: Row = RESULT) -> Path:
    (root / "perf").mkdir(exist_ok=True)
    for name, row in ((TABLE, model), (QUALITY, result)):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
        (root / name).write_text(text.getvalue(), "utf-8")
    manifest.write(root)
    return root


def messages(root: Path, file: str = TABLE) -> list[str]:
    return [
        item.message for item in verify_folder(root, TODAY) if item.file == file and item.severity == "error"
    ]


def test_a_licence_without_its_place_is_an_error(tree: dict[str, Any], plant: Plant) -> None:
    (found,) = messages(planted(plant(tree), MODEL | {COLUMN: ""}))
    assert "doesn't say where MIT was read" in found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {COLUMN: "", "confidence": "low"},
        {COLUMN: "", "open_weights": "false"},
        {COLUMN: "", "licence": ""},
        {COLUMN: "", "layers": ""},
        {COLUMN: f"https://github.com/maker/one/blob/{'0a' * 20}/LICENSE"},
    ],
    ids=["read", "listed as unread", "no open weights", "no licence", "cannot be sized", "pinned"],
)
def test_what_is_read_or_never_recommended_has_no_error(
    changes: Row, tree: dict[str, Any], plant: Plant
) -> None:
    assert messages(planted(plant(tree), MODEL | changes)) == []


def test_a_model_without_results_is_not_asked(tree: dict[str, Any], plant: Plant) -> None:
    root = planted(plant(tree), MODEL | {COLUMN: ""}, RESULT | {"model": "another"})
    assert messages(root) == []


def test_a_branch_is_no_place_to_have_read_a_licence(tree: dict[str, Any], plant: Plant) -> None:
    (found,) = messages(
        planted(plant(tree), MODEL | {COLUMN: "https://github.com/maker/one/blob/main/LICENSE"})
    )
    assert "isn't pinned to a commit" in found


def test_a_table_from_before_the_column_stays_usable(tree: dict[str, Any], plant: Plant) -> None:
    root = planted(plant(tree), {name: value for name, value in MODEL.items() if name != COLUMN})
    assert messages(root) == []
    assert models(Knowledge(root))["one"].licence_source == ""


def test_a_broken_table_is_a_finding(tree: dict[str, Any], plant: Plant) -> None:
    root = planted(plant(tree), MODEL | {"type": "oracle"})
    assert "row 'one', type" in messages(root)[0]
    (root / QUALITY).write_bytes(b"\xff\xfe")
    assert any("not UTF-8" in item for item in messages(root, QUALITY))


def test_only_few_models_that_may_be_recommended_are_unread() -> None:
    knowledge = load()
    rated = {row["model"] for row in knowledge.files.rows(QUALITY)}
    usable = [
        item
        for item in models(knowledge).values()
        if item.open_weights and item.sizeable and item.key in rated
    ]
    unread = [item.key for item in usable if not item.licence_source]
    assert len(unread) <= 3 < len(usable) / 20, unread


def test_what_a_maker_says_of_its_own_model_is_told_as_that() -> None:
    """A maker's claim is no neutral measurement, and no source is a placeholder."""
    makers = {
        "https://openai.com/": "gpt", "https://www.anthropic.com/": "claude", "https://qwenlm.github.io/": "Qwen",
        "https://deepmind.google/": "gem", "https://huggingface.co/deepseek-ai/": "DeepSeek",
    }  # fmt: skip
    rows = load().files.rows("perf/quality.csv")
    for row in rows:
        assert "example." not in row["source"], row
        maker = next((name for address, name in makers.items() if row["source"].startswith(address)), None)
        if maker:
            own = row["model"].startswith((maker, "o1", "o3", "o4", "QwQ"))
            assert row["tier"] == ("T2v" if own else "T3"), row
