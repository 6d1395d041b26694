"""`stackwright sessions feedback`: what people in Slack thought of the answers."""

import json
import sys
from datetime import datetime

from tui.settings import Settings
from tui.storage import opened_sessions

NOTHING = 3
SHOWN = 60
"""Characters of a message on a line."""


def show(settings: Settings, as_json: bool) -> int:
    """One line for each verdict, newest first, and their sums on standard error."""
    from service.feedback import feedback

    with opened_sessions(settings) as store:
        found = feedback(store)
    if as_json:
        print(json.dumps([each._asdict() for each in found], ensure_ascii=False))
        return 0
    if not found:
        print("stackwright: nobody has given feedback yet.", file=sys.stderr)
        return NOTHING
    for each in found:
        when = datetime.fromtimestamp(each.changed).strftime("%Y-%m-%d %H:%M")
        words = " ".join(each.message.split())
        words = words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…"
        print(f"{when}  {each.verdict:4}  {each.session} turn {each.turn}, by {each.sender}: {words}")
    good = sum(each.verdict == "good" for each in found)
    print(f"stackwright: {good} good, {len(found) - good} bad.", file=sys.stderr)
    return 0
