"""The web API of the fake Slack: it does what Slack documents, within its limits, unless a fault strikes."""

import asyncio
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from aiohttp import web

from service.slack.manifest import manifest_text

TEAM, BOT_USER, BOT_ID = "T1TEAM", "U1BOT", "B1BOT"
BOT_TOKEN, APP_TOKEN = "xoxb-fake", "xapp-fake"
SCOPES = {
    "chat.postMessage": "chat:write", "chat.update": "chat:write", "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write", "chat.startStream": "chat:write", "chat.appendStream": "chat:write",
    "chat.stopStream": "chat:write", "assistant.threads.setStatus": "assistant:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write", "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
}  # fmt: skip
"""What each method needs, as Slack documents it; conversations.replies needs the history of the kind of channel."""
HISTORY = {"C": "channels:history", "G": "groups:history", "D": "im:history"}
Json = dict[str, Any]


@dataclass
class Fault:
    """What goes wrong at a method, how often, and whether the work was done all the same."""

    kind: str
    times: int = 1
    done: bool = False


@dataclass
class WebApi:
    """State of the workspace, and what was called."""

    manifest: Json = field(default_factory=lambda: yaml.safe_load(manifest_text()))
    messages: list[Json] = field(default_factory=list)
    whispers: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    faults: dict[tuple[str, str], list[Fault]] = field(default_factory=lambda: defaultdict(list))
    stream_s: float = 300.0
    """Streams end by themselves after so long."""
    slow_s: float = 30.0
    refused_kinds: set[str] = field(default_factory=set)
    """Kinds of blocks that are refused."""
    url: str = ""

    def __post_init__(self) -> None:
        self._clock = itertools.count(1)
        self._uploads: dict[str, Json] = {}

    def ts(self) -> str:
        return f"{int(time.time())}.{next(self._clock):06d}"

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        where = str(arguments.get("channel") or arguments.get("channel_id") or "")
        self.calls.append((method, arguments))
        fault = self._fault(method, where)
        if fault is not None and not fault.done:
            return await self._fail(request, fault.kind)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token", "")
        answer = self._answer(method, arguments, token)
        if fault is not None:
            return await self._fail(request, fault.kind)
        return web.json_response(answer)

    def _fault(self, method: str, where: str) -> Fault | None:
        for key in ((method, where), (method, "")):
            for fault in self.faults[key]:
                if fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    async def _fail(self, request: web.Request, kind: str) -> web.StreamResponse:
        if kind == "429":
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"}
            )
        if kind in ("500", "503"):
            return web.Response(status=int(kind), text="<html>oops</html>", content_type="text/html")
        if kind == "reset":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if kind == "slow":
            await asyncio.sleep(self.slow_s)
            return web.Response(status=504)
        if kind == "invalid_json":
            return web.Response(text='{"ok": tru', content_type="application/json")
        return web.json_response({"ok": False, "error": kind})

    def _answer(self, method: str, arguments: Json, token: str) -> Json:
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if token != wanted:
            return {"ok": False, "error": "invalid_auth"}
        needed = SCOPES.get(method) or (
            HISTORY[str(arguments["channel"])[0]] if method == "conversations.replies" else ""
        )
        if needed and needed not in self.manifest["oauth_config"]["scopes"]["bot"]:
            return {"ok": False, "error": "missing_scope", "needed": needed}
        handler: Callable[[Json], Json] | None = getattr(self, f"_{method.replace('.', '_')}", None)
        return handler(arguments) if handler else {"ok": False, "error": "unknown_method"}

    def _auth_test(self, _: Json) -> Json:
        return {
            "ok": True,
            "user_id": BOT_USER,
            "bot_id": BOT_ID,
            "team_id": TEAM,
            "url": "https://fake.slack.com/",
        }

    def _apps_connections_open(self, _: Json) -> Json:
        return {"ok": True, "url": self.url.replace("http", "ws", 1) + "/link"}

    def _assistant_threads_setStatus(self, _: Json) -> Json:  # noqa: N802
        return {"ok": True}

    def _assistant_threads_setSuggestedPrompts(self, _: Json) -> Json:  # noqa: N802
        return {"ok": True}

    def _chat_postMessage(self, arguments: Json) -> Json:  # noqa: N802
        refused = self._refused(arguments)
        return refused or self._posted(arguments, str(arguments.get("text", "")))

    def _chat_postEphemeral(self, arguments: Json) -> Json:  # noqa: N802
        self.whispers.append(arguments)
        return {"ok": True, "message_ts": self.ts()}

    def _chat_startStream(self, arguments: Json) -> Json:  # noqa: N802
        if arguments["channel"][0] != "D" and not arguments.get("recipient_user_id"):
            return {"ok": False, "error": "missing_recipient_user_id"}
        answer = self._posted(arguments, str(arguments.get("markdown_text", "")))
        self.messages[-1].update(streaming=True, began=time.monotonic())
        return answer

    def _chat_appendStream(self, arguments: Json) -> Json:  # noqa: N802
        message = self._streaming(arguments)
        if message is None:
            return {"ok": False, "error": "message_not_in_streaming_state"}
        message["text"] += arguments["markdown_text"]
        if len(message["text"]) > 12_000:
            return {"ok": False, "error": "msg_too_long"}
        return {"ok": True, "ts": message["ts"], "channel": message["channel"]}

    def _chat_stopStream(self, arguments: Json) -> Json:  # noqa: N802
        message = self._streaming(arguments)
        if message is None:
            return {"ok": False, "error": "message_not_in_streaming_state"}
        refused = self._refused(arguments)
        if refused:
            return refused
        message["text"] += arguments.get("markdown_text", "")
        message.update(
            streaming=False, blocks=arguments.get("blocks") or [], metadata=arguments.get("metadata")
        )
        return {"ok": True, "ts": message["ts"], "channel": message["channel"]}

    def _chat_update(self, arguments: Json) -> Json:
        message = self._found(arguments)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        refused = self._refused(arguments)
        if refused:
            return refused
        blocks = arguments.get("blocks") or []
        message.update(streaming=False, text=_visible(arguments.get("text", ""), blocks), blocks=blocks)
        if arguments.get("metadata"):
            message["metadata"] = arguments["metadata"]
        return {"ok": True, "ts": message["ts"], "channel": message["channel"]}

    def _chat_delete(self, arguments: Json) -> Json:
        message = self._found(arguments)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        self.messages.remove(message)
        return {"ok": True}

    def _conversations_replies(self, arguments: Json) -> Json:
        oldest = float(arguments.get("oldest", 0))
        found = [
            {key: value for key, value in message.items() if key not in ("began", "streaming")}
            for message in self.messages
            if message["channel"] == arguments["channel"]
            and arguments["ts"] in (message.get("thread_ts"), message["ts"])
            and float(message["ts"]) >= oldest
        ]
        return {"ok": True, "messages": found, "has_more": False}

    def _files_getUploadURLExternal(self, arguments: Json) -> Json:  # noqa: N802
        name = f"F{next(self._clock)}"
        self._uploads[name] = dict(arguments)
        return {"ok": True, "upload_url": f"{self.url}/upload/{name}", "file_id": name}

    def _files_completeUploadExternal(self, arguments: Json) -> Json:  # noqa: N802
        done = json.loads(arguments["files"])
        for item in done:
            self.files.append({**self._uploads[item["id"]], "channel": arguments.get("channel_id")})
        return {"ok": True, "files": done}

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault("upload", "")
        if fault is not None:
            return await self._fail(request, fault.kind)
        self._uploads[request.match_info["id"]]["content"] = (await request.read()).decode()
        return web.Response(text="OK")

    def _posted(self, arguments: Json, text: str) -> Json:
        blocks = arguments.get("blocks") or []
        message = {
            "type": "message", "ts": self.ts(), "channel": arguments["channel"], "user": BOT_USER, "bot_id": BOT_ID,
            "text": _visible(text, blocks), "blocks": blocks, "thread_ts": arguments.get("thread_ts"),
            "metadata": arguments.get("metadata"), "fallback": text,
        }  # fmt: skip
        self.messages.append(message)
        return {"ok": True, "ts": message["ts"], "channel": message["channel"]}

    def _found(self, arguments: Json) -> Json | None:
        same = (
            m for m in self.messages if (m["channel"], m["ts"]) == (arguments["channel"], arguments["ts"])
        )
        return next(same, None)

    def _streaming(self, arguments: Json) -> Json | None:
        message = self._found(arguments)
        if message is None or not message.get("streaming"):
            return None
        if time.monotonic() - message["began"] > self.stream_s:
            message["streaming"] = False
            return None
        return message

    def _refused(self, arguments: Json) -> Json | None:
        """Slack's limits on blocks."""
        blocks = arguments.get("blocks") or []
        kinds = {block["type"] for block in blocks}
        markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
        sections = [len(block["text"]["text"]) for block in blocks if block["type"] == "section"]
        buttons = [item for block in blocks if block["type"] == "actions" for item in block["elements"]]
        too_much = (
            len(blocks) > 50
            or markdown > 12_000
            or any(length > 3_000 for length in sections)
            or any(len(item["text"]["text"]) > 75 or len(item["value"]) > 2_000 for item in buttons)
            or len({item["action_id"] for item in buttons}) < len(buttons)
            or len(str(arguments.get("text", ""))) > 40_000
        )
        if too_much or kinds & self.refused_kinds:
            return {"ok": False, "error": "invalid_blocks"}
        return None


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        found: Json = await request.json()
        return found
    return {**request.query, **(await request.post())}


def _visible(text: str, blocks: list[Json]) -> str:
    """What people see of a message: its Markdown, or its text where it has none."""
    found = [block["text"] for block in blocks if block["type"] == "markdown"]
    return "\n".join(found) if found else text
