"""The worker's job: one import at a time per service, from received to committed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chassis import clock, telemetry
from chassis.backlog import Backlog
from chassis.database import Database
from chassis.door import Door, new_id
from chassis.imports import stored
from chassis.imports.committing import commit
from chassis.imports.kinds import Kind
from chassis.imports.profile import ProfileRefused
from chassis.imports.refusing import FileRefused, Reason
from chassis.imports.validating import validate
from chassis.settings import ServiceSettings
from chassis.troubles import passes
from chassis.worker import Job

LOCK = "zhanggui.imports"
EXPIRE_EVERY = timedelta(minutes=1)

log = telemetry.logger("imports")


def import_job(kinds: Sequence[Kind]) -> Job:
    """Make the job that validates and commits what was sent to `imports_router(kinds, …)`, and clears what expired."""

    looked = datetime.min.replace(tzinfo=UTC)

    async def run(database: Database, settings: ServiceSettings) -> bool:
        nonlocal looked
        # at half of what stops people at work: one large file must not shut the door to them
        if await work_on_next(database, kinds, Backlog(database, settings.outbox_limit // 2)):
            return True
        if (now := clock.now()) - looked >= EXPIRE_EVERY:
            looked = now
            await expire(database, settings, now)
        return False

    return Job("imports", run)


async def expire(database: Database, settings: ServiceSettings, now: datetime) -> None:
    """End every import that nobody committed in time, and drop its files and rows."""
    before = now - timedelta(days=settings.import_days)
    door = Door(now=now, actor="worker", correlation_id=str(new_id()), timezone=settings.timezone)
    while await stored.expire_one(database, before=before, door=door):
        log.info("import expired", extra={"action": "import_expired"})


async def work_on_next(database: Database, kinds: Sequence[Kind], backlog: Backlog) -> bool:
    """Bring the import that has waited longest a step further; tells whether there was one.

    A commit waits while `backlog` is full.

    A session lock keeps a second worker away; it falls with this process. Should the lock's connection be lost while
    the work goes on, every transaction still checks that the import is as this worker left it.
    """
    if not await stored.waiting(database):
        return False
    own = await database.connect()
    try:
        if not await own.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", LOCK):
            return False
        known = await stored.next_import(database)
        if known is None:
            return False
        await _advance(database, known, kinds, backlog)
        await own.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", LOCK)
        return True
    finally:
        own.terminate()


async def _advance(database: Database, known: stored.Import, kinds: Sequence[Kind], backlog: Backlog) -> None:
    log.info("import", extra={"action": "import_step", "import": str(known.id), "state": known.state})
    try:
        if known.state == "committing":
            await commit(database, known, kinds, clock.now, backlog)
        else:
            await validate(database, known, kinds, clock.now)
    except stored.Superseded:
        log.warning("import taken over", extra={"action": "import_superseded", "import": str(known.id)})
    except FileRefused as refused:
        await stored.fail(database, known, refused.reason, clock.now())
    except ProfileRefused as refused:
        await stored.fail(database, known, Reason(str(refused), str(refused)), clock.now())
    except Exception as error:
        if passes(error):
            raise
        log.error("import failed", extra={"action": "import_failed", "import": str(known.id)}, exc_info=error)
        await stored.fail(
            database,
            known,
            Reason(
                f"内部错误，导入已停止；报告问题时请附上 {known.correlation_id}。重新上传会从未完成的地方继续。",
                f"Internal fault, the import stopped; quote {known.correlation_id} when you report it."
                " Sending the file again goes on where it stopped.",
            ),
            clock.now(),
        )
