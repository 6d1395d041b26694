"""What works here: one line a check, with what to do about it.

No secret is printed, and nothing is changed but the cache of the index. Exit 0 when nothing is a problem, 4
otherwise. Each check imports what it looks at, and only then.
"""

import os
import shutil
import site
import socket
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from knowledge.errors import StackwrightError
from tui.settings import Settings, config_file

State = Literal["ok", "warning", "problem"]
FAILED = 4
CONNECT_S = 3.0
PYTHONS = ((3, 11), (3, 14))
"""First version that is supported, first that isn't."""
SMALLEST = (80, 24)
COMPROMISED = ("1.82.7", "1.82.8", "1.107.")
"""litellm releases that carried credential stealers: exact versions, or a prefix that ends with a dot."""
KNOWN_PTH = (
    "_virtualenv.pth",
    "distutils-precedence.pth",
    "a1_coverage.pth",
    "__editable__",
    "_editable_impl_",
)
"""Files of this name, or that begin so, are made by packaging tools."""
STARTUP = ("sitecustomize.py", "usercustomize.py")


class Check(NamedTuple):
    """What was found, and what to do where it isn't ok."""

    name: str
    state: State
    text: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.state:<8} {self.name}: {self.text}{f' {self.advice}' if self.advice else ''}"


def run(arguments: Namespace, settings: Settings) -> int:
    failed = False
    for check in checks(settings):
        print(check, flush=True)
        failed = failed or check.state == "problem"
    return FAILED if failed else 0


