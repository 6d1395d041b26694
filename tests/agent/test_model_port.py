"""The port to a language model against a server of our own, through both clients."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from agent.model_port import EndpointModel, Message, open_model, parse_json
from knowledge.errors import ConfigError, ModelUnavailable
from tests.agent.fake_openai import Answer, FakeOpenAI, fake_openai

CLIENTS = ("openai/local-model", "hosted_vllm/local-model")
"""Names that go through the openai client and through litellm (slow to import: once for all tests here)."""
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"facts": {"type": "array"}}, "required": ["facts"]}
PROMPT = [Message("system", "Answer in JSON."), Message("user", "10 requests per second")]
GOOD = Answer(text='{"facts": []}')


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    with fake_openai() as running:
        yield running


@pytest.fixture(params=CLIENTS)
def model(request: pytest.FixtureRequest, server: FakeOpenAI) -> EndpointModel:
    server.reset()
    return EndpointModel(request.param, server.base_url, "sk-test-key-0123456789abcdef", timeout_s=10)


def ask(model: EndpointModel) -> Any:
    return model.complete(PROMPT, SCHEMA)


def test_a_plain_answer(model: EndpointModel, server: FakeOpenAI) -> None:
    server.say(GOOD)
    assert ask(model) == {"facts": []}
    (sent,) = server.requests
    assert sent["model"] == "local-model"
    assert sent["messages"] == [message._asdict() for message in PROMPT]
    assert sent["response_format"]["type"] == "json_schema"
    assert sent["response_format"]["json_schema"]["strict"] is True
    assert not sent.get("tools")
    assert not sent.get("stream")
    assert server.keys == ["Bearer sk-test-key-0123456789abcdef"]


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"facts": []}\n```',
        '```\n{"facts": []}\n```',
        '  {"facts": []}\n',
        'Here is the JSON:\n{"facts": []}\nI hope it helps.',
    ],
)
def test_json_with_something_around_it(model: EndpointModel, server: FakeOpenAI, text: str) -> None:
    server.say(Answer(text=text))
    assert ask(model) == {"facts": []}


def test_the_ladder_is_climbed_down_once(model: EndpointModel, server: FakeOpenAI) -> None:
    refused = Answer("response_format is not supported", status=400)
    server.say(refused, refused, GOOD)
    assert ask(model) == {"facts": []}
    kinds = [body.get("response_format", {}).get("type") for body in server.requests]
    assert kinds == ["json_schema", "json_object", None]
    assert ask(model) == {"facts": []}
    assert "response_format" not in server.requests[-1]
    assert len(server.requests) == 4


def test_parameters_that_are_refused_are_left_out(model: EndpointModel, server: FakeOpenAI) -> None:
    server.say(
        Answer("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", status=400),
        Answer("'temperature' does not support 0 with this model.", status=400),
        GOOD,
    )
    assert ask(model) == {"facts": []}
    last = server.requests[-1]
    assert last["max_completion_tokens"] > 0
    assert "max_tokens" not in last
    assert "temperature" not in last
    assert last["response_format"]["type"] == "json_schema"


def test_a_request_that_is_always_refused_ends(model: EndpointModel, server: FakeOpenAI) -> None:
    server.say(Answer("no", status=400))
    with pytest.raises(ModelUnavailable, match="refuses the request"):
        ask(model)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("Incorrect API key provided: sk-test-key", status=401), "key was refused"),
        (Answer("no such model", status=404), "doesn't know it"),
        (Answer("slow down", status=429, headers={"Retry-After": "60"}), "quota"),
        (Answer("boom", status=500), "failed"),
        (Answer("bad gateway", status=503), "failed"),
        (Answer(text='{"facts": [', finish_reason="length"), "no complete answer"),
        (Answer(text='{"facts": [', finish_reason=None), ""),
        (Answer(text=None, refusal="I can't help with that."), "no complete answer"),
        (Answer(text=""), "no complete answer"),
        (Answer(text="I would say ten."), "did not answer in JSON"),
        (Answer(text='{"facts": [}'), "did not answer in JSON"),
        (Answer(text="[" * 100_000), "did not answer in JSON"),
        (Answer(text='{"facts": "' + "x" * 2_000_000 + '"}'), "too long"),
        (Answer(raw=b"<html>login</html>"), ""),
        (Answer(raw=b'{"choices": []}'), ""),
        (Answer(raw=b"null"), ""),
        (Answer(hang_up=True), ""),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, Answer) else "",
)
def test_what_is_no_answer_is_said_so(
    model: EndpointModel, server: FakeOpenAI, answer: Answer, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    server.say(answer)
    with pytest.raises(ModelUnavailable) as caught:
        ask(model)
    assert reason in str(caught.value)
    assert model.name in str(caught.value)
    assert "sk-test" not in str(caught.value)
    assert len(str(caught.value)) < 160
    assert len(server.requests) == 1
    assert capfd.readouterr().out == ""


def test_a_slow_first_byte_is_waited_for_only_so_long(model: EndpointModel, server: FakeOpenAI) -> None:
    model.timeout_s = 0.3
    server.say(Answer(text='{"facts": []}', delay_s=3))
    with pytest.raises(ModelUnavailable, match=r"within 0\.3 s"):
        ask(model)


@pytest.mark.parametrize("part", ["head", "body"])
def test_an_answer_that_drips_in_is_broken_off(
    model: EndpointModel, server: FakeOpenAI, part: Literal["head", "body"]
) -> None:
    model.timeout_s = 0.3
    server.say(Answer(drip=part))
    began = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"within 0\.3 s") as caught:
        ask(model)
    assert caught.value.silent
    assert time.monotonic() - began < 2
    assert server.hung_up.acquire(timeout=5)


def test_the_limit_holds_for_all_ways_of_asking_together(model: EndpointModel, server: FakeOpenAI) -> None:
    model.timeout_s = 1
    server.say(Answer("response_format is not supported", status=400, delay_s=0.6))
    with pytest.raises(ModelUnavailable, match="within 1 s"):
        ask(model)
    assert len(server.requests) == 2


def test_less_time_may_be_left_than_a_call_may_take(model: EndpointModel, server: FakeOpenAI) -> None:
    server.say(Answer(text='{"facts": []}', delay_s=3))
    with pytest.raises(ModelUnavailable, match=r"within 0\.2 s"):
        model.complete(PROMPT, SCHEMA, most_s=0.2)


def test_a_prompt_is_not_sent_on_to_another_address(server: FakeOpenAI) -> None:
    server.reset()
    with fake_openai() as other:
        server.say(Answer(status=307, headers={"Location": f"{other.base_url}/chat/completions"}))
        with pytest.raises(ModelUnavailable, match=r"has moved \(307\)"):
            ask(EndpointModel("openai/local", server.base_url))
        assert not other.requests


def test_a_body_without_an_end_is_not_kept(server: FakeOpenAI) -> None:
    server.reset()
    server.say(Answer(endless=True))
    with pytest.raises(ModelUnavailable, match="too long"):
        ask(EndpointModel("openai/local", server.base_url))
    assert server.hung_up.acquire(timeout=5)


def test_a_forked_process_asks_for_itself(server: FakeOpenAI) -> None:
    """The thread on which calls run isn't there in a child."""
    code = (
        "import os, sys; from agent.model_port import EndpointModel, Message\n"
        "ask = lambda: EndpointModel('openai/x', sys.argv[1]).complete([Message('user', 'x')], {})\n"
        "ask(); child = os.fork()\n"
        "code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if child else 0\n"
        "print(ask(), flush=True)\n"
        "sys.exit(code)"
    )
    server.reset()
    done = subprocess.run([sys.executable, "-c", code, server.base_url], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{}\n{}\n", "")


def test_an_endpoint_that_is_not_there(model: EndpointModel) -> None:
    model.base_url = "http://127.0.0.1:9/v1"
    with pytest.raises(ModelUnavailable):
        ask(model)


def test_a_name_without_provider_is_openai_compatible(server: FakeOpenAI) -> None:
    server.reset()
    server.say(GOOD)
    assert ask(EndpointModel("qwen3", server.base_url)) == {"facts": []}
    assert server.requests[0]["model"] == "qwen3"


def test_an_unknown_provider_is_said(server: FakeOpenAI) -> None:
    server.reset()
    with pytest.raises(ModelUnavailable, match=r"unknown; write openai/<name>"):
        ask(EndpointModel("acme/qwen3", server.base_url))
    assert not server.requests


def test_names_decide_the_client(server: FakeOpenAI) -> None:
    """Each client is imported only for its names."""
    code = (
        "import sys; from agent.model_port import EndpointModel, Message\n"
        "EndpointModel(sys.argv[1], sys.argv[2]).complete([Message('user', 'x')], {})\n"
        "print('openai' in sys.modules, 'litellm' in sys.modules)"
    )
    server.reset()
    server.say(Answer(text="{}"))
    run = [sys.executable, "-c", code]
    for name, clients in {"openai/local": "True False", "hosted_vllm/local": "True True"}.items():
        done = subprocess.run([*run, name, server.base_url], capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == (f"{clients}\n", "")


def test_the_key_is_not_shown() -> None:
    assert "sk-secret" not in repr(EndpointModel("openai/x", "", "sk-secret"))


def test_offline_forbids_a_model() -> None:
    with pytest.raises(ConfigError, match="offline"):
        open_model("openai/x", offline=True)


def test_parse_json_keeps_to_one_object() -> None:
    assert parse_json(json.dumps({"a": "}{"}), "m") == {"a": "}{"}
