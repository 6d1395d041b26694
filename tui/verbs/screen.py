"""The full screen: imports Textual and opens the app; all else is loaded after the first frame."""

import sys
from argparse import Namespace

from tui.settings import Settings


def run(arguments: Namespace, settings: Settings) -> int:
    from tui.app import StackwrightApp
    from tui.hangup import end_with_terminal

    end_with_terminal(sys.stdin.fileno())
    app = StackwrightApp(settings, arguments.resume)
    app.run()
    return app.return_code or 0
