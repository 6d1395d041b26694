"""A user with an agenda: the facts of the same scripts, told with the seeded habits that real users have.

One `random.Random` per script and seed makes all choices, so that a run can be repeated to the byte. Like
the cooperative user it never sees what a case expects; unlike it, it may volunteer, withhold, slip,
digress and insist. What it did is kept in `acts` for the scorers.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from random import Random
from typing import NamedTuple

from agent.reply import Reply

from .case import Script
from .knobs import Knob, knob_settings
from .number_writing import rewritten_numbers
from .restating import Misstatement, converted, unit_slip, wrong_value
from .simulated_user import DONT_KNOW, MAX_SLOTS_ANSWERED, SimulatedUser, asked_slots, listing
from .wording_bank import LANGUAGES, wording_bank

DIGRESSIONS = (
    Knob.TOPIC_CHANGE, Knob.COUNTER_QUESTION, Knob.CONTRADICTION, Knob.FALSE_PREMISE, Knob.INJECTION,
)  # fmt: skip
AFTERWARDS = (Knob.INJECTION, Knob.FALSE_PREMISE, Knob.PRESSURE)
MISSTATEMENTS = {Knob.UNIT_SLIP: unit_slip, Knob.CORRECTION: wrong_value}
SILENCES = (Knob.DONT_KNOW, Knob.REFUSAL)


class Act(NamedTuple):
    """Something the user did beyond answering."""

    turn: int
    """Number of the message, from 1."""
    knob: Knob
    said: str
    slot: str = ""
    component: str = ""
    alone: bool = False
    """The question on the table went unanswered."""


class AgendaUser(SimulatedUser):
    """One user with these knobs in one consultation."""

    def __init__(self, script: Script, knobs: Iterable[Knob], seed: int) -> None:
        super().__init__(script)
        self._knobs = frozenset(knobs)
        self._rng = Random(f"{seed}/{script.id}")  # noqa: S311 - it must be repeatable, not secret
        self._settings = knob_settings()
        self._bank = wording_bank()
        self._shown: Counter[Knob] = Counter()
        self._silent: dict[str, Knob | None] = {}
        self._told: dict[str, int] = {}
        self._owed: list[str] = []
        self._corrections: list[Misstatement] = []
        self.acts: list[Act] = []

    @property
    def told(self) -> dict[str, int]:
        """Slots whose facts were told, with the number of the message that first did."""
        return dict(self._told)

    def open(self) -> str:
        message = super().open()
        if Knob.REORDER in self._knobs:
            message = " ".join([message, *self._everything()])
        return self._mistyped(self._numbers(message))

    def respond(self, reply: Reply) -> str | None:
        self._note_mentions(reply.text)
        slots = asked_slots(reply, self._words)
        event = self._due(finished=reply.done)
        if event is not None:
            self._fired += 1
            message: str | None = event.user
        elif reply.done:
            message = self._after(reply)
        else:
            message = self._turn(slots[:MAX_SLOTS_ANSWERED], reply)
        self._messages += message is not None
        self._asked.update(slots)
        return message

    def _turn(self, slots: tuple[str, ...], reply: Reply) -> str:
        """What is said while the interview goes on."""
        correction = self._correction()
        aside = correction or self._digression(slots, reply)
        if not aside and self._messages + 1 >= self._settings.patience:
            return self._bank.phrase("impatience", self._rng)
        if aside and self._chance(self._settings.alone):
            self._owe(slots)
            if not correction:
                self.acts[-1] = self.acts[-1]._replace(alone=True)
            return aside
        answer = self._mistyped(self._answer(slots))
        return f"{_ended([aside])[0]} {answer}" if aside else answer

    def _after(self, reply: Reply) -> str | None:
        """What is still to be said once a recommendation stands."""
        if correction := self._correction():
            return correction
        if self._owed:
            return self._mistyped(self._answer(()))
        for knob in AFTERWARDS:
            if self._shows(knob, certain=knob is Knob.PRESSURE or not self._shown[knob]):
                return self._aside(knob, (), reply)
        return None

    def _digression(self, slots: tuple[str, ...], reply: Reply) -> str:
        enabled = [knob for knob in DIGRESSIONS if knob in self._knobs]
        for knob in self._rng.sample(enabled, len(enabled)):
            if self._shows(knob) and (aside := self._aside(knob, slots, reply)):
                return aside
        return ""

    def _aside(self, knob: Knob, slots: tuple[str, ...], reply: Reply) -> str:
        """A phrase of this kind; empty where there is nothing to contradict."""
        if knob is Knob.CONTRADICTION:
            return self._contradiction()
        named = reply.text.lower()
        others = [name for name in self._settings.components if name.lower() not in named]
        component = self._rng.choice(others or self._settings.components)
        filled = {"slot": _words(slots[0])} if slots else {}
        said = self._bank.phrase(str(knob), self._rng, component=component, **filled)
        self._note(knob, said, component=component if component in said else "")
        return said

    def _contradiction(self) -> str:
        told = [slot for slot in self._told if self._wrong(slot) is not None]
        if not told:
            return ""
        slot = self._rng.choice(told)
        wrong = wrong_value(self._fact(slot), slot, self._rng, self._settings)
        if wrong is None:
            return ""
        self._corrections.append(wrong)
        said = self._bank.phrase("contradiction", self._rng, slot=_words(slot), new=wrong.wrong)
        self._note(Knob.CONTRADICTION, said, slot=slot)
        return said

    def _wrong(self, slot: str) -> Misstatement | None:
        return wrong_value(self._fact(slot), slot, Random(0), self._settings)  # noqa: S311 - only asks whether

    def _correction(self) -> str:
        if not self._corrections:
            return ""
        misstatement = self._corrections.pop(0)
        return self._bank.phrase("correction", self._rng, old=misstatement.wrong, new=misstatement.right)

    def _answer(self, slots: tuple[str, ...]) -> str:
        """What the events or the facts say about `slots` and those owed, in this user's words."""
        standing = [event for event in self._standing if self._applies(event, slots)]
        settled = {slot for event in standing for slot in event.when.slot_asked_after_event}
        owed, self._owed = self._owed, []
        wanted = dict.fromkeys([*owed, *(slot for slot in slots if slot not in settled)])
        facts, unsaid = self._facts([slot for slot in wanted if self._fact(slot)])
        told = [self._phrased(facts)] if facts else []
        said = [*(event.user for event in standing), *told, *unsaid]
        unknown = [slot for slot in wanted if not self._fact(slot)]
        if unknown or not said:
            said.append(self._dont_know(unknown, alone=not said))
        return " ".join([*_ended(said[:-1]), said[-1]])

    def _facts(self, slots: list[str]) -> tuple[list[str], list[str]]:
        """The facts that are told for `slots`, and what is said instead of those that aren't."""
        silent = {knob: [slot for slot in slots if self._silence(slot) is knob] for knob in SILENCES}
        unsaid = [self._unsaid(knob, kept) for knob, kept in silent.items() if kept]
        wanted = self._revealed([slot for slot in slots if not self._silence(slot)])
        return [self._stated(slot) for slot in wanted], unsaid

    def _revealed(self, slots: list[str]) -> list[str]:
        """`slots`, or one fewer, or up to two more."""
        if not self._shows(Knob.GRADUAL_REVEAL):
            return slots
        difference = self._rng.choice((-1, 1, 2))
        if difference < 0 and slots:
            kept = self._rng.choice(slots)
            slots, difference = [slot for slot in slots if slot != kept], 0 if len(slots) > 1 else 1
            self._owe([kept])
        more = [slot for slot in self._script.hidden_facts if self._untold(slot) and slot not in slots]
        extra = self._rng.sample(more, min(max(difference, 0), len(more)))
        self._note(Knob.GRADUAL_REVEAL, ", ".join(extra) or "withheld")
        return [*slots, *extra]

    def _stated(self, slot: str) -> str:
        """The fact, as it is said this time."""
        fact = self._fact(slot)
        first = slot not in self._told
        self._told.setdefault(slot, self._messages + 1)
        for knob, misstate in MISSTATEMENTS.items():
            wrong = misstate(fact, slot, self._rng, self._settings) if first else None
            if wrong is not None and self._shows(knob):
                self._corrections.append(wrong)
                self._note(knob, wrong.wrong, slot=slot)
                return wrong.fact
        if Knob.UNIT_REWRITE in self._knobs:
            fact = converted(fact, slot, self._settings)
        return self._numbers(fact) if slot in self._settings.quantities else fact

    def _phrased(self, facts: list[str]) -> str:
        """Facts joined and worded by the knobs that are on."""
        styles = [
            name for knob, name in (("terse", "terse"), ("verbose", "verbose")) if Knob(knob) in self._knobs
        ]
        if Knob.MIXED_LANGUAGE in self._knobs:
            styles.append(f"mixed_{self._rng.choice(LANGUAGES)}")
        if not styles:
            return " ".join([*_ended(facts[:-1]), facts[-1]])
        said = facts[0].rstrip(".")
        for fact in facts[1:]:
            said = self._bank.phrase("joining", self._rng, first=said, second=fact.rstrip("."))
        return self._bank.phrase(self._rng.choice(styles), self._rng, fact=said)

    def _everything(self) -> list[str]:
        """All facts under the names of their slots, shuffled."""
        slots = [slot for slot in self._script.hidden_facts if self._fact(slot)]
        self._told = dict.fromkeys(slots, 1)
        return _ended(
            f"{_words(slot).capitalize()}: {self._fact(slot)}" for slot in self._rng.sample(slots, len(slots))
        )

    def _silence(self, slot: str) -> Knob | None:
        """Which reason the user has to keep `slot` to themselves; settled when it first comes up."""
        if slot not in self._silent:
            self._silent[slot] = next((knob for knob in SILENCES if self._shows(knob)), None)
        return self._silent[slot]

    def _unsaid(self, knob: Knob, slots: list[str]) -> str:
        if knob is not Knob.REFUSAL:
            return self._dont_know(slots, alone=False)
        self._note(Knob.REFUSAL, "", slot=slots[0])
        return self._bank.phrase("refusal", self._rng, slot=listing(_words(slot) for slot in slots))

    def _dont_know(self, slots: list[str], alone: bool) -> str:
        about = listing(_words(slot) for slot in slots) if slots else ""
        if Knob.DONT_KNOW not in self._knobs:
            return DONT_KNOW if alone else f"{DONT_KNOW} about the {about}"
        self._note(Knob.DONT_KNOW, "", slot=slots[0] if slots else "")
        return self._bank.phrase("dont_know", self._rng, **({"slot": about} if about else {}))

    def _untold(self, slot: str) -> bool:
        return bool(self._fact(slot)) and slot not in self._told and not self._silence(slot)

    def _owe(self, slots: Iterable[str]) -> None:
        self._owed += [slot for slot in slots if slot not in self._owed]

    def _numbers(self, text: str) -> str:
        return rewritten_numbers(text, self._rng) if Knob.NUMBER_FORMAT in self._knobs else text

    def _mistyped(self, text: str) -> str:
        if Knob.TYPOS not in self._knobs:
            return text
        return self._bank.mistyped(text, self._rng, self._settings.typos_per_message)

    def _shows(self, knob: Knob, certain: bool = False) -> bool:
        """Whether the knob shows on this occasion."""
        if knob not in self._knobs:
            return False
        setting = self._settings.knobs[knob]
        if setting.most is not None and self._shown[knob] >= setting.most:
            return False
        return certain or self._chance(setting.rate)

    def _chance(self, rate: float) -> bool:
        return self._rng.random() < rate

    def _note(self, knob: Knob, said: str, slot: str = "", component: str = "") -> None:
        self._shown[knob] += 1
        self.acts.append(Act(self._messages + 1, knob, said, slot, component))


def agenda_users(knobs: Iterable[Knob], seed: int) -> Callable[[Script], AgendaUser]:
    """Opens a user with these knobs for any script."""
    chosen = frozenset(knobs)
    return lambda script: AgendaUser(script, chosen, seed)


def _words(slot: str) -> str:
    return slot.replace("_", " ")


def _ended(parts: Iterable[str]) -> list[str]:
    return [part if part.endswith((".", "!", "?")) else f"{part}." for part in parts]
