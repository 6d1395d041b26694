"""Where something failed, for logs: without the error's own text, which may hold the user's words."""

import traceback


def place_of(error: Exception) -> str:
    """Kind of the error, and the last functions on its way."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at " + " < ".join(f"{f.name}:{f.lineno}" for f in reversed(frames[-6:]))
