"""What the service verbs share: the store, the office and the workers that the settings ask for."""

import sys

from knowledge.errors import ConfigError
from service.backend import Backend
from service.crew import Crew
from service.office import Office
from service.retention import Retention

from .settings import Settings

THREADS_WITH_MODEL = 4


def backend_of(settings: Settings) -> Backend:
    """Where sessions are kept."""
    return Backend(
        url=settings.database, folder=settings.data_path(), connections=max(10, 2 + threads_of(settings))
    )


def office_of(settings: Settings) -> Office:
    """Knowledge, profile, model and date of these settings."""
    return Office(settings.open_knowledge(), settings.open_profile(), settings.open_model(), settings.as_of)


def threads_of(settings: Settings) -> int:
    """Computing gains nothing from threads; waiting for a model does."""
    return settings.threads or (THREADS_WITH_MODEL if settings.model else 1)


def retention_of(settings: Settings) -> Retention:
    return Retention(settings.retention_days)


def crew_of(settings: Settings) -> Crew:
    """Workers beside a front end: one by default, none where a database has workers of its own."""
    count = settings.workers if settings.workers is not None else int(not settings.database)
    return Crew([sys.executable, "-m", "tui.main", "worker"], settings.environment(), count)


def missing(extra: str, error: ImportError) -> ConfigError:
    """A service whose packages aren't installed."""
    return ConfigError(f"This service needs the package {error.name}.", f"Install stackwright[{extra}].")
