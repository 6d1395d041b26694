"""Run the tests in two processes at once: those of the service mostly wait for others, the rest computes.

What the rest says is shown as it comes, what the service's say afterwards; it fails if one of them does.
"""

import subprocess
import sys
import tempfile

PYTEST = (sys.executable, "-m", "pytest")
WAITING = "tests/service"


def main() -> int:
    with tempfile.TemporaryFile("w+") as said:
        waiting = subprocess.Popen((*PYTEST, WAITING), stdout=said, stderr=subprocess.STDOUT)  # noqa: S603 - ours
        try:
            rest = subprocess.run((*PYTEST, "tests", f"--ignore={WAITING}"), check=False)  # noqa: S603 - ours
            waited = waiting.wait()
        finally:
            waiting.kill()
        said.seek(0)
        sys.stdout.write(f"\n{WAITING}:\n{said.read()}")
    return rest.returncode or waited


if __name__ == "__main__":
    sys.exit(main())
