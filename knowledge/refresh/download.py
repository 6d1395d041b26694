"""One answer of a public source: https only, of the expected type, in time, and not larger than it may be.

An answer is read as it comes, so that an endless one ends at its limit. Compression isn't asked for and not
accepted: a small compressed answer can hide a huge one.
"""

import time
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ..errors import RefreshRefused
from .sources import SourceSpec

if TYPE_CHECKING:
    import ssl

    import httpx

REDIRECTS = 3
CONNECT_S = 10.0
LATER = "Try again later; what we hold stays in use."
MOVED = "Give its address under the same id in refresh/sources.yaml of a --knowledge folder; what we hold stays in use."
HEADERS = {"User-Agent": "stackwright knowledge refresh", "Accept-Encoding": "identity"}


class Answer(NamedTuple):
    """What a source answered."""

    url: str
    content: bytes


def download(source: SourceSpec, url: str) -> Answer:
    """The content at `url`; RefreshRefused says what is wrong and what to do."""
    import httpx

    timeout = httpx.Timeout(source.timeout_s, connect=min(CONNECT_S, source.timeout_s))
    at, ends = url, time.monotonic() + source.deadline_s
    try:
        with httpx.Client(timeout=timeout, headers=HEADERS, verify=_trusted()) as client:
            for _ in range(REDIRECTS + 1):
                _allowed(at, url)
                with client.stream("GET", at) as response:
                    if response.is_redirect:
                        at = str(response.url.join(response.headers.get("location", "")))
                        continue
                    _acceptable(response, source)
                    return Answer(url, _read(response, source, ends))
    except httpx.TimeoutException as error:
        raise RefreshRefused(f"{_host(at)} didn't answer within {source.timeout_s:g} s.", LATER) from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        reason = str(error) or type(error).__name__
        raise RefreshRefused(f"{_host(at)} can't be read: {reason}.", LATER) from error
    raise RefreshRefused(f"{_host(url)} sends from one address to the next without end.", MOVED)


@lru_cache(maxsize=1)
def _trusted() -> "ssl.SSLContext":
    """Certificates that are trusted, read once: a refresh asks some hundred times."""
    import httpx

    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise RefreshRefused(
            f"The certificates can't be read: {error}.", "Look at SSL_CERT_FILE and SSL_CERT_DIR."
        ) from error


def _allowed(at: str, asked: str) -> None:
    """Refuse an address that isn't https and isn't on the host that was asked for."""
    here, there = urlsplit(asked), urlsplit(at)
    if there.scheme != "https" and (there.scheme, there.hostname) != (here.scheme, here.hostname):
        raise RefreshRefused(f"{_host(asked)} sends to {at[:100]!r}, which isn't https.", MOVED)


def _acceptable(response: "httpx.Response", source: SourceSpec) -> None:
    status, host = response.status_code, response.url.host
    if status in (404, 410):
        raise RefreshRefused(f"{response.url} doesn't exist any more (answer {status}).", MOVED)
    if status != 200:
        raise RefreshRefused(f"{host} answered {status}.", LATER)
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in source.content_types:
        wanted = " or ".join(source.content_types)
        raise RefreshRefused(f"{host} answered {kind or 'nothing known'}, not {wanted}.", MOVED)
    if response.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise RefreshRefused(f"{host} sent a compressed answer, which wasn't asked for.", LATER)


def _read(response: "httpx.Response", source: SourceSpec, ends: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_raw():
        size += len(part)
        if size > source.max_bytes:
            raise RefreshRefused(
                f"{response.url.host} answers more than the {source.max_bytes:,} bytes that are read.",
                "If the source has grown, raise max_bytes in refresh/sources.yaml of a --knowledge folder.",
            )
        if time.monotonic() > ends:
            raise RefreshRefused(f"{response.url.host} didn't finish within {source.deadline_s:g} s.", LATER)
        parts.append(part)
    return b"".join(parts)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url[:60]
