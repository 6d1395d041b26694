"""The rules engine: one message in, field updates and intents out.

The readers run in a fixed order; each takes the numbers and words that it's sure of, so that a later,
vaguer reader finds only what is left.
"""

import math

from knowledge.library import Knowledge
from tools.workload import Known, SlotText, Workload

from . import (
    accelerators,
    answers,
    components,
    growth,
    intents,
    latency,
    media,
    model_names,
    money,
    names,
    people,
    percentages,
    places,
    rates,
    sizes,
)
from .component_names import component_phrases
from .correction import apply_corrections
from .each import told_for_one
from .enums import read_enums
from .fractions import as_percentages
from .frequencies import read_frequencies
from .injection import cut_instructions, removed_text
from .lexicon import table
from .locale import detect
from .message import Message, prepare
from .numbers import amounts
from .priorities import read_priorities
from .quantity import Quantity, quantities
from .reading import Convert, Reading
from .refusals import refuse_absurd
from .regimes import read_regimes
from .relief import read_relief
from .scope import Scopes, read_scopes
from .settings import read_settings
from .spelling import mended, topic_words
from .strangers import reject_strangers
from .tokens import read_tokens
from .training import read_retraining, read_training_set
from .understanding import Intent, Understanding
from .unused import unused_numbers

_READERS = (
    read_enums,
    apply_corrections,
    read_settings,
    read_relief,
    accelerators.read_accelerators,
    components.read_components,
    read_regimes,
    model_names.read_models,
    money.read_money,
    percentages.read_percentages,
    growth.read_growth,
    read_training_set,
    media.read_runs,
    media.read_counted_recordings,
    media.read_audio_volume,
    rates.read_peak_factor,
    rates.read_rates,
    read_frequencies,
    read_retraining,
    read_tokens,
    media.read_audio_length,
    media.read_pictures,
    people.read_people,
    sizes.read_sizes,
    latency.read_times,
    answers.read_freshness,
    answers.read_plain_units,
    places.read_places,
    read_priorities,
    answers.read_short_answers,
    answers.read_bare_numbers,
    rates.ask_for_period,
    components.reject_unknown,
    reject_strangers,
    refuse_absurd,
)


def understand(
    message: str,
    *,
    turn: int,
    asked: tuple[str, ...] = (),
    workload: Workload,
    knowledge: Knowledge,
    convert: Convert = lambda amount, currency: amount,
) -> Understanding:
    """Read one user message; `asked` are the workload slots of the question it answers.

    `convert` turns an amount in an ISO 4217 currency into USD.
    """
    command = intents.command(message)
    if command:
        return Understanding(intents=frozenset({"command"}), command=command)
    cut = cut_instructions(message)
    prepared = mended(prepare(message, cut.text))
    language = detect(prepared)
    scopes = read_scopes(prepared)
    reading = _reading(prepared, scopes, language.code, turn, asked, workload, knowledge, convert)
    for reader in _READERS:
        reader(reading)
    if cut.found:
        components.reject_promoted(reading, removed_text(message, cut.text))
    unread = language.code not in table("languages")["read"]
    updates = tuple(item for item in _settled(reading) if not unread or item.origin == "stated")
    unknown = _unknown(reading, updates)
    return Understanding(
        updates=updates,
        slot_texts=_slot_texts(reading, updates, unknown),
        rejected=tuple(reading.rejected),
        unused=unused_numbers(reading),
        intents=intents.find_intents(prepared, scopes, bool(updates)) | _affirmation(reading),
        question_text=intents.question(prepared, scopes),
        unknown_slots=unknown,
        injection=cut.found,
        language=language.code,
        readable=not unread and (language.readable or bool(updates) or _speaks(reading)),
        idle=not updates and not unknown and (cut.found or not _on_topic(reading)),
        truncated=prepared.truncated,
        missing_unit=() if unread else tuple(reading.missing),
        several=() if unread else tuple(reading.several),
        mismatches=() if unread else tuple(reading.mismatches),
    )


