"""The queue of sessions to answer, on PostgreSQL: Procrastinate keeps, orders, announces and recovers the jobs.

One job stands for "this session has a message"; jobs of one session run one after another (`lock`). A job
whose worker died is given to another one as soon as the worker's heartbeat is missed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import procrastinate
import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from agent.sessions import Rows

from .postgres_sessions import ALIVE, RECONNECT_S

QUEUE, ANSWER = "answers", "answer"
HEARTBEAT_S, MISSED_S = 1.0, 5.0
"""A worker reports so often, and is taken for dead after so long a silence."""
PATIENCE_S = 5.0
"""The queue's connections are waited for so long."""
LONGEST_PAUSE_S = 60
"""A job that goes on failing is tried again after so long at the latest."""
OUTAGES = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
Answer = Callable[[str], None]


def open_queue(
    url: str, answer: Answer | None = None, retire: Callable[[], object] | None = None
) -> procrastinate.App:
    """The queue; with `answer` it can run a worker, without only take jobs. `retire` is called once an hour."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))

    @app.task(name=ANSWER, queue=QUEUE, retry=Patience())
    async def answer_session(session: str) -> None:
        assert answer is not None
        await asyncio.to_thread(answer, session)

    # Without any periodic task Procrastinate would stop watching its side tasks as well.
    @app.periodic(cron="7 * * * *")
    @app.task(name="retire", queue=QUEUE, queueing_lock="retire")
    async def retire_old(timestamp: int) -> None:
        if retire is not None:
            retire()

    return app


class Patience(procrastinate.BaseRetryStrategy):
    """A job is tried again for as long as it fails: soon after an outage, else after ever longer pauses."""

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision:
        longest = 1 if is_outage(exception) else LONGEST_PAUSE_S
        return procrastinate.RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts, 10), longest)})


def is_outage(error: BaseException) -> bool:
    """Whether it is for want of the database, not for what was asked of it."""
    if isinstance(error, procrastinate.exceptions.ConnectorException):
        return isinstance(error.__cause__, OUTAGES)
    return isinstance(error, OUTAGES)


@asynccontextmanager
async def opened(app: procrastinate.App, url: str) -> AsyncIterator[None]:
    """The queue's connections."""
    pool = AsyncConnectionPool(
        url,
        min_size=1,
        max_size=4,
        kwargs=ALIVE,
        check=AsyncConnectionPool.check_connection,
        timeout=PATIENCE_S,
        reconnect_timeout=RECONNECT_S,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=PATIENCE_S)
        async with app.open_async(pool):
            yield
    finally:
        await pool.close(PATIENCE_S)


async def work(app: procrastinate.App, jobs_at_once: int, drain_s: float) -> None:
    """Do jobs until cancelled, or until Procrastinate ends of itself; then finish those that run."""
    await app.run_worker_async(
        concurrency=jobs_at_once,
        delete_jobs="successful",
        fetch_job_polling_interval=1.0,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=MISSED_S,
        shutdown_graceful_timeout=drain_s,
        install_signal_handlers=False,
    )


def announcer(app: procrastinate.App) -> Callable[[psycopg.Connection[Any], str], None]:
    """Puts a session into the queue inside the transaction of the given connection."""
    task = app.tasks[ANSWER]

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
