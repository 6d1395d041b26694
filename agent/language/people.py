"""Users and team: who uses it, who builds and runs it."""

import re
from functools import cache
from typing import NamedTuple

from .correction import has_second_thought, says_it_anew
from .each import PEOPLE
from .lexicon import table, words
from .phrases import Hit, Phrases, compile_phrases
from .quantity import Quantity, noun_phrases
from .reading import Reading
from .totals import of_share, source_of, times

_OF_US = re.compile(r"\bof us\b")
_AS_ONE = re.compile(r"\d-(?:person|people|man|strong)\b")
"""`a 9-person studio`."""
_FOR_TEAM = re.compile(r"\bfor (?:my|our|the|a|this|an entire|one) (?:\w+ )?team of (?:about |around )?$")
MOST_BUILDERS = 24
"""More developers than these, counted outside a question about the team, use it rather than build it."""


def read_people(reading: Reading) -> None:
    """Split counted people into users and team, and sum the team."""
    team: list[Quantity] = []
    held = {q.amount.first: found for q in reading.open("count") if (found := _held(reading, q))}
    holders = {item.holder.amount.first for item in held.values()}
    for quantity in reading.open("count"):
        if _are_kept_apart(reading, quantity):
            reading.quantity("tenants", quantity)
            continue
        if quantity.noun not in ("users", "customers", "team", "teams", "tenants"):
            continue
        if quantity.amount.first in held:
            quantity = held[quantity.amount.first].whole
        elif _is_part(quantity) or (quantity.amount.first in holders and quantity.noun in PEOPLE):
            if quantity.noun == "customers" and quantity.amount.first in holders:
                reading.quantity("tenants", quantity)
            continue
        if _is_team(reading, quantity):
            team.append(quantity)
            reading.use(quantity)
        elif quantity.noun == "teams" and quantity.amount.word and quantity.high <= 1:
            reading.use(quantity)
        elif quantity.noun == "teams":
            reading.quantity("teams", quantity)
        elif quantity.noun == "tenants" or _are_tenants(reading, quantity):
            reading.quantity("tenants", quantity)
        elif quantity.noun in ("users", "customers", "team") and not _in_passing(reading, quantity):
            _users(reading, quantity)
    _sessions(reading)
    for quantity in reading.open("bare"):
        role = reading.role("bare", quantity)
        if (
            not quantity.period_s
            and role.field in ("team_engineers", "users_total", "users_concurrent", "tenants")
            and role.distance <= 6
        ):
            head = reading.message.folded[max(0, quantity.start - 40) : quantity.start]
            if role.field == "team_engineers" and _FOR_TEAM.search(head):
                reading.quantity("users_total", quantity, 1, role.hit)
            elif role.field == "team_engineers":
                team.append(quantity)
                reading.use(quantity)
            else:
                reading.quantity(role.field, quantity, 1, role.hit)
    _team(reading, team)


def _is_part(quantity: Quantity) -> bool:
    """`4 tellers per branch` without the branches; those of one shift are all that there are at a time."""
    return quantity.one is not None and not quantity.one.nouns & words("each", "occasions")


class _Held(NamedTuple):
    whole: Quantity
    holder: Quantity


def _held(reading: Reading, quantity: Quantity) -> _Held | None:
    """`2,300 branches, 4 tellers per branch`: all of them, and what holds them."""
    if quantity.one is None or quantity.period_s or quantity.noun not in PEOPLE:
        return None
    source = source_of(reading, quantity, quantity.one)
    if source is None or source.quantity is None:
        return None
    return _Held(times(reading, quantity, source), source.quantity)


def _is_team(reading: Reading, quantity: Quantity) -> bool:
    used = reading.near(quantity, _hits(reading, "users_before"), 4)
    after = [hit for hit in _hits(reading, "group") if hit.first == quantity.last + 1]
    if quantity.noun == "users" and _AS_ONE.search(reading.words(quantity.start, quantity.end).lower()):
        others = any(q.noun in PEOPLE and q.high > quantity.high for q in reading.quantities)
        if quantity.high <= MOST_BUILDERS and others and "users" not in reading.asked:
            return True
    if quantity.noun == "teams":
        return reading.words(quantity.start, quantity.end).lower().find("person") >= 0
    if quantity.noun == "team":
        if "team" not in reading.asked and _consult(reading, quantity):
            return False
        if "users" in reading.asked and "team" not in reading.asked:
            known = reading.workload.get("team_engineers") is not None
            return says_it_anew(reading) or (known and has_second_thought(reading))
        if quantity.low > MOST_BUILDERS and "team" not in reading.asked and not after:
            return False
        return "team" in reading.asked or used > 4
    if quantity.noun == "users":
        if _maintain(reading, quantity):
            return True
        words_said = reading.words(quantity.start, quantity.end).lower()
        person = any(part in words_said for part in ("person", "people", "ppl", "man", "personen"))
        asked = "team" in reading.asked and "users" not in reading.asked
        grouped = bool(after) and person
        return grouped or asked or (bool(_OF_US.search(words_said)) and "users" not in reading.asked)
    return False


