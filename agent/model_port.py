"""The port to a language model: one method, a real adapter, and a scripted fake for tests.

A model is used only when it is named; it has no tools and chooses no control flow. `openai/<name>` with a
base URL talks to any OpenAI-compatible endpoint through the openai client; every other name goes
through litellm. Both are imported when the first call is made, never before.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from knowledge.errors import ConfigError, ModelUnavailable

TIMEOUT_S = 60.0
MAX_TOKENS = 3000
RUNGS = ("json_schema", "json_object", "plain")
"""Ways to ask for JSON, strictest first; the first that an endpoint accepts is remembered."""


class Message(NamedTuple):
    """One message of a prompt."""

    role: str
    content: str


class ChatModel(Protocol):
    """Something that completes a prompt with JSON of a schema."""

    name: str

    def complete(self, messages: Sequence[Message], schema: dict[str, Any]) -> Any:
        """The parsed JSON answer; ModelUnavailable when there is none."""


@dataclass
class EndpointModel:
    """A model behind an OpenAI-compatible endpoint or a litellm provider."""

    name: str
    base_url: str = ""
    api_key: str = ""
    _rung: int = 0

    def complete(self, messages: Sequence[Message], schema: dict[str, Any]) -> Any:
        """Ask once; step down the ladder of JSON modes while the endpoint refuses the mode itself."""
        while True:
            try:
                text = self._call(messages, schema, RUNGS[self._rung])
            except _ModeRefused as refused:
                if self._rung + 1 >= len(RUNGS):
                    raise ModelUnavailable(
                        f"The model {self.name} refuses the request: {refused}."
                    ) from refused
                self._rung += 1
                continue
            return parse_json(text, self.name)

    def _call(self, messages: Sequence[Message], schema: dict[str, Any], rung: str) -> str:
        arguments: dict[str, Any] = {
            "messages": [message._asdict() for message in messages],
            "max_tokens": MAX_TOKENS,
            "temperature": 0,
            "timeout": TIMEOUT_S,
        }
        if rung == "json_schema":
            arguments["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema, "strict": True},
            }
        elif rung == "json_object":
            arguments["response_format"] = {"type": "json_object"}
        if self.name.startswith("openai/") or self.base_url:
            return self._through_openai(arguments)
        return self._through_litellm(arguments)

    def _through_openai(self, arguments: dict[str, Any]) -> str:
        import openai

        client = openai.OpenAI(
            base_url=self.base_url or None, api_key=self.api_key or "none", max_retries=1, timeout=TIMEOUT_S
        )
        try:
            answer = client.chat.completions.create(model=self.name.removeprefix("openai/"), **arguments)
        except openai.BadRequestError as error:
            raise _ModeRefused(str(error)) from error
        except openai.OpenAIError as error:
            raise ModelUnavailable(f"The model {self.name} did not answer: {error}.") from error
        return self._text(answer)

    def _through_litellm(self, arguments: dict[str, Any]) -> str:
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        import litellm

        litellm.suppress_debug_info = True
        litellm.telemetry = False
        try:
            answer = litellm.completion(model=self.name, api_key=self.api_key or None, **arguments)
        except litellm.BadRequestError as error:
            raise _ModeRefused(str(error)) from error
        except Exception as error:
            raise ModelUnavailable(f"The model {self.name} did not answer: {error}.") from error
        return self._text(answer)

    def _text(self, answer: Any) -> str:
        """The whole answer; a cut or refused one counts as none."""
        choice = answer.choices[0] if answer.choices else None
        text = choice.message.content if choice is not None else None
        if choice is None or not text or choice.finish_reason not in ("stop", "tool_calls"):
            reason = choice.finish_reason if choice is not None else "no choice"
            raise ModelUnavailable(f"The model {self.name} gave no complete answer ({reason}).")
        return str(text)


class _ModeRefused(Exception):
    """The endpoint refused the request as such, perhaps for its response format."""


@dataclass
class ScriptedModel:
    """A model that answers from a function; ships for tests, demonstrations and offline development."""

    answer: Callable[[Sequence[Message]], Any]
    name: str = "scripted"
    prompts: list[Sequence[Message]] = field(default_factory=list)

    def complete(self, messages: Sequence[Message], schema: dict[str, Any]) -> Any:
        self.prompts.append(messages)
        return self.answer(messages)


def parse_json(text: str, name: str) -> Any:
    """JSON out of an answer, with or without a code fence around it."""
    body = text.strip()
    if body.startswith("```"):
        body = body.split("\n", 1)[-1].rsplit("```", 1)[0]
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise ModelUnavailable(f"The model {name} did not answer in JSON.") from error


def open_model(name: str, base_url: str = "", api_key: str = "", offline: bool = False) -> EndpointModel:
    """The model that `--model` or the configuration names; ConfigError where `offline` forbids it."""
    if offline:
        raise ConfigError(f"The model {name} can't be used: offline is set.", "Drop --model or offline.")
    return EndpointModel(name, base_url, api_key)
