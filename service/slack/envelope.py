"""The shape of Slack's requests, as far as they are looked into: a field of another type is no request of Slack's."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

INTERACTIVE = (
    "block_actions", "view_submission", "view_closed", "shortcut", "message_action", "block_suggestion",
    "interactive_message", "workflow_step_edit",
)  # fmt: skip
Words = str | None
Object = dict[str, Any]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class _Named(_Shape):
    """What carries an id."""

    id: Words = None
    enterprise_id: Words = None
    team_id: Words = None
    name: Words = None


class _Grant(_Shape):
    enterprise: None = None
    team: None = None
    view: None = None
    event: None = None
    user: None = None
    authorizations: None = None
    enterprise_id: Words = None
    team_id: Words = None
    user_id: Words = None
    is_bot: bool | None = None
    is_enterprise_install: bool | None = None


class _Message(_Shape):
    """A message, also inside an event."""

    type: Words = None
    subtype: Words = None
    user: str | _Named | None = None
    bot_id: Words = None
    team: str | _Named | None = None
    channel: str | _Named | None = None
    channel_id: Words = None
    ts: Words = None
    thread_ts: Words = None
    text: Words = None
    files: list[Object] | None = None
    blocks: list[Object] | None = None
    metadata: Object | None = None


class _Thread(_Shape):
    user_id: Words = None
    channel_id: Words = None
    thread_ts: Words = None
    context: Object | None = None


class _Event(_Message):
    type: str
    message: _Message | None = None
    previous_message: _Message | None = None
    assistant_thread: _Thread | None = None
    item: _Message | None = None
    tokens: dict[str, list[str] | None] | None = None
    tab: Words = None
    enterprise: str | _Named | None = None
    enterprise_id: Words = None
    team_id: Words = None
    user_id: Words = None
    user_team: Words = None
    bot_profile: Object | None = None
    inputs: Object | None = None
    function_execution_id: Words = None
    bot_access_token: Words = None


class _Callback(_Shape):
    type: Literal["event_callback"]
    event: _Event
    event_id: Words = None
    enterprise: str | _Named | None = None
    enterprise_id: Words = None
    team: str | _Named | None = None
    team_id: Words = None
    user: str | _Named | None = None
    user_id: Words = None
    channel: str | _Named | None = None
    channel_id: Words = None
    view: None = None
    authorizations: list[_Grant] | None = None
    is_enterprise_install: bool | str | None = None
    is_ext_shared_channel: bool | None = None
    function_data: Object | None = None
    response_url: Words = None
    response_urls: list[Object] = []
    bot_access_token: Words = None


class _Action(_Shape):
    type: str
    action_id: str
    block_id: Words = None
    value: Words = None


class _Container(_Shape):
    type: Words = None
    channel_id: Words = None
    message_ts: Words = None
    thread_ts: Words = None


class _View(_Shape):
    id: Words = None
    callback_id: Words = None
    app_installed_team_id: Words = None
    team_id: Words = None
    type: Words = None


class _Interaction(_Shape):
    type: Literal[INTERACTIVE]  # type: ignore[valid-type]
    user: _Named
    team: str | _Named | None = None
    enterprise: str | _Named | None = None
    channel: str | _Named | None = None
    container: _Container | None = None
    message: _Message | None = None
    view: _View | None = None
    actions: list[_Action] | None = Field(default=None, min_length=1)
    action_id: Words = None
    block_id: Words = None
    callback_id: Words = None
    authorizations: list[_Grant] | None = None
    enterprise_id: Words = None
    team_id: Words = None
    event: None = None
    event_id: Words = None
    is_enterprise_install: bool | str | None = None
    is_ext_shared_channel: bool | None = None
    function_data: Object | None = None
    response_url: Words = None
    response_urls: list[Object] = []
    bot_access_token: Words = None


class _Verification(_Shape):
    type: Literal["url_verification"]
    challenge: str
    event: None = None
    team: Words = None
    view: None = None


def check_envelope(body: Object) -> None:
    """ValueError (or pydantic's, which is one) for what isn't shaped like a request of Slack's."""
    kind = body.get("type")
    if kind == "url_verification":
        _Verification.model_validate(body)
    elif kind == "event_callback":
        _Callback.model_validate(body)
    else:
        found = _Interaction.model_validate(body)
        if kind == "block_actions" and (not found.actions or found.container is None):
            raise ValueError("no action")
