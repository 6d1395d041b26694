"""The search terms of records in columns tell what the texts tell, shipped or found anew."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import load
from knowledge.checks.data_files import check_terms
from knowledge.files import DataFiles
from knowledge.index.cards import index_records
from knowledge.index.record import IndexRecord
from knowledge.index.record_terms import FILE, key_of, pack, read_terms, terms_of
from knowledge.index.worded import Worded, together, worded
from knowledge.layers import packaged_part

WORDS = st.sampled_from(["qdrant", "shard", "limit", "cost", "the", "of"])
RECORDS = st.lists(st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=4), max_size=6)
ONE = IndexRecord("a", "Shards limit the cost.", "limit", questions=("what limits shards", "shard costs"))
OTHER = IndexRecord("b", "Tiers of Qdrant.", "cost")


def told(columns: Worded) -> list[list[list[str]]]:
    """The passages of each record as lists of words."""
    words = iter(columns.words[number] for number in columns.numbers.tolist())
    passages = iter([[next(words) for _ in range(length)] for length in columns.lengths.tolist()])
    return [[next(passages) for _ in range(count)] for count in columns.counts.tolist()]


@given(records=RECORDS)
def test_columns_say_what_the_lists_say(records: list[list[list[str]]]) -> None:
    columns = worded(records)
    assert told(columns) == records
    assert told(columns.first_passages()) == [item[:1] for item in records]
    assert told(columns.questions()) == [item[1:] or item for item in records]
    assert told(columns.joined()) == [[[word for passage in item for word in passage]] for item in records]
    assert columns.used() == {word for item in records for passage in item for word in passage}
    usage = Counter(word for item in records for word in {word for passage in item for word in passage})
    assert columns.usage() == usage
    kept = [[[word for word in passage if word != "the"] for passage in item] for item in records]
    assert told(columns.without({"the"})) == kept


@given(records=RECORDS, further=RECORDS)
def test_records_are_put_together_and_taken_in_any_order(
    records: list[list[list[str]]], further: list[list[list[str]]]
) -> None:
    both = together(worded(records), worded(further))
    assert told(both) == records + further
    assert told(both.records(np.arange(len(both.counts))[::-1])) == (records + further)[::-1]


def shipping(folder: Path, content: bytes) -> DataFiles:
    (folder / FILE).parent.mkdir(exist_ok=True)
    (folder / FILE).write_bytes(content)
    return DataFiles(folder)


def test_terms_of_a_record_that_is_not_shipped_are_found_in_its_text(tmp_path: Path) -> None:
    files = shipping(tmp_path, pack([ONE, OTHER]))
    changed = replace(ONE, questions=("what limits zorbs",))
    assert told(read_terms(files, [ONE, OTHER])) == told(terms_of([ONE, OTHER]))
    assert told(read_terms(files, [OTHER, changed, ONE])) == told(terms_of([OTHER, changed, ONE]))
    assert told(read_terms(files, [OTHER])) == told(terms_of([OTHER]))


def test_equal_records_do_not_move_the_terms_of_others(tmp_path: Path) -> None:
    files, new = shipping(tmp_path, pack([ONE, ONE])), replace(ONE, text="Something else.")
    assert told(read_terms(files, [ONE, new])) == told(terms_of([ONE, new]))


def test_words_that_no_record_says_any_more_are_not_known(tmp_path: Path) -> None:
    files, new = shipping(tmp_path, pack([ONE, OTHER])), replace(OTHER, text="Tiers of Milvus.")
    assert set(read_terms(files, [ONE, new]).words) == set(terms_of([ONE, new]).words)


def test_what_is_shipped_is_taken_as_it_is(tmp_path: Path) -> None:
    """Else nothing is saved."""
    files = shipping(tmp_path, pack([replace(ONE, text="Something else.")]))
    with np.load(tmp_path / FILE) as stored:
        columns = {**stored, "keys": np.array([key_of(ONE)], dtype=np.uint64)}
    np.savez(tmp_path / FILE, **columns)
    assert told(read_terms(files, [ONE]))[0][0] == ["someth", "els"]


@pytest.mark.parametrize(
    "broken",
    [
        {"counts": np.array([3], dtype=np.uint16)},
        {"counts": np.array([0], dtype=np.uint16)},
        {"lengths": np.array([9], dtype=np.uint16)},
        {"numbers": np.array([99] * 9, dtype=np.uint16)},
        {"keys": np.array([], dtype=np.uint64)},
        {"lengths": np.array([-1, 5, 5], dtype=np.int16)},
        {"counts": np.array(["3"])},
        {"counts": np.array(3, dtype=np.uint16)},
        {"words": np.array([255], dtype=np.uint8)},
    ],
    ids=[
        "more passages",
        "no passage",
        "longer",
        "strange words",
        "no key",
        "negative",
        "text",
        "no row",
        "no UTF-8",
    ],
)
def test_parts_that_do_not_belong_together_are_not_used(broken: dict[str, Any], tmp_path: Path) -> None:
    files = shipping(tmp_path, pack([ONE]))
    with np.load(tmp_path / FILE) as stored:
        columns = {**stored, **broken}
    np.savez(tmp_path / FILE, **columns)
    assert told(read_terms(files, [ONE])) == told(terms_of([ONE]))


@pytest.mark.parametrize("content", [b"", b"no zip"], ids=["empty", "no zip"])
def test_what_can_not_be_read_is_found_in_the_texts(content: bytes, tmp_path: Path) -> None:
    assert told(read_terms(shipping(tmp_path, content), [ONE])) == told(terms_of([ONE]))


def test_a_folder_without_terms_is_read(tmp_path: Path) -> None:
    assert told(read_terms(DataFiles(tmp_path), [ONE])) == told(terms_of([ONE]))


def test_the_packaged_terms_are_those_of_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    knowledge = packaged_part(load())
    assert list(check_terms(knowledge)) == []
    records = index_records(knowledge)
    stale, whole = pack(records[:-1]), knowledge.files.bytes
    monkeypatch.setattr(knowledge.files, "bytes", lambda name: stale if name == FILE else whole(name))
    assert [finding.file for finding in check_terms(knowledge)] == [FILE]
