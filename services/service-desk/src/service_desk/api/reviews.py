"""Reviews over HTTP: recording them, and everything that happens to one."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, Session, allowed
from service_desk.api.scope import acting_scope, scope, shop_within
from service_desk.commands import act_on_review
from service_desk.commands.take_reviews import record_review
from service_desk.domain.errors import AnswerTimeNotYours
from service_desk.domain.review import Grade
from service_desk.queries import reviews
from service_desk.schemas.asked import (
    AnswerAsked,
    ReportAsked,
    ResponsibleAsked,
    ReviewAsked,
    RevisionAsked,
    parties_asked,
    review_asked,
)
from service_desk.schemas.said import Recorded, ReviewListed, ReviewSaid, review_said, review_whole

router = APIRouter(prefix="/reviews", tags=["reviews"])

Reader = Annotated[Principal, allowed("reviews.read")]
Recorder = Annotated[Principal, allowed("reviews.record")]
Answerer = Annotated[Principal, allowed("reviews.answer")]
Decider = Annotated[Principal, allowed("reviews.decide")]


@router.post("", status_code=201, response_model=Recorded)
async def record(session: Session, by: Recorder, once: Once, response: Response, body: ReviewAsked) -> Any:
    """Record a review. 200 when the same was recorded before, 409 with the field when something else was, 422 when its
    order is not known and the body does not say `order_unknown`."""
    shop_within(by, body.shop)
    draft = review_asked(body)

    async def act() -> Any:
        result = await record_review(session, draft)
        response.status_code = 201 if result == "new" else 200
        return {"result": result}

    return await once(session, by, act)


@router.get("", response_model=Paged[ReviewListed])
async def list_reviews(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    shop: Annotated[str | None, Query(max_length=64)] = None,
    order_no: Annotated[str | None, Query(max_length=64)] = None,
    grade: Grade | None = None,
    responsible: Annotated[str | None, Query(max_length=64, description="工号")] = None,
    overdue: bool | None = None,
    unanswered: Annotated[bool, Query(description="only negative ones without a public answer")] = False,
    nobody: Annotated[bool, Query(description="of these only those that nobody is known to have to answer")] = False,
    order_unknown: Annotated[bool, Query(description="only those that name an order nobody reported")] = False,
) -> Any:
    """List reviews, the one written last first. Employees find those they answer for."""
    wanted = reviews.Wanted(shop, order_no, grade, responsible, overdue, unanswered, nobody, order_unknown)
    rows = await reviews.reviews_page(session, scope(by), page, wanted)
    items, following = cut(rows, page, key=lambda row: (row.written_at.isoformat(), str(row.review_id)))
    return {"items": [review_said(row) for row in items], "next": following}


@router.get("/{shop}/{review_no}", response_model=ReviewSaid)
async def read_review(session: Reading, by: Reader, shop: str, review_no: str) -> Any:
    """Read a review with all that happened to it; a foreign one answers 404."""
    return review_whole(*await reviews.review(session, scope(by), shop, review_no))


@router.post("/{shop}/{review_no}/revisions", status_code=201, response_model=Recorded)
async def revise(*, session: Session, by: Recorder, once: Once, shop: str, review_no: str, body: RevisionAsked) -> Any:
    """Record that the buyer changed the review: what was announced of it is revoked, what it says now is announced."""
    await reviews.check_visible(session, acting_scope(by), shop, review_no)

    async def act() -> Any:
        await act_on_review.revise_review(
            session, shop, review_no, score=body.score, body=body.text, at=body.revised_at
        )
        return {"result": "new"}

    return await once(session, by, act)


@router.put("/{shop}/{review_no}/responsible", response_model=Recorded)
async def name_responsible(session: Session, by: Decider, shop: str, review_no: str, body: ResponsibleAsked) -> Any:
    """Settle who answers for the review, and why it was written; never by somebody who does or would."""
    await reviews.check_visible(session, scope(by), shop, review_no)
    await act_on_review.name_responsible(
        session,
        shop,
        review_no,
        parties=parties_asked(body.responsible),
        cause=body.cause,
        reason=body.reason,
        by=by.employee_no,
    )
    return {"result": "new"}


@router.post("/{shop}/{review_no}/answers", status_code=201, response_model=Recorded)
async def answer(
    *, session: Session, by: Answerer, once: Once, response: Response, shop: str, review_no: str, body: AnswerAsked
) -> Any:
    """Record a public answer. Who must answer says so when it is done; only a lead or the shop's system says when it
    was."""
    if body.answered_at is not None and by.roles.isdisjoint({"lead", "boss", "service"}):
        raise AnswerTimeNotYours(field="answered_at")
    await reviews.check_visible(session, acting_scope(by), shop, review_no)

    async def act() -> Any:
        new = await act_on_review.answer_review(session, shop, review_no, body=body.text, at=body.answered_at)
        response.status_code = 201 if new else 200
        return {"result": "new" if new else "same"}

    return await once(session, by, act)


@router.post("/{shop}/{review_no}/report", status_code=201, response_model=Recorded)
async def report(*, session: Session, by: Answerer, once: Once, shop: str, review_no: str, body: ReportAsked) -> Any:
    """File the report on a neutral or negative review (A-004-1.20a); without it the case cannot be closed."""
    await reviews.check_visible(session, acting_scope(by), shop, review_no)

    async def act() -> Any:
        await act_on_review.report_review(session, shop, review_no, report=body.report)
        return {"result": "new"}

    return await once(session, by, act)


@router.post("/{shop}/{review_no}/close", status_code=201, response_model=Recorded)
async def close(session: Session, by: Decider, once: Once, shop: str, review_no: str) -> Any:
    """Close the review's case; never by somebody who answers for it. 409 while the report is missing."""
    await reviews.check_visible(session, scope(by), shop, review_no)

    async def act() -> Any:
        await act_on_review.close_review(session, shop, review_no, by=by.employee_no)
        return {"result": "new"}

    return await once(session, by, act)
