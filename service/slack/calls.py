"""Calls to Slack's web API, and what a failure means for what was to be done.

Trouble
├── Refused       it did not happen, and would not if tried again: the content or the call isn't accepted
├── Later         it did not happen, and may later: too many calls
├── Locked        it did not happen: the token is no longer valid or lacks a scope; an administrator must act
├── Closed        it did not happen and can't: the channel or thread is gone, or closed to us
├── StreamOver    the message is no longer one that can be appended to
├── Stopped       the reader has stopped the stream
└── Unsure        nobody knows whether it happened: no answer, or none that can be read
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT_S = 15
CALL_S = 90.0
"""One call with its waits for a rate limit."""
RETRIES_AFTER_LIMIT = 2
SLACK_API = "https://slack.com/api/"

log = logging.getLogger(__name__)


class Trouble(Exception):
    """A call that didn't succeed."""

    def __init__(self, method: str, reason: str) -> None:
        super().__init__(f"{method}: {reason}")
        self.method, self.reason = method, reason


class Refused(Trouble): ...


class Later(Trouble): ...


class Locked(Trouble): ...


class Closed(Trouble): ...


class StreamOver(Trouble): ...


class Stopped(Trouble): ...


class Unsure(Trouble): ...


_MEANING: dict[type[Trouble], tuple[str, ...]] = {
    Later: ("ratelimited", "rate_limited", "message_limit_exceeded", "accesslimited"),
    Locked: (
        "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
        "org_login_required", "ekm_access_denied", "missing_scope", "no_permission", "app_missing_action_url",
    ),
    Closed: (
        "channel_not_found", "is_archived", "not_in_channel", "thread_not_found", "cannot_reply_to_message",
        "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_locked",
        "restricted_action_thread_only_channel", "messages_tab_disabled", "user_not_found", "team_not_found",
        "cannot_dm_bot", "is_inactive", "team_access_not_granted",
    ),
    StreamOver: ("message_not_in_streaming_state",),
    Stopped: ("stopped_by_user",),
    Unsure: (
        "internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org",
        "external_channel_migrating",
    ),
}  # fmt: skip
"""Error codes of Slack by what they mean for us; any other code says that the call itself is refused."""
_KINDS = {code: kind for kind, codes in _MEANING.items() for code in codes}
ALREADY_GONE = ("message_not_found", "cant_update_message", "edit_window_closed")
"""Refusals of an edit that say that there is nothing left to edit."""


def open_client(token: str, base_url: str = SLACK_API) -> AsyncWebClient:
    """A client that waits as long as Slack asks when it is too fast, and repeats nothing else by itself.

    A lost connection is no reason to repeat: the message may have been posted.
    """
    return AsyncWebClient(
        token=token,
        base_url=base_url,
        timeout=TIMEOUT_S,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=RETRIES_AFTER_LIMIT)],
    )


async def call(method: Callable[..., Awaitable[Any]], **arguments: Any) -> dict[str, Any]:
    """What Slack answers; a Trouble for anything that isn't a success."""
    name = method.__name__.replace("_", ".")
    try:
        async with asyncio.timeout(CALL_S):
            response = await method(**arguments)
        return dict(response.data)
    except SlackApiError as error:
        raise _trouble(name, error) from error
    except Exception as error:
        # Whatever the SDK makes of a strange answer or a lost connection: nobody knows what happened.
        raise Unsure(name, type(error).__name__) from error


async def attempt(method: Callable[..., Awaitable[Any]], **arguments: Any) -> dict[str, Any] | None:
    """The same for what can be done without: None where it fails."""
    try:
        return await call(method, **arguments)
    except Trouble as trouble:
        log.info("did without %s", trouble)
        return None


def _trouble(name: str, error: SlackApiError) -> Trouble:
    status, code = _status(error), _code(error)
    if status == 429:
        return Later(name, "ratelimited")
    if not code or (status is not None and status >= 500):
        return Unsure(name, code or f"status {status}")
    return _KINDS.get(code, Refused)(name, code)


def _status(error: SlackApiError) -> int | None:
    """An answer that can't be read comes as the raw response, which calls it `status`."""
    found = getattr(error.response, "status_code", None) or getattr(error.response, "status", None)
    return found if isinstance(found, int) else None


def _code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if not isinstance(code, str):
        return ""
    # It gets into the log; what isn't of the form of Slack's codes may quote anything.
    return code if re.fullmatch(r"[a-z0-9_]{0,80}", code) else "unknown_error"
