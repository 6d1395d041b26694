"""YAML that is shipped as already read stands for its own text alone."""

import gzip
from pathlib import Path

import pytest

from knowledge.checks.data_files import check_parsed
from knowledge.files import DataFiles
from knowledge.manifest import packaged_root
from knowledge.parsed_yaml import FILE, ParsedYaml, as_json, pack

TEXT = "facts:\n- id: a/limit/one\n  value: 1.5\n  read_at: '2026-11-28'\n"
CONTENT = {"facts": [{"id": "a/limit/one", "value": 1.5, "read_at": "2026-11-28"}]}


def test_a_text_that_was_packed_is_known_and_each_asker_has_its_own() -> None:
    known = ParsedYaml(pack([(TEXT, CONTENT)]))
    first, second = known.of(TEXT), known.of(TEXT)
    assert first == CONTENT
    first["facts"].clear()
    assert second == CONTENT
    assert known.of(TEXT.replace("1.5", "1.6")) is None


@pytest.mark.parametrize("text", ["as_of: 2026-11-28\n", "1: one\n"])
def test_what_json_can_not_tell_is_left_to_yaml(text: str) -> None:
    import yaml

    content = yaml.safe_load(text)
    assert as_json(content) == ""
    assert ParsedYaml(pack([(text, content)])).of(text) is None


@pytest.mark.parametrize(
    "stored",
    [b"", b"not gzip", gzip.compress(b"\xff\xfe"), pack([(TEXT, CONTENT)])[:-9]],
    ids=["empty", "not compressed", "not text", "cut off"],
)
def test_what_is_damaged_is_read_as_yaml(stored: bytes) -> None:
    assert ParsedYaml(stored).of(TEXT) is None


def test_the_facts_are_read_ahead_and_as_their_yaml() -> None:
    packaged, as_yaml = DataFiles(), DataFiles(packaged_root())
    known = ParsedYaml(packaged.bytes(FILE))
    for name in packaged.names("catalog/facts"):
        assert known.of(packaged.text(name)) is not None, name
        assert packaged.yaml(name) == as_yaml.yaml(name), name
    assert list(check_parsed(packaged)) == []


def test_a_folder_of_ones_own_is_read_as_yaml_whatever_it_ships(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "facts.yaml").write_text(TEXT)
    (tmp_path / FILE).write_bytes(pack([(TEXT, {"facts": []})]))
    assert DataFiles(tmp_path).yaml("facts.yaml") == CONTENT


def test_a_file_that_says_otherwise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "catalog/floors.yaml"
    files = DataFiles()
    stored = pack([(files.text(name), {"other": 1})])
    whole = files.bytes

    def damaged(asked: str) -> bytes:
        return stored if asked == FILE else whole(asked)

    monkeypatch.setattr(files, "bytes", damaged)
    told = {finding.message.split(" what ")[1].split(" says")[0] for finding in check_parsed(files)}
    assert name in told, "it says otherwise"
    assert "catalog/facts/storage.yaml" in told, "it isn't there"
