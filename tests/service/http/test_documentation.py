"""docs/service.md: its lines run as they stand, and its table holds the settings there are."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.http.limits import Limits
from tests.service.http.conftest import Served, events_of, serving
from tui.main import parser
from tui.settings import ENVIRONMENT

DOCUMENT = (Path(__file__).parents[3] / "docs" / "service.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def one_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("documented"), "--workers", "1") as served:
        yield served


def test_the_lines_for_curl_run(one_served: Served, tmp_path: Path) -> None:
    (script,) = re.findall(r"```bash\n(.*?)```", DOCUMENT, re.DOTALL)
    here = script.replace("http://127.0.0.1:8321", one_served.url).replace(
        "curl -sS", "curl -sS --fail-with-body"
    )
    done = subprocess.run(
        ["bash", "-euc", here], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"kind":"recommendation"' in done.stdout
    assert "is taken back" in done.stdout
    ids = [event["id"] for event in events_of(re.sub(r"(?m)^\{.*\}(?=retry)|^\{.*\}$", "", done.stdout))]
    assert {"1.0", "2.0", "3.0", "4.0"} <= set(ids)
    assert ids.count("1.2") == 2
    assert ids.count("1.1") == 1
    assert (tmp_path / "decision.html").read_text().startswith("<!doctype html>")


def test_the_lines_of_python_run(one_served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    exec(compile(code.replace("http://127.0.0.1:8321", one_served.url), "docs/service.md", "exec"), {})
    assert "Question 1" in capsys.readouterr().out


def test_the_table_of_settings_holds_what_there_is() -> None:
    rows = re.findall(r"^\| `(--[^|]*)` \| (?:`(\w*)`)? \| (?:`(\w*)`)? \| (.*) \|$", DOCUMENT, re.MULTILINE)
    table = {option.split()[0]: (variable, setting) for option, variable, setting, _ in rows if variable}
    serve = parser().parse_args(["serve", *(word for option in table for word in (option, "1"))])
    for option, (variable, setting) in table.items():
        assert ENVIRONMENT[variable] == setting, option
        assert float(getattr(serve, setting) if setting != "database" else 1) == 1
    limits = Limits()
    assert f"| {limits.requests_per_minute} |" in DOCUMENT
    assert f"| {limits.requests_at_once} |" in DOCUMENT
    assert (
        f"{limits.requests_per_minute} requests a minute and {limits.requests_at_once} at a time" in DOCUMENT
    )
