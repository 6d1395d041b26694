"""The app manifest: as it is for Socket Mode, or with the addresses that Slack calls over HTTP."""

from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from knowledge.errors import InputRefused

from .paths import EVENTS


def manifest_text() -> str:
    """The manifest for Socket Mode, with its comments."""
    return (resources.files("service.slack") / "manifest.yaml").read_text(encoding="utf-8")


def manifest_for(url: str) -> str:
    """The manifest for HTTP, where `url` is how Slack reaches this service; InputRefused for what is no address."""
    import yaml

    parts = urlsplit(url if "//" in url else f"https://{url}")
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise InputRefused(
            f"{url!r} is no address that Slack can call.", "Give one that starts with https://."
        )
    address = f"https://{parts.netloc}{parts.path.removesuffix(EVENTS).rstrip('/')}{EVENTS}"
    manifest: dict[str, Any] = yaml.safe_load(manifest_text())
    settings = manifest["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = address
    settings["interactivity"]["request_url"] = address
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=110)
