"""The port to a language model: one method, a real adapter, and a scripted fake for tests.

A model is used only when it is named; it has no tools and chooses no control flow. `openai/<name>`, or a name
without a provider, talks to an OpenAI-compatible endpoint through the openai client; `<provider>/<name>` goes
through litellm, which knows the providers. Both are imported when the first call is made, never before.
"""

import json
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn, Protocol

from knowledge.errors import ConfigError, ModelUnavailable

from .time_limit import within

TIMEOUT_S = 30.0
"""From the question to the last byte of the answer, with all ways of asking that the endpoint makes us try."""
MAX_TOKENS = 6000
MAX_CHARACTERS = 200_000
"""Of an answer; more than ten times what MAX_TOKENS can hold isn't one."""
RUNGS = ("json_schema", "json_object", "plain")
"""Ways to ask for JSON, strictest first; the first that an endpoint accepts is remembered."""
LIMITS = ("max_tokens", "max_completion_tokens", "")
"""Names of the parameter that bounds the answer, for older and newer endpoints."""


class Message(NamedTuple):
    """One message of a prompt."""

    role: str
    content: str


class ChatModel(Protocol):
    """Something that completes a prompt with JSON of a schema."""

    @property
    def name(self) -> str:
        """As the user gave it."""

    @property
    def timeout_s(self) -> float:
        """How long one answer may take."""

    def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], most_s: float = float("inf")
    ) -> Any:
        """The parsed JSON answer; ModelUnavailable when there is none, also not in `most_s`."""


@dataclass
class Accepted:
    """What an endpoint has been found to accept."""

    rung: int = 0
    limit: int = 0
    temperature: bool = True

    def step_down(self, refusal: str) -> bool:
        """Ask for less after a refusal: drop the parameter that it names, else the stricter JSON mode."""
        if self.temperature and "temperature" in refusal:
            self.temperature = False
        elif any(name and name in refusal for name in LIMITS) and self.limit + 1 < len(LIMITS):
            self.limit += 1
        elif self.rung + 1 < len(RUNGS):
            self.rung += 1
        else:
            return False
        return True