def _reading(
    message: Message,
    scopes: Scopes,
    language: str,
    turn: int,
    asked: tuple[str, ...],
    workload: Workload,
    knowledge: Knowledge,
    convert: Convert,
) -> Reading:
    taken = names.name_tokens(message, knowledge)
    counted = as_percentages(message, quantities(message, amounts(message, language, taken)))
    read = told_for_one(message, counted)
    fixed = [hit for hit in latency.fixed_times(message) if not _is_cut_out(hit, read)]
    said = {index for q in fixed for index in range(q.first, q.last + 1)}
    found: list[Quantity] = [q for q in read if math.isfinite(q.high) and q.amount.first not in said]
    ordered = sorted([*found, *fixed], key=lambda q: q.start)
    return Reading(message, language, turn, asked, workload, knowledge, convert, scopes, ordered)


def _is_cut_out(fixed: Quantity, read: list[Quantity]) -> bool:
    """`of a second` in `a quarter of a second`: a longer time holds the fixed one or a part of it."""
    return any(
        q.dimension == "time"
        and q.first <= fixed.last
        and fixed.first <= q.last
        and q.last - q.first > fixed.last - fixed.first
        for q in read
    )


def _speaks(reading: Reading) -> bool:
    """Whether anything in a message without common words is about our subject."""
    named = component_phrases(reading.knowledge).find(reading.message)
    return bool(reading.missing or reading.several or reading.rejected or reading.roles or named)


def _affirmation(reading: Reading) -> frozenset[Intent]:
    """A yes to several things asked at once answers none of them by itself."""
    answered = {reading.knowledge.fields[item.field].slot for item in reading.updates}
    vague = answers.is_vague_yes(reading) and not answered & {*reading.asked}
    return frozenset({"affirmation"}) if vague else frozenset()


def _on_topic(reading: Reading) -> bool:
    """Whether any word of the message belongs to our subject; numbers and names of products do."""
    if reading.quantities or reading.rejected or component_phrases(reading.knowledge).find(reading.message):
        return True
    common = set(table("languages")["stop_words"]["en"])
    return any(
        token.text in topic_words() and token.text not in common and len(token.text) > 3
        for token in reading.message.tokens
    )


def _settled(reading: Reading) -> tuple[Known, ...]:
    """One update a field (the last where the message corrects itself, else the first), in field order."""
    chosen: dict[str, Known] = {}
    corrects = bool(reading.scopes.hits.get("correction"))
    for item in reading.updates:
        if (item.field not in chosen or corrects) and not _is_guess_over_fact(reading, item):
            chosen[item.field] = item
    order = list(reading.knowledge.fields)
    return tuple(sorted(chosen.values(), key=lambda item: order.index(item.field)))


def _is_guess_over_fact(reading: Reading, item: Known) -> bool:
    """What is only suggested by an answer to another question replaces nothing that is known."""
    known = reading.workload.get(item.field)
    slot = reading.knowledge.fields[item.field].slot
    return item.origin == "inferred" and known is not None and not known.unknown and slot not in reading.asked


def _unknown(reading: Reading, updates: tuple[Known, ...]) -> tuple[str, ...]:
    """Asked slots that the message says it can't answer."""
    if intents.dont_know(reading.message) is None:
        return ()
    answered = {reading.knowledge.fields[item.field].slot for item in updates if item.origin == "stated"}
    return tuple(slot for slot in reading.asked if slot not in answered)


def _slot_texts(
    reading: Reading, updates: tuple[Known, ...], unknown: tuple[str, ...]
) -> tuple[SlotText, ...]:
    """The sentences that speak of each slot; an asked slot without a value keeps the whole answer."""
    found: dict[str, tuple[int, int]] = {}
    for item in updates:
        if item.span is None:
            continue
        slot = reading.knowledge.fields[item.field].slot
        index = next((i for i, t in enumerate(reading.message.tokens) if t.end > item.span[0]), 0)
        start, end = reading.message.clause_span(index)
        start, end = min(start, item.span[0]), max(end, item.span[1])
        old = found.get(slot, (start, end))
        found[slot] = (min(old[0], start), max(old[1], end))
    texts = [
        SlotText(slot=slot, text=reading.words(*span)[:400], turn=reading.turn, unknown=slot in unknown)
        for slot, span in found.items()
    ]
    asks = bool(reading.scopes.questions) or answers.is_vague_yes(reading)
    whole = reading.message.text.strip()[:400]
    for slot in reading.asked:
        if slot not in found and whole and (slot in unknown or not asks):
            texts.append(SlotText(slot=slot, text=whole, turn=reading.turn, unknown=slot in unknown))
    return tuple(texts)
