"""The wheel: built, installed into a fresh environment and run from another folder, with all its data."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
PACKAGES = tuple(WHEEL["packages"])

pytestmark = pytest.mark.slow


def run(*words: str | Path, cwd: Path, stdin: str = "") -> str:
    hidden = ("PYTHONPATH", "STACKWRIGHT_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(hidden)}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="builds the wheel")
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment with the wheel; what it depends on is seen through a .pth file.

    A folder that a .pth file names is searched, but its own .pth files are not read: an editable install of the
    repository stays out of sight.
    """
    folder = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder.parent)
    site = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    )
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder / "bin"


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        extra = {name.rsplit("/", 1)[-1] for name in archive.namelist() if ".dist-info/licenses/" in name}
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert names == expected
    assert {"knowledge/data/manifest.json", "knowledge/data/catalog/slots.yaml", "tui/py.typed"} <= names
    assert extra == {"LICENSE", "NOTICE"}


def test_the_wheel_says_nothing_of_this_machine(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = (
            name for name in archive.namelist() if name.endswith((".py", ".yaml", ".csv", ".md", ".json"))
        )
        assert [name for name in texts if str(ROOT).encode() in archive.read(name)] == []


def test_the_installed_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "stackwright", "--version", cwd=tmp_path).startswith("stackwright 0.")
    assert "usage: stackwright" in run(installed / "stackwright", "--help", cwd=tmp_path)


def test_the_installed_packages_are_the_wheels(installed: Path, tmp_path: Path) -> None:
    code = f"import {', '.join(PACKAGES)}; print(*(m.__file__ for m in ({', '.join(PACKAGES)})), sep='\\n')"
    files = run(installed / "python", "-c", code, cwd=tmp_path).split()
    assert all(Path(file).is_relative_to(installed.parent) for file in files), files


def test_the_installed_data_are_sound_and_advice_comes_out(installed: Path, tmp_path: Path) -> None:
    code = (
        "from knowledge import load\nfrom knowledge.files import DataFiles\n"
        "print(len(load().components), len(list(DataFiles().walk())), load().hash)"
    )
    from knowledge import load
    from knowledge.files import DataFiles

    found = run(installed / "python", "-c", code, cwd=tmp_path).split()
    assert found[1] == str(len(list(DataFiles().walk())))
    assert found[0] == str(len(load().components))
    advice = run(
        installed / "stackwright", "advise", "-", "--as-of", "2026-11-24", cwd=tmp_path,
        stdin="use_case: rag\ncorpus_documents: 40000\n",
    )  # fmt: skip
    assert "Infrastructure:" in advice
