"""The model in one turn: asked only while it answers and there is time, each failure said once.

What it writes is foreign data of any shape. Whatever goes wrong with it is a failure of its endpoint, never of
the turn: the rules have read the message, and the narrator has written the answer, before it is asked.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from knowledge.errors import ModelUnavailable

from .context import TurnContext
from .failure_place import place_of
from .model_port import Message
from .state import ConsultationState

Row = dict[str, Any]
Update = dict[str, Any]
FAILED = "rules (model failed)"
LEFT_ALONE = "left alone: "
"""Before the name of a model of which the user was told that it is not asked for now."""
CALLS_A_TURN = 2.0
"""All calls of a turn together may take so many times as long as one."""
log = logging.getLogger(__name__)


class _LeftAlone(ModelUnavailable):
    """It failed too often, and isn't asked."""


class AskedModel:
    """The model of one turn's reading or writing."""

    def __init__(self, state: ConsultationState, context: TurnContext) -> None:
        assert context.model is not None
        self._model, self._state, self._context = context.model, state, context

    @property
    def failed_before(self) -> bool:
        """Whether it has failed in this turn already."""
        return self._state.get("engine") == FAILED

    def rows(
        self, messages: Sequence[Message], schema: dict[str, Any], key: str, fits: Callable[[Row], bool]
    ) -> list[Row]:
        """The rows under `key` of its answer that have the shape asked for; ModelUnavailable where none has."""
        if not self._context.breaker.lets_through():
            raise _LeftAlone(f"The model {self._model.name} failed too often and is left alone for now.")
        began = time.monotonic()
        try:
            answer = self._model.complete(messages, schema, self._time_left())
        finally:
            self._context.model_time = (self._state["turn"], self._spent() + time.monotonic() - began)
        rows = answer.get(key) if isinstance(answer, dict) else None
        found = [row for row in rows if isinstance(row, dict) and fits(row)] if isinstance(rows, list) else []
        if not isinstance(rows, list) or (rows and not found):
            raise ModelUnavailable(f"The model {self._model.name} answered in another shape than asked for.")
        return found

    def _spent(self) -> float:
        turn, spent = self._context.model_time
        return spent if turn == self._state["turn"] else 0.0

    def _time_left(self) -> float:
        whole = CALLS_A_TURN * self._model.timeout_s
        left = whole - self._spent()
        if left <= 0:
            raise ModelUnavailable(
                f"The model {self._model.name} used up the {whole:.3g} s that it has for a message."
            )
        return left

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """ModelUnavailable for whatever its answer makes fail."""
        try:
            yield
        except ModelUnavailable:
            raise
        except Exception as error:
            log.error("a model's answer could not be used: %s", place_of(error))
            raise ModelUnavailable(f"The model {self._model.name} gave an answer of no use.") from error

    def failed(self, error: ModelUnavailable, consequence: str) -> Update:
        """The notice of a failure; of a model that is left alone it is said once."""
        name = self._model.name
        if isinstance(error, _LeftAlone):
            told = self._state.get("model_told") == LEFT_ALONE + name
            notices = [] if told else [f"{error.message} {consequence}."]
            return self._noted([*self._state["notices"], *notices], FAILED, LEFT_ALONE + name)
        gone = self._context.breaker.failed(error.silent)
        after = f" and the model is not asked again {self._context.breaker.pause()}." if gone else "."
        notices = [*self._first_use(), f"{error.message} {consequence}{after}"]
        told_of = LEFT_ALONE + name if gone else name
        return self._noted([*self._state["notices"], *notices], FAILED, told_of)

    def noted(self, remark: str = "") -> Update:
        """What to keep of a use that went well."""
        self._context.breaker.answered()
        notices = [*self._state["notices"], *self._first_use(), *([remark] if remark else [])]
        return self._noted(notices, self._model.name, self._model.name)

    def _noted(self, notices: list[str], engine: str, told_of: str) -> Update:
        return {"notices": notices, "engine": engine, "model_told": told_of}

    def _first_use(self) -> list[str]:
        """What is sent where, said once in a consultation."""
        if str(self._state.get("model_told") or "").removeprefix(LEFT_ALONE) == self._model.name:
            return []
        where = getattr(self._model, "base_url", "") or "its provider"
        return [
            f"Your messages and the sentences of the recommendation are sent to {self._model.name} at {where}."
        ]
