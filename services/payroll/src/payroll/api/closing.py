"""Closing periods over HTTP: what is pending, the close itself, and the certificate to read or to print."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.web import Now, Reading, Session, allowed, settings_of
from payroll.api.certificate_page import certificate_page
from payroll.api.peers import Peers
from payroll.api.periods import read_period
from payroll.api.scopes import whole_company
from payroll.commands.close_period import close_period
from payroll.domain.closing import Told
from payroll.domain.period import Period
from payroll.queries import closed
from payroll.queries.closing import evidence_of
from payroll.schemas.closing import Certificate, Closability

router = APIRouter(prefix="/periods/{period}", tags=["closing"])


async def _whole(by: Annotated[Principal, allowed("periods.read")]) -> Principal:
    whole_company(by)
    return by


async def _closer(by: Annotated[Principal, allowed("periods.close")]) -> Principal:
    whole_company(by)
    return by


async def _period(period: Annotated[str, Path(description="year and month, as 2026-05", max_length=20)]) -> Period:
    return read_period(period)


async def _told(request: Request, period: Annotated[Period, Depends(_period)], now: Now) -> Mapping[str, Told]:
    peers: Peers = request.app.state.peers
    return await peers.seals(period, now)


# asked in this order: who may not is not answered by others, and nobody is waited for with a transaction open
Reader = Annotated[Principal, Depends(_whole)]
Closer = Annotated[Principal, Depends(_closer)]
Month = Annotated[Period, Depends(_period)]
Answers = Annotated[Mapping[str, Told], Depends(_told)]


@router.get("/close", response_model=Closability)
async def read_close(by: Reader, period: Month, told: Answers, session: Reading, request: Request) -> Any:
    """Tell whether a period can be closed, and what is pending."""
    if (known := await closed.closed_at(session, period)) is not None:
        return {"period": str(period), "closed_at": known, "closable": False, "pending": []}
    evidence = await evidence_of(session, period, told, settings_of(request).timezone)
    pending = [one._asdict() for one in evidence.pending]
    return {"period": str(period), "closed_at": None, "closable": not pending, "pending": pending}


@router.post("/close", status_code=201, response_model=Certificate)
async def close(by: Closer, period: Month, told: Answers, session: Session, once: Once) -> Any:
    """Close a period for good; 409 with `pending`, everything that is in the way, or for who prepared its run."""

    async def act() -> dict[str, Any]:
        return _shown(await close_period(session, period, told))

    return await once(session, by, act)


@router.get("/certificate", response_model=Certificate)
async def read_certificate(by: Reader, period: Month, session: Reading) -> Any:
    """Read why a period could be closed."""
    return _shown(await closed.certificate(session, period))


@router.get("/certificate.html", response_class=HTMLResponse)
async def print_certificate(by: Reader, period: Month, session: Reading) -> HTMLResponse:
    """Show the certificate as a page to be printed, in 中文 and English."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    page = certificate_page(_shown(await closed.certificate(session, period)))
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return dict(row) | {"content": json.loads(row["content"])}
