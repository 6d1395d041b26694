"""The verb: what it needs, what it refuses, and what it leaves unloaded."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tui.main import main


@pytest.fixture(autouse=True)
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(tmp_path / "none.toml"))


def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "tui.verbs.mcp.find_spec", lambda name: None if name == "mcp" else importlib.util.find_spec(name)
    )
    assert main(["mcp"]) == 5
    said = capsys.readouterr()
    assert said.out == ""
    assert "extra `server`" in said.err
    assert "stackwright[server]" in said.err


@pytest.mark.parametrize("option", [["--port", "1"], ["--host", "::1"], ["--allow-host", "x"]])
def test_options_of_http_need_http(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", *option]) == 1
    assert "Add --http." in capsys.readouterr().err


def test_a_wrong_profile_is_said_before_anything_is_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "org.toml"
    profile.write_text('banned_vendors = ["opnai-api"]\n')
    assert main(["mcp", "--profile", str(profile)]) == 1
    assert "opnai-api" in capsys.readouterr().err


def test_the_server_loads_no_model_client_no_graph_and_no_screen() -> None:
    code = (
        "import sys\nimport tui.verbs.mcp, service.mcp_server\n"
        "print(*(name for name in ('langgraph', 'litellm', 'openai', 'textual', 'chromadb') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
