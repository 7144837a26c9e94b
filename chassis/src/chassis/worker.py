"""A service's second process: relay, consumers and jobs, each started over when it breaks, with health and metrics."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import text

from chassis import health, streams, telemetry
from chassis.consumer import consume
from chassis.database import Database, open_database
from chassis.inbox import Subscription
from chassis.observed import Observed
from chassis.problems import Unavailable
from chassis.relay import Tell, relay
from chassis.settings import ServiceSettings
from chassis.web import answer_problems

log = telemetry.logger("worker")
JOB_LOOK = 0.5
MEASURE_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class Job:
    """Work that waits in the database; `run` does a piece of it and tells whether there was any."""

    name: str
    run: Callable[[Database, ServiceSettings], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Worker:
    """What a service's worker does."""

    settings: type[ServiceSettings]
    producer: str | None = None
    subscriptions: Sequence[Subscription] = ()
    jobs: Sequence[Job] = ()


@dataclass(slots=True)
class Condition:
    """How the worker is: what stopped for good, what waits for something to be mended, and why."""

    stopped: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)


async def _job_loop(job: Job, database: Database, settings: ServiceSettings) -> None:
    while True:
        try:
            busy = await job.run(database, settings)
        except Exception as error:  # the job's state is in the database; it goes on from there
            log.error("job failed", extra={"action": "job_failed", "job": job.name}, exc_info=error)
            busy = False
        if not busy:
            await asyncio.sleep(JOB_LOOK)


async def _measure(producer: str, database: Database) -> None:
    waiting = text(
        "SELECT count(*), extract(epoch FROM now() - min(recorded_at))::float FROM outbox WHERE position IS NULL"
    )
    while True:
        with suppress(Exception):
            async with database.reading() as session:
                count, age = (await session.execute(waiting)).one()
            telemetry.OUTBOX_WAITING.labels(producer).set(count)
            telemetry.OUTBOX_AGE.labels(producer).set(age or 0.0)
        await asyncio.sleep(MEASURE_EVERY)


async def _until_stopped(name: str, work: Coroutine[Any, Any, None], condition: Condition) -> None:
    try:
        await work
    # RelayStopped, ConsumerStopped, BrokerUnfit; and whatever nobody foresaw, since silence would look like health
    except Exception as error:
        condition.stopped[name] = str(error) or repr(error)
        log.critical("stopped", extra={"action": "stopped", "part": name, "reason": str(error)})


async def _broker_fit(settings: ServiceSettings) -> None:
    """Wait for the broker and refuse an unfit one before anything is relayed or consumed."""
    while True:
        try:
            await streams.check_broker(settings.nats_monitor_url)
            return
        except streams.BrokerUnfit:
            raise
        except Exception as error:
            log.warning("waiting for the broker", extra={"action": "await_broker", "reason": repr(error)})
            await asyncio.sleep(0.5)


def _teller(producer: str, condition: Condition) -> Tell:
    refused = telemetry.RELAY_REFUSED.labels(producer)
    refused.set(0)

    def tell(reason: str | None) -> None:
        if reason is None:
            condition.waiting.pop("relay", None)
        else:
            condition.waiting["relay"] = reason
        refused.set(reason is not None)

    return tell


async def _broker_work(worker: Worker, database: Database, settings: ServiceSettings, condition: Condition) -> None:
    await _broker_fit(settings)
    parts = [
        _until_stopped(f"consumer of {subscription.producer}", consume(database, subscription, settings), condition)
        for subscription in worker.subscriptions
    ]
    if worker.producer is not None:
        relaying = relay(database.url, settings.nats_url, worker.producer, _teller(worker.producer, condition))
        parts.append(_until_stopped("relay", relaying, condition))
    await _together(parts)


async def work(worker: Worker, database: Database, settings: ServiceSettings, condition: Condition) -> None:
    """Do everything the worker has to do, until cancelled; what needs a person is kept in `condition`."""
    parts = [_until_stopped("broker", _broker_work(worker, database, settings, condition), condition)]
    if worker.producer is not None:
        parts.append(_measure(worker.producer, database))
    parts += [_job_loop(job, database, settings) for job in worker.jobs]
    await _together(parts)


async def _together(parts: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Do all parts, until cancelled.

    Each cancellation reaches every part. A TaskGroup hands on the first only, so that a part which swallowed it (see
    `end`) would never hear of another.
    """
    await asyncio.gather(*parts, return_exceptions=True)


async def end(working: asyncio.Task[None]) -> None:
    """Cancel work until it has ended.

    The `wait_for` of Python 3.11, used in libraries too, swallows a cancellation that comes as its wait ends: asked
    once only, the work would go on for ever.
    """
    while not working.done():
        working.cancel()
        await asyncio.wait([working], timeout=1)


def worker_app(worker: Worker) -> FastAPI:
    """Wrap a worker into a small web application that answers /healthz and /metrics while it works."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings = worker.settings()
        database = open_database(settings.database_url, pool_size=settings.pool_size, name="zhanggui-worker")
        app.state.database, app.state.condition = database, Condition()
        working = asyncio.create_task(work(worker, database, settings, app.state.condition))
        yield
        await end(working)
        await database.close()

    app = FastAPI(title="worker", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz(request: Request) -> dict[str, str]:
        condition: Condition = request.app.state.condition
        if condition.stopped:
            raise WorkerStopped(parts=_listed(condition.stopped))
        if condition.waiting:
            raise WorkerWaits(parts=_listed(condition.waiting))
        return await health.healthz(request)

    app.include_router(health.router)
    answer_problems(app)
    app.add_middleware(Observed)
    return app


def _listed(parts: dict[str, str]) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in parts.items())


class WorkerWaits(Unavailable):
    """The broker takes no events; they wait in the outbox, and this worker goes on by itself: {parts}."""

    zh = "消息服务暂不接收事件；事件留在发件箱中，恢复后自动继续：{parts}。"


class WorkerStopped(Unavailable):
    """A part of this worker stopped and needs a person: {parts}."""

    zh = "此进程的一部分已停止，需要人工处理：{parts}。"