def checks(settings: Settings) -> Iterator[Check]:
    """Every check, as it is done; one that fails unexpectedly is reported and the others go on."""
    for name, look in CHECKS.items():
        try:
            yield look(settings)
        except StackwrightError as error:
            yield Check(name, "problem", error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - a doctor that dies of a symptom helps nobody
            yield Check(name, "problem", f"{type(error).__name__}: {error}.")


def _python(settings: Settings) -> Check:
    text = f"{sys.version.split()[0]} on {sys.platform}"
    if sys.platform == "win32":
        return Check("python", "problem", f"{text}.", "Windows itself isn't supported: use WSL.")
    if not PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        return Check("python", "problem", f"{text}.", "Install it under Python 3.11, 3.12 or 3.13.")
    return Check("python", "ok", text)


def _knowledge(settings: Settings) -> Check:
    from knowledge.manifest import differences

    knowledge = settings.open_knowledge()
    changed = list(differences(knowledge.files))
    count = f"{len(knowledge.components)} components, {len(knowledge.facts)} facts"
    layers = "".join(f", with {layer.name}" for layer in knowledge.layers if layer.digest)
    text = f"{knowledge.hash[:12]}, {count}{layers}"
    left_out = settings.knowledge_remarks()
    if left_out:
        more = f" (and {len(left_out) - 1} more)" if len(left_out) > 1 else ""
        return Check(
            "knowledge", "warning", f"{text}; {left_out[0]}{more}", "See 'stackwright knowledge verify'."
        )
    if not changed:
        return Check("knowledge", "ok", f"{text}, files as in the manifest")
    what = f"{text}; {len(changed)} files differ from the manifest, first {changed[0][0]}."
    if settings.knowledge is not None:
        return Check(
            "knowledge", "warning", what, "Fine if you changed them; see 'stackwright knowledge verify'."
        )
    return Check("knowledge", "problem", what, "Reinstall stackwright, or write the manifest anew.")


def _review(settings: Settings) -> Check:
    from knowledge.listing import stale

    knowledge, as_of = settings.open_knowledge(), settings.date()
    overdue = len(stale(knowledge, as_of))
    text = f"{overdue} of {len(knowledge.facts)} facts are past their review date at {as_of}"
    if not overdue:
        return Check("review dates", "ok", text)
    return Check("review dates", "warning", f"{text}.", "See 'stackwright knowledge stale'.")


def _embedding(settings: Settings) -> Check:
    from knowledge.sentence_model import MODEL_SHA256, SentenceModel, checked_model

    rounds = SentenceModel(checked_model()).rounds
    slower = "" if rounds else "; this onnxruntime runs it with the slower of two graphs"
    told = f"all-MiniLM-L6-v2 int8, SHA-256 {MODEL_SHA256[:12]}… as expected{slower}"
    return Check("embedding model", "ok", told)


def _index(settings: Settings) -> Check:
    from knowledge.index import Retriever
    from knowledge.index.opening import default_cache

    retriever = Retriever(settings.open_knowledge())
    notices = retriever.warm()
    text = f"{len(retriever.records)} records in {default_cache()}"
    if not notices:
        return Check("index", "ok", f"{text}, opened")
    return Check(
        "index", "warning", " ".join(notices), "Searches work; set XDG_CACHE_HOME to a writable folder."
    )


def _sessions(settings: Settings) -> Check:
    from tui.storage import FILE, open_store

    path = settings.data_path() / FILE
    if not path.exists():
        return _future_store(path)
    store = open_store(settings)
    found = store.connection.execute("PRAGMA user_version").fetchone()[0]
    text = f"{path}, version {found}"
    if store.read_only:
        return Check(
            "sessions", "warning", f"{text} of a newer stackwright, read-only.", "Upgrade stackwright."
        )
    return Check("sessions", "ok", f"{text}, {len(store.list())} consultations")


def _future_store(path: Path) -> Check:
    """A doctor makes no database; it looks whether one could be made."""
    folder = next(parent for parent in path.parents if parent.exists())
    if folder.is_dir() and os.access(folder, os.W_OK):
        return Check("sessions", "ok", f"none yet; they will be stored in {path.parent}")
    advice = "Set STACKWRIGHT_DATA_DIR to a folder that can be written to."
    return Check("sessions", "problem", f"{path.parent} can't be written.", advice)


def _config(settings: Settings) -> Check:
    path = config_file()
    return Check(
        "configuration", "ok", f"{path} read" if path.is_file() else f"defaults; {path} doesn't exist"
    )


def _profile(settings: Settings) -> Check:
    if settings.profile is None:
        return Check("profile", "ok", "none")
    profile = settings.open_profile()
    return Check("profile", "ok", f"{profile.name or 'without a name'} from {settings.profile}")


def _model(settings: Settings) -> Check:
    if not settings.model:
        return Check("model", "ok", "none named: messages are read by rules, nothing is sent anywhere")
    key = f"{'key set' if os.environ.get(settings.api_key_env) else 'no key'} in {settings.api_key_env}"
    text = f"{settings.model} at {_address(settings.base_url) or 'its provider'}, {key}"
    if settings.offline:
        return Check("model", "problem", f"{text}; offline forbids it.", "Drop the model or offline.")
    if not settings.base_url:
        return Check("model", "ok", f"{text}; not contacted")
    trouble = _unreachable(settings.base_url)
    if trouble:
        return Check("model", "problem", f"{text}; {trouble}.", "Check the base URL and that it runs.")
    return Check("model", "ok", f"{text}, reachable")


def _address(url: str) -> str:
    """The URL without user, password and query, which may hold secrets."""
    parts = urlsplit(url)
    return (
        f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
        if url
        else ""
    )


def _unreachable(url: str) -> str:
    """Why no connection comes about; empty when one does. Nothing is sent."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "the base URL is not an http address"
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname, port), timeout=CONNECT_S).close()
    except (OSError, ValueError) as error:
        return f"no connection ({getattr(error, 'strerror', None) or error})"
    return ""


def _litellm(settings: Settings) -> Check:
    try:
        found = version("litellm")
    except PackageNotFoundError:
        return Check("litellm", "warning", "not installed.", "Models need it; OpenAI-compatible ones don't.")
    if is_compromised(found):
        advice = "Remove this environment, change every key it could read, and install anew."
        return Check("litellm", "problem", f"{found} is a compromised release.", advice)
    return Check("litellm", "ok", f"{found}, not among the compromised releases")


def is_compromised(release: str) -> bool:
    """Whether this litellm release is known to have carried malware."""
    return any(release == bad or (bad.endswith(".") and release.startswith(bad)) for bad in COMPROMISED)


def _startup(settings: Settings) -> Check:
    folders = [Path(folder) for folder in (*site.getsitepackages(), site.getusersitepackages())]
    strange = [
        path for folder in dict.fromkeys(folders) if folder.is_dir() for path in unexpected_startup(folder)
    ]
    if not strange:
        return Check("start-up hooks", "ok", "no unexpected .pth file or sitecustomize in site-packages")
    names = ", ".join(str(path) for path in strange)
    return Check(
        "start-up hooks", "warning", f"{names} runs at every start of Python.", "Look at what put it there."
    )


def unexpected_startup(folder: Path) -> list[Path]:
    """Files in a site-packages folder that run code at every start and that no packaging tool makes."""
    hooks = [
        path
        for path in sorted(folder.glob("*.pth"))
        if not path.name.startswith(KNOWN_PTH) and _runs_code(path)
    ]
    return hooks + [folder / name for name in STARTUP if (folder / name).exists()]


def _runs_code(path: Path) -> bool:
    """Lines of a .pth file that begin with `import` are executed; others are folders."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return any(line.startswith(("import ", "import\t")) for line in text.splitlines())


def _terminal(settings: Settings) -> Check:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Check("terminal", "ok", "none: line mode is used")
    size, term = shutil.get_terminal_size(), os.environ.get("TERM", "")
    if term in ("", "dumb"):
        return Check("terminal", "warning", f"TERM is {term or 'not set'}: line mode is used.", "Set TERM.")
    colours = "no colours" if os.environ.get("NO_COLOR") else _colours(term)
    text = f"{size.columns} x {size.lines}, {colours}"
    if size.columns < SMALLEST[0] or size.lines < SMALLEST[1]:
        advice = (
            f"The full screen is made for {SMALLEST[0]} x {SMALLEST[1]} and more; --plain works everywhere."
        )
        return Check("terminal", "warning", f"{text}.", advice)
    return Check("terminal", "ok", text)


def _colours(term: str) -> str:
    if os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return "true colour"
    return "256 colours" if "256" in term else "16 colours"


CHECKS: dict[str, Callable[[Settings], Check]] = {
    "python": _python,
    "knowledge": _knowledge,
    "review dates": _review,
    "embedding model": _embedding,
    "index": _index,
    "sessions": _sessions,
    "configuration": _config,
    "profile": _profile,
    "model": _model,
    "litellm": _litellm,
    "start-up hooks": _startup,
    "terminal": _terminal,
}
