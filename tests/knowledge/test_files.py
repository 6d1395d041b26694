"""Reading data files: limits, confinement, and one clear sentence when something is wrong."""

from pathlib import Path

import pytest

from knowledge import files as data_files
from knowledge.errors import KnowledgeInvalid
from knowledge.files import DataFiles


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "two.csv").write_text("name,value\nx,1\ny,2\n")
    (tmp_path / "a" / "one.yaml").write_text("items: [1, 2]\n")
    (tmp_path / "top.txt").write_text("text")
    return tmp_path


def test_reads_text_tables_and_yaml(root: Path) -> None:
    files = DataFiles(root)
    assert files.text("top.txt") == "text"
    assert files.rows("a/two.csv") == [{"name": "x", "value": "1"}, {"name": "y", "value": "2"}]
    assert files.yaml("a/one.yaml") == {"items": [1, 2]}
    assert files.names("a") == ["a/one.yaml", "a/two.csv"]
    assert list(files.walk()) == ["a/one.yaml", "a/two.csv", "top.txt"]


def test_a_table_saved_by_excel_as_utf_8_is_read(root: Path) -> None:
    (root / "marked.csv").write_bytes(b"\xef\xbb\xbfmodel,value\nx,1\n")
    assert DataFiles(root).rows("marked.csv") == [{"model": "x", "value": "1"}]


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "/etc/passwd", ".."])
def test_stays_inside_its_folder(root: Path, name: str) -> None:
    with pytest.raises(KnowledgeInvalid, match="out of the knowledge folder"):
        DataFiles(root).text(name)


@pytest.mark.parametrize("name", ["nothing.yaml", "a/nothing.csv", "top.txt/inner"])
def test_a_missing_file_is_named(root: Path, name: str) -> None:
    with pytest.raises(KnowledgeInvalid, match="is missing"):
        DataFiles(root).text(name)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeInvalid, match="doesn't exist"):
        DataFiles(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_said_to_be_one(root: Path) -> None:
    with pytest.raises(KnowledgeInvalid, match="isn't a folder"):
        DataFiles(root / "top.txt")


def test_a_folder_that_is_lacking_inside_is_named(root: Path) -> None:
    with pytest.raises(KnowledgeInvalid, match="lacks b"):
        DataFiles(root).names("b")


def test_a_large_file_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "MAX_BYTES", 3)
    with pytest.raises(KnowledgeInvalid, match="larger than 3 bytes"):
        DataFiles(root).text("top.txt")


def test_other_encodings_are_refused(root: Path) -> None:
    (root / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(KnowledgeInvalid, match="UTF-8"):
        DataFiles(root).text("latin.txt")


def test_broken_yaml_and_yaml_objects_are_refused(root: Path) -> None:
    for content in ("a: [1", "!!python/object/apply:os.system ['true']", "a: b: c"):
        (root / "bad.yaml").write_text(content)
        with pytest.raises(KnowledgeInvalid, match="not valid YAML"):
            DataFiles(root).yaml("bad.yaml")


def test_the_digest_depends_on_names_and_contents(root: Path) -> None:
    first = DataFiles(root).digest()
    assert DataFiles(root).digest() == first
    (root / "top.txt").write_text("other")
    changed = DataFiles(root).digest()
    (root / "top.txt").rename(root / "renamed.txt")
    assert len({first, changed, DataFiles(root).digest()}) == 3


def test_the_packaged_data_are_found() -> None:
    assert "catalog/slots.yaml" in set(DataFiles().walk())
