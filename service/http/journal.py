"""Logs for machines: a JSON object a line, without any text that a user wrote."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

log = logging.getLogger("stackwright.http")


class JsonLines(logging.Formatter):
    """Of an exception, its kind and where it arose: its message may quote a user."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if record.name == log.name else str(record.msg),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
        return json.dumps(line)


def keep_journal() -> None:
    """All loggers of this process write such lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    log.setLevel(logging.INFO)


def note(event: str, **fields: object) -> None:
    """One line."""
    log.info(event, extra={"fields": fields})


def note_failure(event: str, **fields: object) -> None:
    """One line on the exception that is being handled."""
    log.exception(event, extra={"fields": fields})
