"""Settings: command line over environment over `config.toml` over defaults."""

import os
import re
import tomllib
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NewType

from knowledge.errors import ConfigError, InputRefused

if TYPE_CHECKING:
    from agent.model_port import ChatModel
    from knowledge import Knowledge
    from tools.profile import Profile

APP = "stackwright"
MOST = 256
"""Workers or threads; more is a slip of the finger."""
MOST_REQUESTS = 1_000_000
Requests = NewType("Requests", int)
"""A number of requests to let pass."""
Seconds = NewType("Seconds", float)


@dataclass(frozen=True)
class Settings:
    """What a run is configured with; no pydantic, which the first frame would have to wait for."""

    model: str = ""
    """Language model to use; empty = the built-in engine. A key in the environment never switches one on."""
    base_url: str = ""
    """OpenAI-compatible endpoint of the model."""
    api_key_env: str = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key."""
    model_seconds: Seconds | None = None
    """How long one answer of the model may take, all of it; those of one message may take twice as long."""
    offline: bool = False
    """True forbids every model endpoint and every other use of the network."""
    profile: Path | None = None
    knowledge: Path | None = None
    as_of: date | None = None
    data_dir: Path | None = None
    cache_dir: Path | None = None
    """Where refreshed public data are kept."""
    plain: bool = False
    """Line mode instead of the full screen."""
    theme: str = ""
    database: str = ""
    """PostgreSQL address of the sessions of the services; empty = a file in the data folder."""
    workers: int | None = None
    """Processes that answer messages; None = one on one machine, none beside a database."""
    threads: int | None = None
    """Messages that a worker answers at a time; None = one, or four with a model, which one waits for."""
    retention_days: float | None = None
    """Consultations are deleted when nobody has written to them for so long; None = kept."""
    requests_per_minute: Requests | None = None
    """HTTP requests of one key a minute; None = what `service.http.limits` says."""
    requests_at_once: Requests | None = None
    """HTTP requests of one key at a time."""

    def data_path(self) -> Path:
        """Folder of the session store."""
        if self.data_dir is not None:
            return self.data_dir
        from platformdirs import user_data_path

        return user_data_path(APP)

    def cache_path(self) -> Path:
        """Folder of refreshed public data."""
        if self.cache_dir is not None:
            return self.cache_dir
        from platformdirs import user_cache_path

        return user_cache_path(APP)

    def open_knowledge(self) -> "Knowledge":
        """The packaged knowledge, over it what was refreshed, the folder of the user's own, and own measurements."""
        from knowledge import load
        from knowledge.own_runs_store import stored_runs
        from knowledge.snapshots import current_snapshot

        return load(self.knowledge, current_snapshot(self.cache_path()), stored_runs(self.data_path()))

    def published_knowledge(self) -> "Knowledge":
        """The knowledge without refreshed data and own measurements, so that measurements compare between machines."""
        from knowledge import load

        return load(self.knowledge)

    def knowledge_remarks(self) -> list[str]:
        """What of the refreshed data or the user's own folder isn't used, and why."""
        from knowledge.opening import remarks

        return remarks(self.open_knowledge())

    def open_profile(self) -> "Profile":
        """The organisation's profile, its names checked against the knowledge base."""
        from tools.profile import Profile, load_profile

        return Profile() if self.profile is None else load_profile(self.profile, self.open_knowledge())

    def remarks(self) -> list[str]:
        """What has to be said of the knowledge and of the profile before advice is given."""
        return [*self.knowledge_remarks(), *self.profile_remarks()]

    def profile_remarks(self) -> list[str]:
        """What has to be said of the profile's bans."""
        from tools.profile import ban_remarks

        return ban_remarks(self.open_profile(), self.open_knowledge())

    def open_model(self) -> "ChatModel | None":
        """The model that is configured, or None."""
        if not self.model:
            return None
        from agent.model_port import TIMEOUT_S, open_model

        key = os.environ.get(self.api_key_env, "")
        return open_model(self.model, self.base_url, key, self.offline, self.model_seconds or TIMEOUT_S)

    def date(self) -> date:
        return self.as_of or date.today()

    def environment(self) -> dict[str, str]:
        """The variables that give another process of this program the same settings."""
        values = {name: getattr(self, setting) for name, setting in ENVIRONMENT.items()}
        return {
            name: str(value)
            for name, value in values.items()
            if value not in (None, "") and value is not False
        }


