"""`stackwright worker`: how it ends."""

import logging
from argparse import Namespace
from pathlib import Path
from typing import NoReturn

import pytest

from knowledge.errors import ConfigError
from tui.settings import Settings
from tui.verbs import worker


def run_with(error: Exception, monkeypatch: pytest.MonkeyPatch, folder: Path) -> int:
    def fail(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr("service.worker.run_worker", fail)
    monkeypatch.setattr("service.log.log_places_only", lambda: None)
    return worker.run(Namespace(), Settings(data_dir=folder))


def test_what_ends_it_is_said_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert run_with(ValueError("secret words"), monkeypatch, tmp_path) == 1
    assert "can't work any more: ValueError at fail" in caplog.text
    assert "secret" not in caplog.text


def test_what_somebody_can_mend_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="newer"):
        run_with(ConfigError("Written by a newer stackwright."), monkeypatch, tmp_path)
