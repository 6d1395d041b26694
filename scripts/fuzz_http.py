"""Send malformed requests to a service and count what it answers: `python -m scripts.fuzz_http 20000`.

Starts `stackwright serve` in a folder of its own with a key of its own. No answer may be of the 5xx kind, and
no request without the key may open anything.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from scripts.malformed_http import Result, fire

COMMAND = [sys.executable, "-m", "tui.main"]
START_S = 60.0


def main() -> int:
    """Start a service, fire at it, report; 1 where anything broke or opened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        words = [*COMMAND, "keys", "add", "fuzz", "--data-dir", folder]
        key = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
        with _serving(Path(folder)) as port:
            began = time.monotonic()
            result = asyncio.run(fire("127.0.0.1", port, key, wanted.count, wanted.seed))
            seconds = time.monotonic() - began
    return _report(result, wanted.count, seconds)


@contextmanager
def _serving(folder: Path) -> Iterator[int]:
    """The port of a service that needs a key and answers no message."""
    words = [
        *COMMAND,
        "serve",
        "--host",
        "0.0.0.0",  # noqa: S104 - a key is needed there, which is what is tested
        "--port",
        "0",
        "--workers",
        "0",
        "--data-dir",
        str(folder),
    ]
    words += ["--requests-per-minute", "1000000", "--requests-at-once", "1000"]
    journal = folder / "journal"
    with journal.open("w") as stderr:
        process = subprocess.Popen(words, stderr=stderr)  # noqa: S603
    try:
        yield _port(journal)
    finally:
        process.terminate()
        process.wait()


def _port(journal: Path) -> int:
    ends = time.monotonic() + START_S
    while time.monotonic() < ends:
        for line in journal.read_text().splitlines():
            if '"listening"' in line:
                return urlsplit(json.loads(line)["url"]).port or 0
        time.sleep(0.1)
    raise SystemExit(f"The service didn't start: {journal.read_text()}")


def _report(result: Result, count: int, seconds: float) -> int:
    for status, number in sorted(result.statuses.items()):
        print(f"{status or 'closed':>7} {number:>8,}")
    for status, data in (*result.broken[:10], *result.opened[:10]):
        print(status, data)
    broken, opened = len(result.broken), len(result.opened)
    print(f"{count:,} requests in {seconds:.0f} s: {broken} answers of 5xx, {opened} forgeries opened")
    return 1 if result.broken or result.opened else 0


if __name__ == "__main__":
    sys.exit(main())
