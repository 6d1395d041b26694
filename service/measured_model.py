"""A model whose calls are measured: how long they took and whether they brought anything."""

from collections.abc import Sequence
from typing import Any

from agent.model_port import ChatModel, Message

from .telemetry import measured


class MeasuredModel:
    """The model, as its consultations see it."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def timeout_s(self) -> float:
        return self._model.timeout_s

    @property
    def base_url(self) -> str:
        return str(getattr(self._model, "base_url", ""))

    def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], most_s: float = float("inf")
    ) -> Any:
        with measured("model", name=self.name):
            return self._model.complete(messages, schema, most_s)
