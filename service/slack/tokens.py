"""What Slack gives to whoever installs the app: read from the environment, never stored or shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.errors import ConfigError

from .calls import SLACK_API

BOT, APP, SECRET, API = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL"
GUIDE = "docs/slack.md says where it stands in the app's settings."


@dataclass(frozen=True)
class Tokens:
    """Keys of one app in one workspace."""

    bot: str
    app: str = ""
    secret: str = ""
    api: str = SLACK_API
    """Another address than the usual one, e.g. of GovSlack."""

    @classmethod
    def read(cls, environment: Mapping[str, str], http: bool) -> "Tokens":
        """ConfigError for one that is missing or that is another kind of token."""
        bot = _token(environment, BOT, "xoxb-")
        api = environment.get(API, "").strip() or SLACK_API
        if http:
            secret = environment.get(SECRET, "").strip()
            if not secret:
                raise ConfigError(f"{SECRET} is not set.", GUIDE)
            return cls(bot, secret=secret, api=api)
        return cls(bot, app=_token(environment, APP, "xapp-"), api=api)

    def __repr__(self) -> str:
        return "Tokens()"


def _token(environment: Mapping[str, str], name: str, start: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name} is not set.", GUIDE)
    if not value.startswith(start):
        raise ConfigError(f"{name} holds another kind of token: it starts with {start}…", GUIDE)
    return value
