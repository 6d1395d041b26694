"""Told to stop while a message is being answered, the service gives the answer first."""

import json
import signal
import threading
import time
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from tests.service.http.conftest import serving

ASKED = {
    "model": "stackwright",
    "messages": [
        {"role": "user", "content": "RAG over 50,000 documents on AWS, GDPR, 9,000 USD a month"},
        {"role": "user", "content": "just recommend"},
    ],
}


@pytest.mark.parametrize("streamed", [False, True])
def test_who_waits_gets_the_answer_and_no_one_is_sent_anew(tmp_path: Path, streamed: bool) -> None:
    answers: list[httpx.Response] = []
    with serving(tmp_path, "--workers", "1") as served:
        # The worker is kept from answering until the service has been told to stop.
        worker = worker_of(served.process.pid)
        worker.send_signal(signal.SIGSTOP)
        body = {**ASKED, "stream": streamed}
        url = f"{served.url}/v1/chat/completions"
        waiting = threading.Thread(target=lambda: answers.append(httpx.post(url, json=body, timeout=60)))
        waiting.start()
        followed: list[httpx.Response] = []
        wait_for_turn(served.url)
        identity = httpx.get(f"{served.url}/v1/consultations").json()["consultations"][0]["id"]
        stream = f"{served.url}/v1/consultations/{identity}/events"
        following = threading.Thread(target=lambda: followed.append(httpx.get(stream, timeout=60)))
        following.start()
        time.sleep(0.3)
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        readiness = httpx.get(f"{served.url}/readyz")
        assert readiness.status_code == 503
        assert readiness.json()["draining"]
        time.sleep(2.5)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{served.url}/readyz")
        assert not answers
        worker.send_signal(signal.SIGCONT)
        waiting.join(60)
        following.join(60)
        assert served.process.wait(60) == 0
    assert followed[0].status_code == 200
    answer = answers[0]
    assert answer.status_code == 200
    if streamed:
        assert answer.text.endswith("data: [DONE]\n\n")
        chunks = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
        assert chunks[-1]["stackwright"]["kind"] == "recommendation"
    else:
        assert answer.json()["stackwright"]["kind"] == "recommendation"
    assert [line["event"] for line in served.lines][-1] == "stopped"
    assert not [line for line in served.lines if line["level"] == "error"]
    assert served.other == []


def test_without_requests_it_ends_soon_and_leaves_no_worker(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as served:
        worker = worker_of(served.process.pid)
        began = time.monotonic()
        assert served.stop() == 0
        assert time.monotonic() - began < 10
        assert not worker.is_running()


def wait_for_turn(url: str) -> None:
    for _ in range(100):
        if httpx.get(f"{url}/v1/consultations").json()["consultations"]:
            return
        time.sleep(0.1)
    raise AssertionError("the message was not stored")


def worker_of(parent: int) -> psutil.Process:
    """The one process that it has started."""
    (worker,) = psutil.Process(parent).children()
    return worker
