"""Who this app is in Slack: asked once at the start, and again in the background while there is no answer."""

import asyncio

from slack_sdk.web.async_client import AsyncWebClient

from knowledge.errors import ConfigError

from .calls import Locked, Refused, Trouble, call, log

AGAIN_S = 10.0


class Identity:
    """The bot's user and id, once they are known."""

    def __init__(self) -> None:
        self.user = self.bot = ""

    async def ask(self, client: AsyncWebClient) -> bool:
        """Whether Slack said it; ConfigError where the token doesn't open."""
        try:
            answer = await call(client.auth_test)
        except (Locked, Refused) as refused:
            raise ConfigError(
                f"Slack doesn't take the bot token ({refused.reason}).",
                "Copy it again from 'OAuth & Permissions' of the app into SLACK_BOT_TOKEN.",
            ) from refused
        except Trouble as trouble:
            log.warning("who we are in Slack is asked again: %s", trouble)
            return False
        self.user, self.bot = str(answer.get("user_id") or ""), str(answer.get("bot_id") or "")
        return True

    async def keep_asking(self, client: AsyncWebClient) -> None:
        while not await self.ask(client):
            await asyncio.sleep(AGAIN_S)
