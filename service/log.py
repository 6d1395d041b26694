"""Logs of services: where something happened, and never what anybody wrote.

Messages of libraries may quote a request; so of theirs only the place in the code, the level and the type of an
error are written. Our own messages quote nobody. All goes to standard error: standard output may carry a protocol.
"""

import logging
import sys
import traceback

OURS = ("agent.", "service.", "stackwright.")


class Places(logging.Formatter):
    """A record as `WARNING mcp.server.runner:261`, with our own message, and the code places of its error."""

    def format(self, record: logging.LogRecord) -> str:
        lines = [f"stackwright: {record.levelname} {record.name}:{record.lineno}"]
        if record.name.startswith(OURS):
            lines[0] += f": {record.getMessage()}"
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            lines[0] += f" {type(error).__name__}"
            lines += [
                f"  {frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ]
        return "\n".join(lines)


def log_places_only(level: int = logging.WARNING) -> None:
    """Send every log record of this process to standard error in that form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Places())
    handler.setLevel(level)
    logging.basicConfig(level=level, handlers=[handler], force=True)
