"""Setting up: the manifest asks for what is used and nothing else, and what is missing is said."""

import re
from pathlib import Path

import pytest
import yaml

from knowledge.errors import ConfigError, InputRefused
from service.slack.manifest import manifest_for, manifest_text
from service.slack.tokens import Tokens
from tui.main import main

from .fake_slack_api import HISTORY, SCOPES

PACKAGE = Path(__file__).parents[2] / "service" / "slack"
SOURCE = "\n".join(path.read_text() for path in sorted(PACKAGE.glob("*.py")))
WITHOUT_SCOPE = {"auth.test", "apps.connections.open"}
READ_SCOPES = {"app_mention": "app_mentions:read"}
BOT, APP, SECRET = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"


@pytest.fixture
def manifest() -> dict[str, dict[str, dict[str, list[str]]]]:
    found: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load(manifest_text())
    return found


def methods() -> set[str]:
    """The methods of the web API that the package calls."""
    called = set(re.findall(r"client\.([a-z]+(?:_[a-zA-Z0-9]+)+)", SOURCE))
    if "files_upload_v2" in called:
        called = called - {"files_upload_v2"} | {"files_getUploadURLExternal", "files_completeUploadExternal"}
    return {name.replace("_", ".") for name in called}


def test_every_scope_is_declared_and_used(manifest: dict[str, dict[str, dict[str, list[str]]]]) -> None:
    declared = set(manifest["oauth_config"]["scopes"]["bot"])
    used = {SCOPES[method] for method in methods() - WITHOUT_SCOPE - {"conversations.replies"}}
    used |= {*HISTORY.values(), "mpim:history"}
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    used |= {READ_SCOPES[event] for event in events if event in READ_SCOPES}
    assert "conversations.replies" in methods()
    assert used == declared


def test_every_event_is_declared_and_listened_to(
    manifest: dict[str, dict[str, dict[str, list[str]]]],
) -> None:
    declared = {
        event.partition(".")[0] for event in manifest["settings"]["event_subscriptions"]["bot_events"]
    }
    heard = set(re.findall(r'^        \("([a-z_]+)", on_', SOURCE, re.MULTILINE))
    # Sent to apps that still have the older view of assistants, which a new app can't choose.
    assert heard == declared | {"assistant_thread_started"}


def test_the_manifest_for_http_says_where_slack_calls() -> None:
    found = yaml.safe_load(manifest_for("https://advisor.example.org/"))
    address = "https://advisor.example.org/slack/events"
    assert found["settings"]["event_subscriptions"]["request_url"] == address
    assert found["settings"]["interactivity"]["request_url"] == address
    assert found["settings"]["socket_mode_enabled"] is False
    assert manifest_for("advisor.example.org") == manifest_for(address)


@pytest.mark.parametrize("url", ["http://a.test", "ftp://a.test", "https://", "https://a.test/?x=1"])
def test_an_address_that_slack_can_not_call_is_refused(url: str) -> None:
    with pytest.raises(InputRefused, match="no address"):
        manifest_for(url)


@pytest.mark.parametrize(
    ("environment", "http", "named"),
    [
        ({}, False, BOT),
        ({BOT: "xoxb-1"}, False, APP),
        ({BOT: "xoxb-1"}, True, SECRET),
        ({BOT: "xoxp-1", APP: "xapp-1"}, False, BOT),
        ({BOT: "xoxb-1", APP: "xoxb-1"}, False, APP),
    ],
)
def test_a_token_that_is_missing_or_another_one_is_named(
    environment: dict[str, str], http: bool, named: str
) -> None:
    with pytest.raises(ConfigError, match=named) as refused:
        Tokens.read(environment, http)
    assert all(value not in str(refused.value) for value in environment.values())


def test_tokens_are_never_shown() -> None:
    tokens = Tokens.read({BOT: "xoxb-secret", SECRET: "hush"}, http=True)
    assert "secret" not in repr(tokens)
    assert "hush" not in f"{tokens}"


def test_the_verb_prints_the_manifest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slack", "--manifest"]) == 0
    assert capsys.readouterr().out == manifest_text()
    assert main(["slack", "--manifest", "--url", "https://a.example.org"]) == 0
    assert "https://a.example.org/slack/events" in capsys.readouterr().out


def test_the_verb_names_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (BOT, APP, SECRET):
        monkeypatch.delenv(name, raising=False)
    assert main(["slack", "--data-dir", str(tmp_path)]) == 5
    assert BOT in capsys.readouterr().err
    monkeypatch.setenv(BOT, "xoxb-1")
    assert main(["slack", "--http", "--data-dir", str(tmp_path)]) == 5
    assert SECRET in capsys.readouterr().err
