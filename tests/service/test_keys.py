"""API keys: made, used, listed, revoked, and never stored."""

from pathlib import Path

import pytest

from knowledge.errors import InputRefused
from service.backend import FILE, Backend
from service.keys import add_key, keys, owner_of, revoke_key


def test_a_key_opens_until_it_is_revoked(backend: Backend) -> None:
    with backend.opened() as store:
        key, other = add_key(store, "ci"), add_key(store, "web-ui")
        assert owner_of(store, key) == "key:ci"
        assert owner_of(store, other) == "key:web-ui"
        assert owner_of(store, key + "x") is None
        assert owner_of(store, "") is None
        revoke_key(store, "ci")
        assert owner_of(store, key) is None
        assert owner_of(store, other) == "key:web-ui"
        assert [(item.name, item.revoked is None) for item in keys(store)] == [
            ("ci", False),
            ("web-ui", True),
        ]
        with pytest.raises(InputRefused, match="no open key"):
            revoke_key(store, "ci")


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "-x", "ci"])
def test_a_name_that_is_none_or_taken_is_refused(tmp_path: Path, name: str) -> None:
    with Backend(folder=tmp_path).opened() as store:
        add_key(store, "ci")
        with pytest.raises(InputRefused):
            add_key(store, name)


def test_the_file_holds_no_key(tmp_path: Path) -> None:
    with Backend(folder=tmp_path).opened() as store:
        key = add_key(store, "ci")
    assert not any(key[4:].encode() in file.read_bytes() for file in tmp_path.glob(f"{FILE}*"))
