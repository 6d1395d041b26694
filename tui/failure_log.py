"""What went wrong inside, for whoever mends it: places in the code, never what a user wrote."""

import traceback
from datetime import UTC, datetime
from pathlib import Path

FILE = "failures.log"


def record_failure(folder: Path, error: BaseException) -> Path | None:
    """Append type and code places of an unexpected error; None where nothing can be written."""
    path = folder / FILE
    frames = [
        f"  {frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    when = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("a", encoding="utf-8") as log:
            log.write("\n".join([f"{when} {type(error).__name__}", *frames, ""]))
        path.chmod(0o600)
    except OSError:
        return None
    return path
