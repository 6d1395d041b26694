"""`stackwright doctor`: one line a check, never a secret, and an exit code that scripts can use."""

import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import knowledge.index
import knowledge.manifest
from knowledge.files import DataFiles
from tui.main import main
from tui.settings import Settings
from tui.verbs.doctor import CHECKS, Check, checks, is_compromised, unexpected_startup

SECRET = "sk-very-secret"


class Opened:
    """A retriever whose index opens, or says what doesn't work."""

    notices: tuple[str, ...] = ()
    records = (1, 2, 3)

    def __init__(self, _knowledge: object) -> None:
        pass

    def warm(self) -> tuple[str, ...]:
        return Opened.notices


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("STACKWRIGHT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setattr(knowledge.index, "Retriever", Opened)
    monkeypatch.setattr(Opened, "notices", ())


@pytest.fixture
def listening() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


def found(name: str, settings: Settings) -> Check:
    return CHECKS[name](settings)


def test_every_check_is_one_line_and_a_sound_machine_exits_with_zero(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge.manifest, "differences", lambda _files: iter(()))
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(CHECKS)
    assert all(line.split()[0] in ("ok", "warning") for line in lines)


def test_a_problem_exits_with_four(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["doctor", "--profile", str(tmp_path / "none.toml")]) == 4
    said = capsys.readouterr().out
    assert "problem  profile" in said
    assert len(said.splitlines()) == len(CHECKS)


@pytest.mark.parametrize("more", [[], ["--offline"]])
def test_no_secret_is_printed(capsys: pytest.CaptureFixture[str], more: list[str]) -> None:
    url = f"http://user:{SECRET}@127.0.0.1:9/v1?key={SECRET}"
    assert main(["doctor", "--model", "openai/x", "--base-url", url, *more]) == 4
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert "key set in OPENAI_API_KEY" in said.out


def test_a_configured_endpoint_is_contacted(listening: str) -> None:
    check = found("model", Settings(model="openai/x", base_url=listening))
    assert check.state == "ok"
    assert "reachable" in check.text


def test_an_unreachable_endpoint_is_a_problem() -> None:
    check = found("model", Settings(model="openai/x", base_url="http://127.0.0.1:9/v1"))
    assert check.state == "problem"
    assert "no connection" in check.text


def test_no_model_and_no_address_contact_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("contacted")

    monkeypatch.setattr(socket, "create_connection", refuse)
    assert found("model", Settings()).state == "ok"
    assert "not contacted" in found("model", Settings(model="mistral/x")).text
    assert (
        found("model", Settings(model="openai/x", base_url="http://127.0.0.1:9", offline=True)).state
        == "problem"
    )


def test_a_missing_key_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "no key in OPENAI_API_KEY" in found("model", Settings(model="openai/x")).text


def test_a_data_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    check = found("sessions", Settings(data_dir=tmp_path / "file" / "below"))
    assert check.state == "problem"
    assert "STACKWRIGHT_DATA_DIR" in check.advice


def test_looking_makes_no_database(tmp_path: Path) -> None:
    assert found("sessions", Settings(data_dir=tmp_path / "new")).state == "ok"
    assert not (tmp_path / "new").exists()


def test_a_store_of_a_newer_version_is_a_warning(tmp_path: Path) -> None:
    from tui.storage import FILE, open_store

    settings = Settings(data_dir=tmp_path / "data")
    open_store(settings).connection.close()
    assert found("sessions", settings).state == "ok"
    with sqlite3.connect(tmp_path / "data" / FILE) as connection:
        connection.execute("PRAGMA user_version = 999")
    check = found("sessions", settings)
    assert check.state == "warning"
    assert "999" in check.text


def test_an_index_in_memory_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Opened, "notices", ("The index folder can't be used; memory is.",))
    check = found("index", Settings())
    assert check.state == "warning"
    assert "memory" in check.text


def test_windows_is_sent_to_wsl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    check = found("python", Settings())
    assert check.state == "problem"
    assert "WSL" in check.advice


@pytest.mark.parametrize(
    ("release", "bad"),
    [
        ("1.82.7", True),
        ("1.82.8", True),
        ("1.107.0", True),
        ("1.107.3", True),
        ("1.110.2", False),
        ("1.82.70", False),
    ],
)
def test_compromised_releases_are_known(release: str, bad: bool) -> None:
    assert is_compromised(release) is bad


def test_unexpected_start_up_hooks_are_found(tmp_path: Path) -> None:
    (tmp_path / "folders.pth").write_text("/somewhere\n")
    (tmp_path / "distutils-precedence.pth").write_text("import os\n")
    (tmp_path / "__editable__.thing-1.0.pth").write_text("import __editable___thing\n")
    assert unexpected_startup(tmp_path) == []
    (tmp_path / "litellm_init.pth").write_text("import base64; exec(base64.b64decode(''))\n")
    (tmp_path / "sitecustomize.py").write_text("")
    assert {path.name for path in unexpected_startup(tmp_path)} == {"litellm_init.pth", "sitecustomize.py"}


def test_a_changed_knowledge_folder_is_a_warning_and_a_missing_one_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = [("catalog/slots.yaml", "The file differs from the manifest.")]
    monkeypatch.setattr(knowledge.manifest, "differences", lambda _files: iter(changed))
    assert found("knowledge", Settings()).state == "problem"
    own = found("knowledge", Settings(knowledge=Path(str(DataFiles().root))))
    assert own.state == "warning"
    assert "catalog/slots.yaml" in own.text
    states = {check.name: check.state for check in checks(Settings(knowledge=tmp_path / "nowhere"))}
    assert states["knowledge"] == "problem"
    assert states["python"] == "ok"
