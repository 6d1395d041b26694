"""Ever longer pauses for what goes on failing."""

import time
from dataclasses import dataclass, field


@dataclass
class BackOff:
    """The pause after a failure: `shortest_s`, doubled each time, `longest_s` at most."""

    shortest_s: float
    longest_s: float
    _pause: float = 0.0

    def failed(self) -> float:
        """How long to wait now."""
        self._pause = min(max(self.shortest_s, 2 * self._pause), self.longest_s)
        return self._pause

    def worked(self) -> None:
        """The next failure counts as the first again."""
        self._pause = 0.0


@dataclass
class Failing:
    """What failed lately, by name, and when each is to be tried again."""

    shortest_s: float
    longest_s: float
    _known: dict[str, tuple[BackOff, float]] = field(default_factory=dict)

    def due(self, name: str) -> bool:
        """Whether it may be tried now."""
        return name not in self._known or time.monotonic() >= self._known[name][1]

    def failed(self, name: str) -> None:
        pause, _ = self._known.get(name, (BackOff(self.shortest_s, self.longest_s), 0.0))
        self._known[name] = pause, time.monotonic() + pause.failed()

    def worked(self, name: str) -> None:
        self._known.pop(name, None)
