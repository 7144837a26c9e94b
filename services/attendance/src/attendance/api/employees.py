"""The staff directory over HTTP: parse, one command or query, shape the answer."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from attendance.commands import directory as commands
from attendance.domain.employment import Employment, Entry
from attendance.queries import directory as queries
from attendance.schemas.directory import Changing, Employee, EmployeeRecord, Hiring, Leaving
from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, Session, allowed

router = APIRouter(prefix="/employees", tags=["employees"])

Reader = Annotated[Principal, allowed("employees.read")]
Writer = Annotated[Principal, allowed("employees.write")]


def _shaped(standing: Employment) -> dict[str, Any]:
    return asdict(standing.entry) | {"leave_date": standing.leave_date, "valid_from": standing.valid_from}


@router.post("", status_code=201, response_model=Employee)
async def hire_employee(session: Session, by: Writer, once: Once, body: Hiring) -> Any:
    """Enter somebody who joins; a number may be used again after its last day. 409 when it is taken."""

    async def act() -> dict[str, Any]:
        return _shaped(await commands.hire_employee(session, Entry(**body.model_dump())))

    return await once(session, by, act)


@router.get("", response_model=Paged[Employee])
async def list_employees(session: Reading, by: Reader, page: Page, wanted: Annotated[queries.Wanted, Depends()]) -> Any:
    """List the directory by number, `employed_on` a day if given; who may not read it all finds only themselves."""
    rows = await queries.employee_page(session, by, wanted, page)
    items, following = cut(rows, page, key=lambda row: (row["employee_no"],))
    return {"items": items, "next": following}


@router.get("/{employee_no}", response_model=Employee)
async def read_employee(session: Reading, by: Reader, employee_no: str) -> Any:
    """Read one entry; somebody else's answers 404 to who may read only their own."""
    return await queries.employee(session, by, employee_no)


@router.get("/{employee_no}/records", response_model=Paged[EmployeeRecord])
async def list_records(session: Reading, by: Reader, page: Page, employee_no: str) -> Any:
    """List everything that was ever recorded about one employee, oldest first."""
    rows = await queries.record_page(session, by, employee_no, page)
    items, following = cut(rows, page, key=lambda row: (row["id"],))
    return {"items": items, "next": following}


@router.patch("/{employee_no}", response_model=Employee)
async def change_employee(session: Session, by: Writer, employee_no: str, body: Changing) -> Any:
    """Change some fields of an entry; sending what it says already changes nothing."""
    changes = body.model_dump(exclude_unset=True, exclude={"valid_from"})
    return _shaped(await commands.change_employee(session, employee_no, changes, body.valid_from))


@router.post("/{employee_no}/leave", response_model=Employee)
async def record_leave(session: Session, by: Writer, once: Once, employee_no: str, body: Leaving) -> Any:
    """Record somebody's last day of employment. 409 when another day is recorded."""

    async def act() -> dict[str, Any]:
        return _shaped(await commands.record_leave(session, employee_no, body.leave_date))

    return await once(session, by, act)
