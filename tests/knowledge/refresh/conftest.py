from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.knowledge.refresh.fake_sources import FakeSources


@pytest.fixture
def fake() -> Iterator[FakeSources]:
    server = FakeSources()
    yield server
    server.close()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that doesn't exist yet."""
    return tmp_path / "cache"
