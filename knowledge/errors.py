"""Errors, named by who must act.

StackwrightError
├── InputRefused        the person or file that was read: correct it and try again
│   ├── UnknownName     a component, model, field or accelerator that is not known; the nearest are offered
│   └── NothingHeld     a known name, of which nothing of the kind is held
├── ConfigError         whoever installed or configured the program
│   └── DatabaseAway    the database can't be reached now; it may be back in a moment
├── KnowledgeInvalid    whoever maintains the knowledge files: a reference, date or name is wrong
├── RefreshRefused      a public source or its stored answer: out of reach, damaged or implausible; what we hold stays
├── ModelUnavailable    the model endpoint; the rules engine and the narrator take over
└── SessionUnavailable  the session store: busy, read-only, or of a newer version
    ├── SessionBusy     somebody else is at it: try again in a moment
    └── StateUnreadable what one consultation knew can't be read any more
        └── StateNewer  it was written by a newer version: whoever installed this one
"""


class StackwrightError(Exception):
    """A failure that can be explained in one sentence, with what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputRefused(StackwrightError):
    """What was given can't be used as it stands."""


class UnknownName(InputRefused):
    """A name that the knowledge base doesn't hold, with the nearest ones."""

    def __init__(self, kind: str, name: str, nearest: list[str]) -> None:
        hint = f"Did you mean {', '.join(nearest)}?" if nearest else ""
        super().__init__(f"Unknown {kind} {name!r}.", hint)
        self.kind, self.name, self.nearest = kind, name, nearest


class NothingHeld(InputRefused):
    """The name is known, and nothing of what was asked is held of it."""


class ConfigError(StackwrightError):
    """The installation or the configuration is not usable."""


class DatabaseAway(ConfigError):
    """The database doesn't answer: it is stopped or starting, or its address is wrong."""


class KnowledgeInvalid(StackwrightError):
    """A knowledge file breaks its own rules."""


class RefreshRefused(StackwrightError):
    """Newer public data can't be had or aren't to be trusted."""


class ModelUnavailable(StackwrightError):
    """A model endpoint could not answer."""

    def __init__(self, message: str, hint: str = "", silent: bool = False) -> None:
        super().__init__(message, hint)
        self.silent = silent
        """It said nothing until the time limit."""


class SessionUnavailable(StackwrightError):
    """A stored consultation can't be read or written now."""


class SessionBusy(SessionUnavailable):
    """Somebody else is answering in this consultation just now."""


class StateUnreadable(SessionUnavailable):
    """What a consultation knew can't be read any more; its messages and replies still can."""


class StateNewer(StateUnreadable):
    """A newer version wrote what the consultation knows; this one leaves it as it is."""
