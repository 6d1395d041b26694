"""What the first frame must not import: what is heavy comes after it, or only when it is called."""

import subprocess
import sys

PROGRAM = """
import asyncio, sys, tempfile
from pathlib import Path
from tui.app import StackwrightApp
from tui.desk import Desk
from tui.settings import Settings

HEAVY = {"litellm", "langgraph", "chromadb", "openai", "onnxruntime", "tokenizers", "bm25s", "numpy", "jinja2"}

class Held(Desk):
    def open(self, session=None):
        raise SystemExit

async def show():
    app = StackwrightApp(Settings(data_dir=Path(tempfile.mkdtemp())))
    app._desk = Held(app.settings)
    async with app.run_test(size=(120, 40)) as pilot:
        print(sorted(HEAVY & set(sys.modules)))
        app.exit()

asyncio.run(show())
"""


def test_nothing_heavy_is_imported_before_the_first_frame() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
