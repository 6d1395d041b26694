"""What puts right, beside the workers, whatever deaths and outages leave in the queue.

It is no job itself: one that its worker's death cut off would stand in the way of the next.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime

import procrastinate
import psycopg

from agent.failure_place import place_of
from agent.sessions import Rows, SessionStore

from .postgres_sessions import PostgresSessions
from .queue import ANSWER, MISSED_S, is_outage, live_workers

SWEEP_S = 2.0
"""So often, jobs of dead workers are given to others."""
MOST_UNSEEN = 3
"""So many sweeps in a row that see no worker at all."""
SWEEPING = 7_318_005
"""Key of the advisory lock under which one process at a time stores jobs that are missing."""
ERRORS = (procrastinate.exceptions.ConnectorException, psycopg.Error)
log = logging.getLogger(__name__)


async def sweep(app: procrastinate.App, over: asyncio.Event, store: PostgresSessions) -> None:
    """Until `over`, give jobs of dead workers to others, and see to it that every message that waits has a job."""
    let_go: frozenset[int] = frozenset()
    unseen = 0
    while not await passed(over, SWEEP_S):
        try:
            stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=MISSED_S)
            idle = await asyncio.to_thread(_idle_jobs, store)
            for job in {*(job.id for job in stalled), *(let_go & idle)}:
                await _put_back(app, job)
            let_go = idle
            await asyncio.to_thread(store.announce_again, _without_job)
            unseen = 0 if await asyncio.to_thread(_workers_seen, store) else unseen + 1
        except ERRORS as error:
            if not is_outage(error):
                log.error("the queue could not be swept, it is tried again: %s", place_of(error))
        if unseen >= MOST_UNSEEN:
            # Nobody is registered, not even this worker: its row was taken away while it was held up.
            return


async def _put_back(app: procrastinate.App, job: int | None) -> None:
    # Somebody else may have been quicker.
    with suppress(procrastinate.exceptions.ConnectorException):
        if job is not None:
            await app.job_manager.retry_job_by_id_async(job, datetime.now(UTC))


def _idle_jobs(store: SessionStore) -> frozenset[int]:
    """Jobs that are said to be done while nobody holds their session.

    Found twice in a row, such a job is left over: its worker could not report the end, since the database was away.
    """
    with store.reading() as rows:
        found = rows(
            "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND task_name = :task AND NOT EXISTS"
            " (SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"
            " AND (CAST(classid AS bigint) << 32 | CAST(objid AS bigint)) = hashtextextended(lock, 0))",
            task=ANSWER,
        )
        return frozenset(row[0] for row in found.fetchall())


def _without_job(rows: Rows) -> list[str]:
    """Sessions with a message that waits and no job that stands for it, however that came about."""
    if not rows("SELECT pg_try_advisory_xact_lock(:key)", key=SWEEPING).fetchone()[0]:
        return []
    found = rows(
        "SELECT DISTINCT session FROM turns WHERE reply IS NULL AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs"
        " WHERE lock = session AND status IN ('todo', 'doing')) LIMIT 100"
    )
    return [row[0] for row in found.fetchall()]


def _workers_seen(store: SessionStore) -> int:
    with store.reading() as rows:
        return live_workers(rows)


async def passed(event: asyncio.Event, seconds: float) -> bool:
    """Wait for so long, or until the event; whether it came."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
