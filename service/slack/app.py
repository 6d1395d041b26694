"""Slack's events, wired to the desk. Bolt takes them apart; it answers Slack only when what matters is stored.

Slack sends again what isn't answered, so a listener that fails loses nothing, and what comes twice is one
message by its key. Which bot this is is asked once, not for each event: a failing call must cost no message.
"""

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from .calls import attempt
from .clicks import Click
from .desk import GREETING, PROMPTS, Desk
from .events import Origin, edit, message, origin
from .identity import Identity
from .notes import say
from .place import is_id

log = logging.getLogger(__name__)
Body = dict[str, Any]


def build_app(desk: Desk, identity: Identity, signing_secret: str = "") -> AsyncApp:
    """The Bolt app; requests over HTTP have passed our own guard before, which checks the signature."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=desk.client.token,
            bot_id=identity.bot or None,
            bot_user_id=identity.user or None,
        )

    app = AsyncApp(
        name="stackwright",
        logger=logging.getLogger("slack_bolt"),
        client=None,
        authorize=authorize,
        signing_secret=signing_secret,
        process_before_response=True,
        ssl_check_enabled=False,
        request_verification_enabled=bool(signing_secret),
        attaching_conversation_kwargs_enabled=False,
    )
    _listen(app, desk, identity)
    return app


def _listen(app: AsyncApp, desk: Desk, identity: Identity) -> None:
    def told(body: Body, context: AsyncBoltContext) -> Origin:
        return origin(body, context.enterprise_id, context.team_id, identity.user)

    async def on_mention(body: Body, event: Body, context: AsyncBoltContext) -> None:
        await _take(desk, event, told(body, context), mentioned=True)

    async def on_message(body: Body, event: Body, context: AsyncBoltContext) -> None:
        where = told(body, context)
        if event.get("subtype") == "message_changed":
            changed = edit(event, where)
            if changed is not None:
                await desk.edited(changed, str(body.get("event_id", "")))
        elif event.get("subtype") != "message_deleted":
            # A message that is deleted stays said: nothing is sent again, and nothing is taken back.
            await _take(desk, event, where, mentioned=False)

    async def on_thread(body: Body, event: Body, context: AsyncBoltContext) -> None:
        thread = event.get("assistant_thread")
        thread = thread if isinstance(thread, dict) else {}
        place = told(body, context).place(thread.get("channel_id"), thread.get("thread_ts"))
        if place is not None and desk.is_first(str(body.get("event_id", ""))):
            desk.beside(_greet(desk, place.channel, place.thread))
            desk.beside(say(desk.client, place, GREETING))

    async def on_home(body: Body, event: Body) -> None:
        if event.get("tab") == "messages" and is_id(event.get("channel")):
            desk.beside(_greet(desk, str(event["channel"]), ""))

    async def on_departure(body: Body, event: Body, context: AsyncBoltContext) -> None:
        tokens = event.get("tokens")
        bots = tokens.get("bot") if isinstance(tokens, dict) else None
        team = context.team_id or body.get("team_id")
        if is_id(team) and (event.get("type") == "app_uninstalled" or bots):
            await desk.forget_team(str(team))

    async def on_click(ack: AsyncAck, body: Body, action: Body) -> None:
        await Click(desk, body, action, identity.user).handle()
        await ack()

    for name, listener in (
        ("app_mention", on_mention),
        ("message", on_message),
        ("assistant_thread_started", on_thread),
        ("app_home_opened", on_home),
        ("app_uninstalled", on_departure),
        ("tokens_revoked", on_departure),
    ):
        app.event(name)(listener)
    app.action(re.compile(".+"))(on_click)


async def _take(desk: Desk, event: Body, where: Origin, mentioned: bool) -> None:
    found = message(event, where, mentioned)
    if found is not None:
        await desk.take(found, where.me)


async def _greet(desk: Desk, channel: str, thread: str) -> None:
    """Offer ways to begin; in the older view of assistants they belong to a thread."""
    await attempt(
        desk.client.assistant_threads_setSuggestedPrompts,
        channel_id=channel,
        prompts=PROMPTS,
        **({"thread_ts": thread} if thread else {}),
    )
