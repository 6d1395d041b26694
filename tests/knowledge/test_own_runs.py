"""The user's measurements as part of the knowledge base: kept, hashed, marked, and left out where they are broken."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import Knowledge, load
from knowledge.errors import ConfigError
from knowledge.own_runs import TABLE, OwnRun, file_label, own_runs
from knowledge.own_runs_store import (
    StoredRuns,
    only_writer,
    read_runs,
    store_path,
    stored_runs,
    table_text,
    write_runs,
)

RUN = OwnRun(
    id="run-00000001", model="Llama-3.3-70B", accelerator="H100-SXM-80GB", devices=4, precision="fp8",
    arrivals="open", input_tokens=1024, output_tokens=256, concurrency=27.5, tpot_ms=38.5, ttft_ms=412.5,
    file="run.json", as_of=date(2026, 11, 20),
)  # fmt: skip
OTHER = RUN.model_copy(update={"id": "run-00000002", "concurrency": 8.0, "tpot_ms": 21.0})


def base_with(*runs: OwnRun) -> Knowledge:
    return load(None, None, StoredRuns(Path("own.csv"), table_text(runs).encode()))


def test_what_is_written_is_read_again_and_only_for_its_owner(tmp_path: Path) -> None:
    assert stored_runs(tmp_path) is None
    with only_writer(tmp_path):
        write_runs(tmp_path, [OTHER, RUN])
    assert read_runs(stored_runs(tmp_path)).runs == (RUN, OTHER)
    assert store_path(tmp_path).stat().st_mode & 0o777 == 0o600


def test_measurements_are_part_of_the_hash_in_whatever_order() -> None:
    plain, one, both = load().hash, base_with(RUN).hash, base_with(RUN, OTHER).hash
    assert len({plain, one, both}) == 3
    assert base_with(OTHER, RUN).hash == both
    assert base_with().hash == plain


def test_the_shipped_table_is_empty() -> None:
    assert load().files.rows(TABLE) == []
    assert own_runs(load()) == ()
    assert own_runs(base_with(OTHER, RUN)) == (RUN, OTHER)


def test_a_broken_or_strange_row_is_named_and_the_others_are_used() -> None:
    strange = OTHER.model_copy(update={"model": "Lama-9"})
    text = table_text([RUN, strange]) + "run-00000003,Llama-3.3-70B,H100-SXM-80GB,zero\n"
    known = load(None, None, StoredRuns(Path("own.csv"), text.encode()))
    assert own_runs(known) == (RUN,)
    told = [finding.message for layer in known.layers for finding in layer.findings]
    assert any("devices" in message for message in told)
    assert any("unknown model 'Lama-9'" in message for message in told)


def test_a_shared_folder_may_hold_measurements(tmp_path: Path) -> None:
    (tmp_path / "perf").mkdir()
    (tmp_path / "perf" / "own_measured.csv").write_text(table_text([RUN]), encoding="utf-8")
    known = load(tmp_path)
    (run,) = own_runs(known)
    assert (run.tpot_ms, run.source) == (38.5, f"yours ({tmp_path.name})")
    assert not [finding for layer in known.layers for finding in layer.findings]


def test_a_folder_that_cant_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "calibration").write_text("a file", encoding="utf-8")
    with pytest.raises(ConfigError, match="can't be written"), only_writer(tmp_path):
        pass


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("run.json", "run.json"),
        ("=cmd|x.json", "_cmd_x.json"),
        ("-rf .json", "rf_.json"),
        ("\x1b[31m", "_31m"),
    ],
)
def test_a_files_name_is_harmless_in_sentences_and_tables(name: str, label: str) -> None:
    assert file_label(name) == label