def _consult(reading: Reading, quantity: Quantity) -> bool:
    """`12 engineers query it`: what they do is what users do."""
    clause = reading.message.tokens[quantity.last].clause
    return any(
        0 < hit.first - quantity.last <= 2 and reading.message.tokens[hit.first].clause == clause
        for hit in reading.around(_hits(reading, "consulting"), quantity)
    )


def _maintain(reading: Reading, quantity: Quantity) -> bool:
    """`Two people maintain it`: what they do is what a team does."""
    clause = reading.message.tokens[quantity.last].clause
    few = quantity.high <= MOST_BUILDERS and "users" not in reading.asked
    return few and any(
        hit.first == quantity.last + 1 and reading.message.tokens[hit.first].clause == clause
        for hit in reading.around(_hits(reading, "maintaining"), quantity)
    )


def _in_passing(reading: Reading, quantity: Quantity) -> bool:
    """`two different people`, `one alert per 35 patients`: no number of users."""
    head = reading.message.folded[max(0, quantity.start - 5) : quantity.start]
    few = quantity.amount.word and quantity.high <= 2
    return "users" not in reading.asked and (few or head.endswith("per "))


def _are_tenants(reading: Reading, quantity: Quantity) -> bool:
    if quantity.noun != "customers":
        return False
    asked = "tenancy" in reading.asked
    return asked or reading.near(quantity, _hits(reading, "separated"), 8) <= 8


def _are_kept_apart(reading: Reading, quantity: Quantity) -> bool:
    """`40 brands`, where it was asked how many share the system."""
    measured = quantity.period_s or quantity.one is not None
    asked = "tenancy" in reading.asked and not reading.has("tenants")
    return asked and quantity.noun == "neutral" and not measured and quantity.low > 1


def _users(reading: Reading, quantity: Quantity) -> None:
    concurrent = reading.near(quantity, _hits(reading, "concurrent"), 6)
    other = [q for q in reading.quantities if q is not quantity and q.noun in ("users", "customers")]
    closer = concurrent <= 6 and any(
        reading.near(q, _hits(reading, "concurrent"), 6) < concurrent for q in other
    )
    field = "users_concurrent" if concurrent <= 6 and not closer else "users_total"
    if reading.has(field):
        return
    cue = reading.nearest(quantity, _hits(reading, "concurrent"), 6) if field == "users_concurrent" else None
    reading.quantity(field, of_share(reading, quantity), 1, cue)
    _who(reading, quantity)


def _who(reading: Reading, quantity: Quantity) -> None:
    """`1200 employees` are staff, `30,000 subscribers` customers."""
    if reading.has("public_users"):
        return
    for kind in ("staff", "clientele"):
        for hit in _hits(reading, kind):
            if quantity.first <= hit.first <= quantity.last + 1:
                value = "internal" if kind == "staff" else "customers"
                reading.choice(
                    "public_users", value, (quantity.start, max(quantity.end, hit.end)), "inferred"
                )
                return


def _sessions(reading: Reading) -> None:
    """`40 simultaneous calls`, `128 concurrent requests`: that many are served at one time."""
    if reading.has("users_concurrent"):
        return
    for quantity in reading.open("count"):
        if quantity.noun not in ("requests", "frames") or quantity.period_s:
            continue
        cue = reading.nearest(quantity, _hits(reading, "concurrent"), 3)
        if cue is not None:
            reading.quantity("users_concurrent", quantity, 1, cue)
            return


def _team(reading: Reading, team: list[Quantity]) -> None:
    """One engineer and two admins are three people; `just me` is one."""
    alone = [hit for hit in _hits(reading, "alone") if reading.scopes.states(hit.first)]
    extra = _hits(reading, "one_more")
    if not team and alone and "users" not in reading.asked:
        plus = [hit for hit in extra if hit.first > alone[0].last]
        end = plus[0].end if plus else alone[0].end
        reading.number("team_engineers", 1 + len(plus), 1 + len(plus), (alone[0].start, end))
    elif team:
        first_sentence = reading.message.tokens[team[0].first].sentence
        same = [q for q in team if reading.message.tokens[q.first].sentence == first_sentence]
        low, high = sum(q.low for q in same), sum(q.high for q in same)
        single = _single_people(reading, same)
        more = [h for h in extra if reading.message.tokens[h.first].sentence == first_sentence]
        start = min([q.start for q in same] + [reading.message.tokens[h.first - 1].start for h in single])
        end = max([q.end for q in same] + [h.end for h in [*single, *more]])
        count = len(single) + len(more)
        reading.number("team_engineers", low + count, high + count, (start, end))


def _single_people(reading: Reading, counted: list[Quantity]) -> list[Hit]:
    """`a DBA` beside counted people, where the team was asked."""
    if "team" not in reading.asked:
        return []
    tokens = reading.message.tokens
    return [
        hit
        for hit in reading.hits(noun_phrases(), "team")
        if hit.first > 0
        and tokens[hit.first - 1].text in ("a", "an")
        and not any(group.first == hit.last + 1 for group in reading.hits(_phrases(), "group"))
        and not any(q.first <= hit.first <= q.last for q in counted)
    ]


def _hits(reading: Reading, kind: str) -> list[Hit]:
    return reading.hits(_phrases(), kind)


@cache
def _phrases() -> Phrases:
    return compile_phrases({kind: words("people", kind) for kind in table("people")})
