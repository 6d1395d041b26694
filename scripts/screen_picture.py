"""Draw docs/screen.svg: the screen after the consultation of docs/consultation.md, in a store of its own.

python -m scripts.screen_picture
"""

import asyncio
import sys
import tempfile
from datetime import date
from pathlib import Path

from textual.pilot import Pilot

from scripts.consultation_page import INTERVIEW
from tui.app import StackwrightApp
from tui.settings import Settings
from tui.widgets.chat import Chat
from tui.widgets.composer import Composer

PICTURE = Path(__file__).parents[1] / "docs" / "screen.svg"
SIZE = (120, 40)


async def draw() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), as_of=date(2026, 11, 25))
        app = StackwrightApp(settings)
        async with app.run_test(size=SIZE) as pilot:
            await idle(pilot)
            for message in INTERVIEW:
                app.screen.query_one(Composer).put(message)
                await pilot.press("enter")
                await idle(pilot)
            PICTURE.write_text(app.export_screenshot(title="stackwright"), encoding="utf-8")


async def idle(pilot: Pilot[None]) -> None:
    """Until nothing is being answered any more."""
    await pilot.pause(0.5)
    while pilot.app.screen.query_one(Chat).busy:
        await asyncio.sleep(0.05)
    await pilot.pause(0.5)


if __name__ == "__main__":
    sys.exit(asyncio.run(draw()))
