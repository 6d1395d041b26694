"""What is said of replies that could not be brought into their thread in time: never nothing."""

from datetime import UTC, datetime

from .postings import Posting

LATE_S = 3600.0
"""A reply that is begun to be posted later than this after its message says so: people have gone on to other things."""
POSTED_S = 86_400.0
"""After a day a short word takes its place: a thread has its own course by then."""
TOLD_S = 7 * 86_400.0
"""So long that word is tried."""


def remark(posting: Posting) -> str:
    """What has to be said before the reply."""
    late = (
        f"This answer comes late: it is to your message of {_when(posting)}." if posting.progress.late else ""
    )
    return " ".join(part for part in (late, posting.destination.remark) if part)


def given_up(posting: Posting, answered: bool) -> str:
    """What is said in place of the reply."""
    if not answered:
        return (
            f"No answer to your message of {_when(posting)} came within a day. It is kept; please send it again, or "
            "tell whoever runs this app."
        )
    return (
        f"The answer to your message of {_when(posting)} could not be brought here within a day, so it is left out. "
        'What you said still counts: send the message again, or write "just recommend" to see where things stand.'
    )


def _when(posting: Posting) -> str:
    return datetime.fromtimestamp(posting.created, UTC).strftime("%-d %B, %H:%M UTC")
