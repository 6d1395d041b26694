"""The state of one consultation between and during turns: plain JSON values and ids only.

Pydantic objects are dumped on the way in and validated on the way out, so that strict msgpack with an
empty allow-list loads every checkpoint, of this version and of older ones (`schema_version`).
"""

from collections.abc import Callable
from typing import Any, TypedDict, cast

from knowledge.errors import StateNewer

SCHEMA_VERSION = 1


class ConsultationState(TypedDict, total=False):
    """Kept between turns unless marked otherwise."""

    schema_version: int
    turn: int
    message: str
    """This turn's message, secrets masked."""
    workload: dict[str, Any]
    asked_slots: list[str]
    """Workload slots asked so far, in order."""
    asked_at: list[list[Any]]
    """[turn, slots] of every question asked, for undo."""
    asked_now: list[str]
    """Slots that this message may answer."""
    open_units: list[list[str]]
    """[slot, number as written] of the last message's numbers whose unit was asked back for."""
    pending: dict[str, Any]
    """The question that waits for an answer."""
    questions: int
    asked_before: str
    """The last question with a subject of its own, for one that goes on from it."""
    phase: str
    """interviewing | recommended"""
    understanding: dict[str, Any]
    """This turn's reading of the message."""
    replaced: list[list[dict[str, Any]]]
    """This turn's superseded values: [old, new]."""
    notices: list[str]
    """This turn's remarks."""
    route: str
    """ask | answer | advise: where this turn goes."""
    question: dict[str, Any]
    """This turn's question, if one is asked."""
    record_ids: list[str]
    """Records that this turn retrieved."""
    claims: list[dict[str, Any]]
    """This turn's sentences."""
    kind: str
    """This turn's kind of reply."""
    engine: str
    """This turn's reader and writer: rules, or the model's name."""
    language_told: str
    """The language, read in part, whose writer was told so."""
    model_told: str
    """The model that the user was told of."""


Step = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: tuple[Step, ...] = ()
"""The n-th brings a state of version n to the next one."""


def version_of(state: ConsultationState) -> int:
    """The version that wrote this state; one that names none is of the first."""
    return state.get("schema_version", 1)


def check_version(state: ConsultationState) -> None:
    """StateNewer for a state that a newer version wrote: what it means is known there alone."""
    if version_of(state) > SCHEMA_VERSION:
        raise StateNewer(
            "This consultation was written by a newer stackwright and is read-only here.",
            "Update stackwright to go on with it.",
        )


def migrate(state: ConsultationState) -> ConsultationState:
    """Bring a state of an older version to this one; StateNewer for one of a newer version."""
    check_version(state)
    values = dict(state)
    for step in MIGRATIONS[version_of(state) - 1 :]:
        values = step(values)
    return cast(ConsultationState, {**values, "schema_version": SCHEMA_VERSION})


def serializer() -> Any:
    """Strict msgpack: nothing but plain values is ever loaded from a checkpoint."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    return JsonPlusSerializer(allowed_msgpack_modules=[])
