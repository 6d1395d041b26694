"""What people thought of answers, as they pressed it in Slack."""

from typing import NamedTuple

from agent.sessions import SessionStore


class Feedback(NamedTuple):
    """One person's last word on one reply."""

    session: str
    turn: int
    sender: str
    verdict: str
    """good | bad"""
    changed: float
    message: str
    """What the reply answered."""


def feedback(store: SessionStore) -> list[Feedback]:
    """All of it, newest first."""
    with store.reading() as rows:
        found = rows(
            "SELECT f.session, f.turn, f.sender, f.verdict, f.changed, t.message FROM feedback f"
            " JOIN turns t ON t.session = f.session AND t.turn = f.turn ORDER BY f.changed DESC"
        )
        return [Feedback(*row) for row in found.fetchall()]
