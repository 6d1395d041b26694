"""A deterministic user who states a persona, answers what is asked from hidden facts, and follows events.

Volunteers nothing, has no randomness, and never sees what the case expects of the advisor.
"""

import re
from collections.abc import Callable, Iterable
from typing import Protocol

from agent.reply import Reply

from .case import Event, Script
from .vocabulary import Vocabulary, vocabulary

MAX_SLOTS_ANSWERED = 3
DONT_KNOW = "I don't know"
UNKNOWN = "unknown"


def asked_slots(reply: Reply, words: Vocabulary) -> tuple[str, ...]:
    """The workload slots that a reply asks about: those it names, else those its words suggest."""
    if reply.question is None:
        return ()
    return tuple(dict.fromkeys(reply.question.slots)) or words.slots_asked_in(reply.question.text)


class User(Protocol):
    """Whoever talks to the advisor."""

    def open(self) -> str:
        """The first message."""
        ...

    def respond(self, reply: Reply) -> str | None:
        """The next message, or None when the user has what they came for."""
        ...


OpenUser = Callable[[Script], User]
"""A user who knows one script."""


class SimulatedUser:
    """One user in one consultation."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._words = vocabulary()
        self._messages = 0
        self._waiting = [event for event in script.events if not event.when.slot_asked_after_event]
        self._standing = [event for event in script.events if event.when.slot_asked_after_event]
        self._mentioned: list[Event] = []
        self._fired = 0
        self._asked: set[str] = set()

    def open(self) -> str:
        """The first message."""
        self._messages = 1
        return self._script.persona

    def respond(self, reply: Reply) -> str | None:
        """The next message, or None when the user has what they came for."""
        self._note_mentions(reply.text)
        slots = asked_slots(reply, self._words)
        event = self._due(finished=reply.done)
        if event is None and reply.done:
            return None
        self._messages += 1
        if event is not None:
            self._fired += 1
            message = event.user
        else:
            message = self._answer(slots[:MAX_SLOTS_ANSWERED])
        self._asked.update(slots)
        return message

    def _note_mentions(self, text: str) -> None:
        for event in self._waiting:
            if event not in self._mentioned and _matches(event.when.after_advisor_mentions, text):
                self._mentioned.append(event)

    def _due(self, finished: bool) -> Event | None:
        """The first event that fires now. A turn that a finished advisor won't reach counts as reached."""
        for event in self._waiting:
            turn = event.when.turn
            reached = turn is not None and (finished or self._messages + 1 >= turn)
            if reached or event in self._mentioned:
                self._waiting.remove(event)
                return event
        return None

    def _answer(self, slots: tuple[str, ...]) -> str:
        """What the events or the hidden facts say about `slots`, and for which of them that is nothing."""
        standing = [event for event in self._standing if self._applies(event, slots)]
        settled = {slot for event in standing for slot in event.when.slot_asked_after_event}
        open_slots = [slot for slot in slots if slot not in settled]
        facts = [fact for slot in open_slots if (fact := self._fact(slot))]
        unknown = [slot for slot in open_slots if not self._fact(slot)]
        said = [event.user for event in standing] + facts
        if not said:
            return DONT_KNOW
        if unknown:
            said.append(f"{DONT_KNOW} about the {listing(slot.replace('_', ' ') for slot in unknown)}")
        return _sentences(said)

    def _applies(self, event: Event, slots: tuple[str, ...]) -> bool:
        """After another event; in a script without one, when a slot is asked again."""
        named = set(event.when.slot_asked_after_event) & set(slots)
        if len(self._standing) < len(self._script.events):
            return bool(named) and self._fired > 0
        return bool(named & self._asked)

    def _fact(self, slot: str) -> str:
        fact = (self._script.hidden_facts.get(slot) or "").strip()
        return "" if fact.lower().startswith(UNKNOWN) else fact


def _matches(patterns: Iterable[str], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def _sentences(parts: list[str]) -> str:
    """Parts one after the other, each ended, the last as it is."""
    ended = [part if part.endswith((".", "!", "?")) else f"{part}." for part in parts[:-1]]
    return " ".join([*ended, parts[-1]])


def listing(words: Iterable[str]) -> str:
    """Words as a choice: `budget, team or growth`."""
    *head, last = words
    return f"{', '.join(head)} or {last}" if head else last