ENVIRONMENT = {
    "STACKWRIGHT_MODEL": "model",
    "STACKWRIGHT_BASE_URL": "base_url",
    "STACKWRIGHT_API_KEY_ENV": "api_key_env",
    "STACKWRIGHT_MODEL_SECONDS": "model_seconds",
    "STACKWRIGHT_OFFLINE": "offline",
    "STACKWRIGHT_PROFILE": "profile",
    "STACKWRIGHT_KNOWLEDGE": "knowledge",
    "STACKWRIGHT_AS_OF": "as_of",
    "STACKWRIGHT_DATA_DIR": "data_dir",
    "STACKWRIGHT_CACHE_DIR": "cache_dir",
    "STACKWRIGHT_PLAIN": "plain",
    "STACKWRIGHT_THEME": "theme",
    "STACKWRIGHT_DATABASE_URL": "database",
    "STACKWRIGHT_WORKERS": "workers",
    "STACKWRIGHT_THREADS": "threads",
    "STACKWRIGHT_RETENTION_DAYS": "retention_days",
    "STACKWRIGHT_REQUESTS_PER_MINUTE": "requests_per_minute",
    "STACKWRIGHT_REQUESTS_AT_ONCE": "requests_at_once",
}


def config_file() -> Path:
    """Where the configuration is read from."""
    named = os.environ.get("STACKWRIGHT_CONFIG")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path(APP) / "config.toml"


def load_settings(arguments: Namespace) -> Settings:
    """Settings of this run; ConfigError or InputRefused names the place of what is wrong."""
    names = {field.name: field.type for field in fields(Settings)}
    merged: dict[str, object] = {**_from_file(config_file())}
    merged.update({field: os.environ[name] for name, field in ENVIRONMENT.items() if os.environ.get(name)})
    # An option that isn't given is None or False; a 0 is given, and equals False.
    named = {field: getattr(arguments, field, None) for field in names}
    given = {field: value for field, value in named.items() if value is not None and value is not False}
    merged.update(given)
    for unknown in merged.keys() - names.keys():
        raise InputRefused(f"There is no setting {unknown}.", f"Settings are {', '.join(names)}.")
    settings: dict[str, Any] = {field: _read(field, names[field], value) for field, value in merged.items()}
    return Settings(**settings)


def _read(field: str, kind: object, value: object) -> object:
    """The value as the type of its field."""
    try:
        return READERS[kind](value)
    except (ValueError, TypeError) as error:
        raise InputRefused(
            f"The setting {field} is wrong: {value!r} is not {WANTED[kind]}.", "See 'stackwright --help'."
        ) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _truth(value: object) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    try:
        return value if isinstance(value, bool) else words[str(value).strip().lower()]
    except KeyError as error:
        raise ValueError from error


def _path(value: object) -> Path:
    return value if isinstance(value, Path) else Path(_text(value)).expanduser()


def day(text: str) -> date:
    """A day of the calendar; ValueError says whether the form is wrong or the day doesn't exist."""
    text = text.strip()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(f"there is no day {text} in the calendar") from error
        raise ValueError(f"{text!r} is not a date like 2026-11-24") from error


def _count(value: object) -> int:
    return _whole(value, 0, MOST)


def _requests(value: object) -> int:
    return _whole(value, 1, MOST_REQUESTS)


def _whole(value: object, least: int, most: int) -> int:
    number = int(_text(value)) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise ValueError
    return number


def _positive(value: object) -> float:
    number = float(_text(value)) if isinstance(value, str) else value
    if not isinstance(number, int | float) or isinstance(number, bool) or not 0 < number < float("inf"):
        raise ValueError
    return float(number)


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return day(_text(value))
    except ValueError as error:
        raise InputRefused(f"The setting as_of is wrong: {error}.") from error


READERS: dict[object, Callable[[object], object]] = {
    str: _text,
    bool: _truth,
    Path | None: _path,
    date | None: _date,
    int | None: _count,
    Requests | None: _requests,
    float | None: _positive,
    Seconds | None: _positive,
}
WANTED: dict[object, str] = {
    str: "a text",
    bool: "true or false",
    Path | None: "a path",
    date | None: "a date like 2026-11-24",
    int | None: "a whole number from 0 to 256",
    Requests | None: "a whole number from 1 to 1,000,000",
    float | None: "a number of days above 0",
    Seconds | None: "a number of seconds above 0",
}


def _from_file(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"The configuration {path} can't be read: {error}.") from error