@dataclass
class EndpointModel:
    """A model behind an OpenAI-compatible endpoint or a litellm provider."""

    name: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    timeout_s: float = TIMEOUT_S
    _accepted: Accepted = field(default_factory=Accepted, repr=False)

    def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], most_s: float = float("inf")
    ) -> Any:
        """Ask once; step down while the endpoint refuses the way of asking itself."""
        direct = self.name.startswith("openai/") or "/" not in self.name
        call = self._through_openai() if direct else self._through_litellm()
        limit_s = min(self.timeout_s, most_s)
        try:
            answer = within(limit_s, lambda: self._asked(call, messages, schema))
        except TimeoutError as error:
            raise ModelUnavailable(
                f"The model {self.name} gave no answer within {limit_s:.3g} s.", silent=True
            ) from error
        return parse_json(self._text(answer), self.name)

    async def _asked(self, call: "Call", messages: Sequence[Message], schema: dict[str, Any]) -> Any:
        while True:
            try:
                return await call(self._arguments(messages, schema))
            except _Refused as refused:
                if not self._accepted.step_down(str(refused)):
                    raise ModelUnavailable(f"The model {self.name} refuses the request (400).") from refused

    def _arguments(self, messages: Sequence[Message], schema: dict[str, Any]) -> dict[str, Any]:
        arguments: dict[str, Any] = {"messages": [message._asdict() for message in messages]}
        rung, limit = RUNGS[self._accepted.rung], LIMITS[self._accepted.limit]
        if limit:
            arguments[limit] = MAX_TOKENS
        if self._accepted.temperature:
            arguments["temperature"] = 0
        if rung == "json_schema":
            shape = {"name": "answer", "schema": schema, "strict": True}
            arguments["response_format"] = {"type": "json_schema", "json_schema": shape}
        elif rung == "json_object":
            arguments["response_format"] = {"type": "json_object"}
        return arguments

    def _through_openai(self) -> "Call":
        import openai

        from .capped_body import cap_body

        async def call(arguments: dict[str, Any]) -> Any:
            # Redirects would send the prompt to an address that nobody named.
            web = openai.DefaultAsyncHttpxClient(
                follow_redirects=False,
                headers={"Accept-Encoding": "identity"},
                event_hooks={"response": [cap_body]},
            )
            key, name = self.api_key or "none", self.name.removeprefix("openai/")
            try:
                async with openai.AsyncOpenAI(
                    base_url=self.base_url or None, api_key=key, max_retries=0, http_client=web
                ) as client:
                    return await client.chat.completions.create(
                        model=name, timeout=self.timeout_s, **arguments
                    )
            except openai.BadRequestError as error:
                raise _Refused(str(error)) from error
            except Exception as error:
                raise self._unavailable(error) from error

        return call

    def _through_litellm(self) -> "Call":
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        import litellm

        # Its clients import this when they are collected, which inside another import would wait for itself for ever.
        import litellm.llms.custom_httpx.aiohttp_transport

        litellm.suppress_debug_info = True
        litellm.telemetry = False

        async def call(arguments: dict[str, Any]) -> Any:
            try:
                return await litellm.acompletion(
                    model=self.name,
                    api_base=self.base_url or None,
                    api_key=self.api_key or None,
                    timeout=self.timeout_s,
                    max_retries=0,
                    drop_params=True,
                    **arguments,
                )
            except litellm.BadRequestError as error:
                if "LLM Provider NOT provided" in str(error):
                    hint = "write openai/<name> for an OpenAI-compatible endpoint"
                    raise ModelUnavailable(
                        f"The provider of the model {self.name} is unknown; {hint}."
                    ) from error
                raise _Refused(str(error)) from error
            except Exception as error:
                raise self._unavailable(error) from error

        return call

    def _text(self, answer: Any) -> str:
        """The whole answer; a cut or refused one, and one of another shape than the clients promise, is none."""
        try:
            choice = answer.choices[0]
            text, reason = choice.message.content, choice.finish_reason
        except (AttributeError, TypeError, LookupError) as error:
            raise ModelUnavailable(f"The model {self.name} answered in no known shape.") from error
        if not isinstance(text, str) or not text or reason not in ("stop", "tool_calls"):
            why = f" ({reason})" if reason in INCOMPLETE else ""
            raise ModelUnavailable(f"The model {self.name} gave no complete answer{why}.")
        if len(text) > MAX_CHARACTERS:
            raise self._too_long()
        return text

    def _too_long(self) -> ModelUnavailable:
        return ModelUnavailable(f"The model {self.name} gave an answer too long to be one.")

    def _unavailable(self, error: Exception) -> ModelUnavailable:
        """Why there is no answer, in words of ours: what an endpoint writes may hold keys or prompts."""
        from .capped_body import BodyTooLarge

        status = getattr(error, "status_code", None)
        if BodyTooLarge in (type(error), type(error.__cause__)):
            return self._too_long()
        if "Timeout" in type(error).__name__:
            return ModelUnavailable(
                f"The model {self.name} gave no answer within {self.timeout_s:.3g} s.", silent=True
            )
        if isinstance(status, int) and 300 <= status < 400:
            return ModelUnavailable(f"The model {self.name} has moved ({status}), and is not followed.")
        if status in REASONS:
            return ModelUnavailable(f"The model {self.name} did not answer: {REASONS[status]} ({status}).")
        if "Connection" in type(error).__name__:
            return ModelUnavailable(f"The model {self.name} can't be reached.")
        told = f" ({status})" if status else ""
        return ModelUnavailable(f"The model {self.name} failed{told}.")


REASONS = {
    401: "its key was refused",
    403: "its key was refused",
    404: "the endpoint doesn't know it",
    429: "its quota is used up or it is overloaded",
}


INCOMPLETE = ("length", "content_filter")
"""Reasons for an answer's end that are repeated; an endpoint may write anything there."""
Call = Callable[[dict[str, Any]], Awaitable[Any]]


class _Refused(Exception):
    """The endpoint refused the request as such, perhaps for its response format."""


@dataclass
class ScriptedModel:
    """A model that answers from a function; ships for tests, demonstrations and offline development."""

    answer: Callable[[Sequence[Message]], Any]
    name: str = "scripted"
    timeout_s: float = TIMEOUT_S
    prompts: list[Sequence[Message]] = field(default_factory=list)

    def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], most_s: float = float("inf")
    ) -> Any:
        self.prompts.append(messages)
        return self.answer(messages)


def parse_json(text: str, name: str) -> Any:
    """JSON out of an answer, with or without a code fence or words around it.

    >>> parse_json('Here it is: {"facts": []}', "m")
    {'facts': []}
    """
    body = text.strip()
    if body.startswith("```"):
        body = body.split("\n", 1)[-1].rsplit("```", 1)[0]
    for candidate in (body, body[body.find("{") : body.rfind("}") + 1]):
        try:
            return json.loads(candidate, parse_constant=_no_number)
        except (ValueError, RecursionError):
            continue
    raise ModelUnavailable(f"The model {name} did not answer in JSON.")


def _no_number(word: str) -> NoReturn:
    """NaN and infinities are no JSON."""
    raise ValueError(word)


def open_model(
    name: str,
    base_url: str = "",
    api_key: str = "",
    offline: bool = False,
    timeout_s: float = TIMEOUT_S,
) -> EndpointModel:
    """The model that `--model` or the configuration names; ConfigError where `offline` forbids it."""
    if offline:
        raise ConfigError(f"The model {name} can't be used: offline is set.", "Drop --model or offline.")
    return EndpointModel(name, base_url, api_key, timeout_s)
