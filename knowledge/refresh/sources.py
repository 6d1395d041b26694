"""Which public sources are asked, where, and how much is believed of what they answer."""

from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator

from ..errors import InputRefused, KnowledgeInvalid
from ..library import Knowledge
from ..records import Record

LOOPBACK = frozenset({("http", "127.0.0.1"), ("http", "localhost"), ("http", "::1")})
FILE = "refresh/sources.yaml"
PROJECTS = "refresh/projects.yaml"

Kind = Literal[
    "exchange_rates",
    "token_prices",
    "aws_prices",
    "azure_prices",
    "gcp_prices",
    "landscape",
    "end_of_life",
    "releases",
]


class SourceSpec(Record):
    """One public source."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    kind: Kind
    title: str
    url: str
    """`{filter}`, `{product}` and `{project}` are filled in by sources that are asked piece by piece."""
    licence: str
    content_types: tuple[str, ...]
    max_bytes: int = Field(gt=0, le=100_000_000)
    timeout_s: float = Field(default=20, gt=0, le=120)
    """Longest silence of the server."""
    deadline_s: float = Field(default=90, gt=0, le=600)
    """Longest time for one answer."""
    expected: int = Field(ge=1)
    max_shrink: float = Field(gt=0, lt=1)
    jump_factor: float = Field(default=3, gt=1)
    max_jumped: float = Field(gt=0, lt=1)
    sentinels: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        parts = urlsplit(self.url)
        if not parts.hostname or (parts.scheme != "https" and (parts.scheme, parts.hostname) not in LOOPBACK):
            raise ValueError("a source needs an https address")
        return self


class Names(Record):
    """Under which name other catalogues know a component."""

    project: str = Field(default="", pattern=r"^$|^[\w.-]+/[\w.-]+$")
    product: str = Field(default="", pattern=r"^$|^[a-z0-9-]+$")


class Projects(Record):
    """The content of projects.yaml."""

    months_as_of: Any
    components: dict[str, Names]


def read_sources(knowledge: Knowledge) -> tuple[SourceSpec, ...]:
    """The sources of the knowledge base, with the addresses that a folder of the user's own gives."""
    try:
        return tuple(SourceSpec.model_validate(block) for block in knowledge.files.yaml(FILE)["sources"])
    except (ValidationError, KeyError, TypeError) as error:
        raise KnowledgeInvalid(f"{FILE} is wrong: {error}.") from error


def read_projects(knowledge: Knowledge) -> Projects:
    """Names of components in other catalogues; only of components that we hold."""
    projects = Projects.model_validate(knowledge.files.yaml(PROJECTS))
    held = {name: names for name, names in projects.components.items() if name in knowledge.components}
    return projects.model_copy(update={"components": held})


def chosen(sources: tuple[SourceSpec, ...], wanted: str) -> tuple[SourceSpec, ...]:
    """The sources of a comma-separated list of ids; InputRefused for an unknown id and for an empty list, which an
    unset variable of a shell gives and which must not reach further than meant."""
    ids = {source.id: source for source in sources}
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    for name in names:
        if name not in ids:
            raise InputRefused(f"Unknown source {name!r}.", f"Sources are {', '.join(ids)}.")
    if not names:
        raise InputRefused("The list of sources is empty.", f"Sources are {', '.join(ids)}.")
    return tuple(ids[name] for name in dict.fromkeys(names))
