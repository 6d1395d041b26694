"""A worker that can't work doesn't stay alive as if it could: it ends, and not as if all were well."""

import asyncio
import os
import signal
import sqlite3
import threading
from pathlib import Path
from typing import NoReturn

import pytest

from knowledge.errors import ConfigError
from service import file_worker, queue, queue_worker
from service.back_off import BackOff, Failing
from service.backend import FILE, Backend
from service.file_worker import FileWorker
from service.office import Office
from service.queue_worker import MOST_FAILURES, QueueWorker
from service.retention import Retention
from service.worker import run_worker


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_worker, "SHORTEST_PAUSE_S", 0.01)
    monkeypatch.setattr(queue_worker, "LONGEST_PAUSE_S", 0.02)
    return


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path, office: Office) -> None:
    with Backend(folder=tmp_path).opened():
        pass
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(ConfigError, match=r"newer stackwright\. Update"):
        run_worker(Backend(folder=tmp_path), office, Retention())


def test_a_thread_that_ends_ends_the_worker(
    tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = threading.Event()

    def fail(self: object) -> NoReturn:
        looked.set()
        raise ValueError("broken")

    monkeypatch.setattr(file_worker._Look, "served_one", fail)
    worker, stop = FileWorker(Backend(folder=tmp_path), office, Retention(), threads=2), threading.Event()
    with pytest.raises(ValueError, match="broken"):
        worker.run(stop)
    assert looked.is_set()


def test_a_queue_that_always_fails_ends_the_worker(
    postgres_url: str, office: Office, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shifts: list[int] = []

    async def fail(*_: object) -> None:
        shifts.append(1)
        raise ValueError("broken")

    monkeypatch.setattr(queue, "work", fail)
    with pytest.raises(ValueError, match="broken"):
        QueueWorker(Backend(url=postgres_url), office, Retention()).run()
    assert len(shifts) == MOST_FAILURES


def test_a_queue_that_ends_of_itself_is_taken_up_again(
    postgres_url: str, office: Office, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Procrastinate's worker does after an error of a side task; told to stop, it ends well."""
    shifts: list[int] = []

    async def end(*_: object) -> None:
        shifts.append(1)
        if len(shifts) > 2 * MOST_FAILURES:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(30)

    monkeypatch.setattr(queue, "work", end)
    QueueWorker(Backend(url=postgres_url), office, Retention()).run()
    assert len(shifts) == 2 * MOST_FAILURES + 1


def test_a_shift_that_does_not_end_ends_the_process(
    postgres_url: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = threading.Event()

    async def hold_on(*_: object) -> None:
        while not left.is_set():
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue

    async def end(*_: object) -> None:
        await asyncio.sleep(0.2)

    def leave() -> None:
        left.set()
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(queue, "work", hold_on)
    monkeypatch.setattr(queue_worker, "sweep", end)
    monkeypatch.setattr(queue_worker, "DRAIN_S", 0.2)
    monkeypatch.setattr(queue_worker, "ENDING_S", 0.2)
    monkeypatch.setattr(queue_worker, "_leave", leave)
    QueueWorker(Backend(url=postgres_url), office, Retention()).run()
    assert left.is_set()


def test_jobs_are_tried_again_for_ever_and_ever_more_rarely() -> None:
    import procrastinate
    import psycopg

    def pause(error: Exception, attempts: int) -> float:
        job = procrastinate.jobs.Job(
            id=1, queue="answers", lock="a", queueing_lock=None, task_name="answer", attempts=attempts
        )
        decision = queue.Patience().get_retry_decision(exception=error, job=job)
        retry_at = decision.retry_at
        assert retry_at is not None
        return (retry_at - procrastinate.utils.utcnow()).total_seconds()

    pauses = [pause(ValueError(), attempts) for attempts in (0, 1, 3, 5, 1000)]
    assert pauses == sorted(pauses)
    assert pauses[0] == pytest.approx(1, abs=0.5)
    assert pauses[-1] == pytest.approx(queue.LONGEST_PAUSE_S, abs=0.5)
    assert pause(psycopg.OperationalError(), 1000) == pytest.approx(1, abs=0.5)


def test_pauses_grow_and_are_forgotten() -> None:
    pauses = BackOff(1, 5)
    assert [pauses.failed() for _ in range(5)] == [1, 2, 4, 5, 5]
    pauses.worked()
    assert pauses.failed() == 1
    failing = Failing(60, 600)
    assert failing.due("a")
    failing.failed("a")
    assert not failing.due("a")
    assert failing.due("b")
    failing.worked("a")
    assert failing.due("a")


def test_a_file_that_cannot_be_read_is_looked_at_ever_more_rarely(
    tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Backend(folder=tmp_path).opened() as store:

        def fail(limit: int = 100) -> NoReturn:
            raise sqlite3.OperationalError("disk I/O error")

        look = file_worker._Look(office, store)
        with monkeypatch.context() as patch:
            patch.setattr(store, "waiting_sessions", fail)
            pauses: list[float] = []
            for _ in range(8):
                assert not look.served_one()
                pauses.append(look.blind_s)
        assert pauses == sorted(pauses)
        assert pauses[0] < 1
        assert pauses[-1] == file_worker.LONGEST_BLIND_S
        assert not look.served_one()
        assert look.blind_s == 0
