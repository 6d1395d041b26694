"""The queue of sessions to answer, on PostgreSQL: Procrastinate keeps, orders, announces and recovers the jobs.

One job stands for "this session has a message"; jobs of one session run one after another (`lock`). A job
whose worker died is given to another one as soon as the worker's heartbeat is missed.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import procrastinate
import psycopg

from agent.sessions import Rows

QUEUE = "answers"
HEARTBEAT_S, MISSED_S = 1.0, 5.0
"""A worker reports so often, and is taken for dead after so long a silence."""
SWEEP_S = 2.0
"""So often, jobs of dead workers are given to others."""
Answer = Callable[[str], None]


def open_queue(
    url: str, answer: Answer | None = None, retire: Callable[[], object] | None = None
) -> procrastinate.App:
    """The queue; with `answer` it can run a worker, without only take jobs. `retire` runs once an hour."""
    connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4)
    app = procrastinate.App(connector=connector)

    @app.task(name="answer", queue=QUEUE, retry=procrastinate.RetryStrategy(max_attempts=50, wait=1))
    async def answer_session(session: str) -> None:
        assert answer is not None
        await asyncio.to_thread(answer, session)

    @app.periodic(cron="7 * * * *")
    @app.task(name="retire", queue=QUEUE, queueing_lock="retire")
    async def retire_old(timestamp: int) -> None:
        if retire is not None:
            await asyncio.to_thread(retire)

    return app


async def sweep(app: procrastinate.App) -> None:
    """Give jobs of dead workers to others, for ever.

    It is no job itself: one that its worker's death cut off would stand in the way of the next.
    """
    manager = app.job_manager
    while True:
        await asyncio.sleep(SWEEP_S)
        with suppress(procrastinate.exceptions.ConnectorException):
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=MISSED_S):
                # Somebody else may have been quicker.
                with suppress(procrastinate.exceptions.ConnectorException):
                    await manager.retry_job(job)


def announcer(app: procrastinate.App) -> Callable[[psycopg.Connection[Any], str], None]:
    """Puts a session into the queue inside the transaction of the given connection."""
    task = app.tasks["answer"]

    def announce(connection: psycopg.Connection[Any], session: str) -> None:
        task.configure(lock=session, connection=connection).defer(session=session)

    return announce


def prepare(connection: psycopg.Connection[Any], app: procrastinate.App) -> None:
    """Create the queue's tables where they are missing."""
    row = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
    if row is not None and row[0] is None:
        connection.execute(app.schema_manager.get_schema().encode())


def live_workers(rows: Rows) -> int:
    """How many workers have reported lately."""
    found = rows(
        "SELECT COUNT(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > NOW() - CAST(:missed AS double precision) * INTERVAL '1 second'",
        missed=MISSED_S,
    ).fetchone()
    return int(found[0])
