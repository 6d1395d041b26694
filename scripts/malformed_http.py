"""Malformed, unsigned, replayed and oversized HTTP requests, from a seed; and what a service answers to them.

Every request is written by hand to a socket: clients would refuse to send most of them.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

AT_ONCE = 16
PATIENCE_S = 60.0
NO_ANSWER = 0
HERE = "/v1/consultations"
CHAT = "/v1/chat/completions"
OPENERS = (
    "",
    "Bearer",
    "Bearer ",
    "Bearer swk_wrong",
    "Basic c3drXw==",
    "Bearer local",
    "bearer \x00",
    "swk_",
    "B" * 9000,
)
KINDS = ("application/json", "application/json; charset=utf-16", "application/vnd.api+json")
ODD_KINDS = (
    "",
    "text/plain",
    "application/xml",
    "multipart/form-data; boundary=x",
    "application/json;;;=",
    "\xff",
    "a" * 500,
)
METHODS = (
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "BREW",
    "get",
    "P\x00ST",
    "",
)
PARTS = (
    "%00",
    "%ff%fe",
    "..%2f..",
    "%",
    "%zz",
    "\xe2\x82",
    "'--",
    "{}",
    "a" * 300,
    "0",
    "-1",
    "1e9",
    "9" * 40,
    "%0d%0aX: y",
    "٣",
    "nope",
    "%D9%A3",
    "~",
    ";",
    "//",
    "?",
    "#",
)
QUERIES = (
    "",
    "?form=pdf",
    "?form=%00",
    "?after=-1",
    "?after=1e5",
    f"?after={'9' * 60}",
    "?limit=0",
    "?limit=x&limit=2",
    "?follow=maybe",
    "?%ff=%fe",
    "?" + "a=b&" * 900,
    "?[]=1",
    "?form",
)
HEADERS = (
    "Last-Event-ID: x.y",
    "Last-Event-ID: " + "9" * 5000,
    "Idempotency-Key: \xe9 \t",
    "Idempotency-Key: " + "k" * 300,
    "Prefer: wait=99999999999",
    "Prefer: wait=-1",
    "Host: evil.example",
    "Origin: null",
    "Content-Length: -1",
    "Content-Length: 1e3",
    "Content-Length: 99999999999999999999",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip",
    "Expect: 100-continue",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "traceparent: 00-zz",
    "X: " + "y" * 70_000,
    "No colon",
    ": none",
    "X\x00: y",
    "Content-Encoding: gzip",
    "Range: bytes=0-",
    "Cookie: a=b; " * 50,
)


class Shot(NamedTuple):
    """One request."""

    data: bytes
    signed: bool
    """It brings the key."""
    ends: bool = False
    """Nothing more comes after it, though it may be unfinished."""


class Result(NamedTuple):
    """What became of the requests."""

    statuses: Counter[int]
    broken: list[tuple[int, bytes]]
    """Answers of the 5xx kind, with the beginning of their requests."""
    opened: list[tuple[int, bytes]]
    """Requests without the key that were let in."""


def shot(chance: random.Random, key: str) -> Shot:
    """One malformed request; of every five, one is whole and valid but brings no key."""
    signed = chance.random() > 0.2
    opener = f"Bearer {key}" if signed else chance.choice(OPENERS)
    wrong = (
        chance.choice(("method", "path", "query", "header", "kind", "body", "body", "body", "line"))
        if signed
        else ""
    )
    method, path, body = _valid(chance)
    if wrong == "body" or (signed and path == CHAT):
        method, path = "POST", chance.choice((CHAT, HERE, f"{HERE}/nope/turns"))
        body = _bad_body(chance)
    if wrong == "method":
        method = chance.choice(METHODS)
    if wrong == "path":
        path = "/" + "/".join(
            chance.choice((*PARTS, "v1", "consultations", "turns")) for _ in range(chance.randint(1, 6))
        )
    if wrong == "query":
        path += chance.choice(QUERIES)
    kind = chance.choice(ODD_KINDS) if wrong == "kind" else chance.choice(KINDS[:1] * 8 + KINDS)
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"Authorization: {opener}"] if opener else []
    odd = chance.choice(HEADERS) if wrong == "header" else ""
    lines += [odd] if odd else []
    head = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1", "replace")
    if wrong == "line":
        return Shot(_torn(chance, head + body), signed, ends=True)
    return Shot(head + body, signed, ends=odd.startswith(("Content-Length", "Transfer")))


def _valid(chance: random.Random) -> tuple[str, str, bytes]:
    message = json.dumps({"message": "RAG over 5 documents"}).encode()
    chat = json.dumps({"model": "stackwright", "messages": [{"role": "user", "content": "hello"}]}).encode()
    return chance.choice(
        (
            ("GET", "/v1/models", b""),
            ("GET", HERE, b""),
            ("GET", f"{HERE}/nope", b""),
            ("GET", f"{HERE}/nope/events", b""),
            ("GET", f"{HERE}/nope/record", b""),
            ("DELETE", f"{HERE}/nope", b""),
            ("POST", f"{HERE}/nope/turns", message),
            ("POST", CHAT, chat),
            ("GET", "/openapi.json", b""),
        )
    )


def _torn(chance: random.Random, data: bytes) -> bytes:
    """Bytes lost, doubled or changed anywhere, except that a key is never made of another."""
    place = chance.randrange(len(data))
    noise = chance.randbytes(chance.randint(1, 40))
    return chance.choice(
        (data[:place], data[:place] + noise + data[place:], data[:place] + data[place + 7 :], noise)
    )


def _bad_body(chance: random.Random) -> bytes:
    made: Callable[[random.Random], bytes] = chance.choice(BODIES)
    return made(chance)


def _wrong_types(chance: random.Random) -> bytes:
    """A body whose parts are something else; never one that would be answered."""
    odd: list[Any] = [
        None,
        True,
        0,
        -1,
        1e308,
        10**400,
        [],
        {},
        [[]],
        {"a": {}},
        "",
        " ",
        "\x00",
        "x" * 30_000,
    ]
    value = chance.choice(odd)
    return json.dumps(
        chance.choice(
            (
                value,
                {"message": value},
                {"message": "hello", chance.choice(("Message", "\ud800", "__proto__", "x" * 999)): value},
                {"model": value, "messages": value},
                {"model": "stackwright", "messages": value},
                {"model": "stackwright", "messages": [value] * 3},
                {"model": "stackwright", "messages": [{"role": value, "content": "hi"}]},
                {"model": "stackwright", "messages": [{"role": "user", "content": [value or None]}]},
                {"model": "gpt", "messages": [{"role": "user", "content": "hi"}], "stream": value},
                {"model": "stackwright", "messages": [{"role": "user", "content": "\ud800\udfff\ud800"}], "n": 10**30},
                {"model": "stackwright", "messages": [{"role": "user", "content": "hi"}] * 401},
            )
        )
    ).encode()  # fmt: skip


BODIES: tuple[Callable[[random.Random], bytes], ...] = (
    _wrong_types,
    _wrong_types,
    _wrong_types,
    lambda chance: b"[" * chance.randint(1, 100_000),
    lambda chance: b'{"message":' * chance.randint(1, 50_000) + b"1",
    lambda chance: b'{"message": ' + b"9" * chance.randint(1, 200_000) + b"}",
    lambda chance: b'{"message": ' + chance.choice((b"NaN", b"-Infinity", b"1e99999", b"0x1", b"01", b"'a'")) + b"}",
    lambda chance: b'{"message": "' + chance.randbytes(chance.randint(1, 200)) + b'"',
    lambda chance: b'{"message": "\xff\xfe\xed\xa0\x80"}',
    lambda chance: json.dumps({"message": ["hello"]}).encode(chance.choice(("utf-16", "utf-32", "utf-16-be"))),
    lambda chance: b'{"message": 1, ' + b'"message": 2, ' * 900 + b'"message": 3}',
    lambda chance: b"",
    lambda chance: chance.randbytes(chance.randint(1, 2000)),
    lambda chance: b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
)  # fmt: skip


async def fire(host: str, port: int, key: str, count: int, seed: int) -> Result:
    """Send so many requests, and now and then an oversized body."""
    chance = random.Random(seed)  # noqa: S311 - not a secret: the same requests for the same seed
    result = Result(Counter(), [], [])
    shots = asyncio.Queue[Shot]()
    for number in range(count):
        shots.put_nowait(_oversized(key) if number % 500 == 499 else shot(chance, key))
    await asyncio.gather(*(_gunner(host, port, shots, result) for _ in range(AT_ONCE)))
    return result


def _oversized(key: str) -> Shot:
    body = b'{"message": "' + b"x" * (1 << 20) + b'"}'
    head = f"POST {HERE} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    return Shot(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body, True)


async def _gunner(host: str, port: int, shots: "asyncio.Queue[Shot]", result: Result) -> None:
    while not shots.empty():
        fired = shots.get_nowait()
        status = await _status(host, port, fired)
        result.statuses[status] += 1
        if status >= 500:
            result.broken.append((status, fired.data[:300]))
        if not fired.signed and status not in (NO_ANSWER, 400, 401):
            result.opened.append((status, fired.data[:300]))


async def _status(host: str, port: int, fired: Shot) -> int:
    """The status of the answer; NO_ANSWER where the connection was closed without one."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(fired.data)
        if fired.ends:
            writer.write_eof()
        line = await asyncio.wait_for(reader.readline(), PATIENCE_S)
        words = line.split()
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else NO_ANSWER
    except ConnectionError:
        return NO_ANSWER
    finally:
        writer.close()
