"""Requests and answers of OpenAI's chat completions, as far as they mean something here.

Whatever else clients send (temperature, tools, metadata…) is let through and has no effect: no text and no
setting of a client changes what is advised.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.admission import admitted
from agent.language.message import MAX_CHARACTERS

MODEL = "stackwright"
MOST_MESSAGES = 400
CHARACTERS_PER_TOKEN = 4
"""The rule of thumb for English in OpenAI's help pages; nothing here is billed by it."""

Truth = Annotated[bool, Field(strict=True)]


class Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ContentPart(Lenient):
    """A part of a message; parts other than text are left out, and that is said."""

    type: str
    text: str | None = None


class ChatMessage(Lenient):
    """Only what the user wrote is read. Prompts of the client and earlier answers are data without effect."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | tuple[ContentPart, ...] | None = None

    @property
    def text(self) -> str:
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return "\n".join(part.text for part in self.content if part.type == "text" and part.text)

    @property
    def unread(self) -> tuple[str, ...]:
        """Kinds of parts that are no text."""
        if self.content is None or isinstance(self.content, str):
            return ()
        return tuple(dict.fromkeys(part.type for part in self.content if part.type in UNREAD))


UNREAD = {
    "image_url": "image",
    "input_image": "image",
    "input_audio": "sound",
    "file": "file",
    "input_file": "file",
}


class StreamOptions(Lenient):
    include_usage: Truth | None = None


class ChatRequest(Lenient):
    model: Annotated[str, Field(json_schema_extra={"enum": [MODEL]})]
    messages: Annotated[tuple[ChatMessage, ...], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: Truth | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1, strict=True)] | None = None

    @property
    def of_user(self) -> tuple[ChatMessage, ...]:
        return tuple(message for message in self.messages if message.role == "user")

    def history(self) -> list[str]:
        """What the user said, as it is stored; what was refused as too long, and is still sent along, is left out."""
        texts = (message.text for message in self.of_user)
        return [admitted(text) for text in texts if len(text) <= MAX_CHARACTERS]


class Usage(BaseModel):
    """Estimates by length: no model counts here."""

    model_config = ConfigDict(frozen=True)

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


def usage(request: ChatRequest, answer: str) -> Usage:
    asked = tokens("".join(message.text for message in request.messages))
    answered = tokens(answer)
    return Usage(prompt_tokens=asked, completion_tokens=answered, total_tokens=asked + answered)


def tokens(text: str) -> int:
    """An estimate.

    >>> tokens("How many?")
    3
    """
    return -(-len(text) // CHARACTERS_PER_TOKEN)


class Extension(BaseModel):
    """What stackwright knows of an answer beyond its text."""

    model_config = ConfigDict(frozen=True)

    session: str
    """The consultation; `/v1/consultations/{session}` shows it."""
    turn: int
    kind: str
    done: bool
    question: dict[str, Any] | None
    citations: tuple[dict[str, Any], ...]


class AnswerMessage(BaseModel):
    model_config = ConfigDict(frozen=True)

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class AnswerChoice(BaseModel):
    model_config = ConfigDict(frozen=True)

    index: int = 0
    message: AnswerMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Completion(BaseModel):
    """A whole answer."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: tuple[AnswerChoice, ...]
    usage: Usage
    system_fingerprint: str
    stackwright: Extension


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "stackwright"


class Models(BaseModel):
    model_config = ConfigDict(frozen=True)

    object: Literal["list"] = "list"
    data: tuple[Model, ...]
