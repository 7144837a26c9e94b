"""What was said, as the lead of the agents enters it: chats and reviews."""

from datetime import datetime

import httpx
from rich.progress import Progress

from demo.asking import checked, once, until
from demo.cast import Cast
from demo.department import Department
from demo.files_in import File, hand_in
from demo.month import instant
from demo.people import LEAD, SHOPS, doing
from demo.reviews import Review

CHATS = File("聊天记录.csv", "service-desk", "messages", "generic-messages")
REVIEWS = File("评价.csv", "service-desk", "reviews", "generic-reviews")


def arrange_desk(cast: Cast, made: Department) -> None:
    """Say who of after-sales answers the reviews of each shop."""
    for shop, person in zip(SHOPS, doing("after_sales"), strict=False):
        body = {
            "name": "after_sales_holder",
            "shop": shop,
            "value": person.employee_no,
            "valid_from": str(made.month.first),
        }

        def told(body: dict[str, str] = body) -> httpx.Response:
            return cast[LEAD].post("/api/service-desk/settings", json=body)

        # people are known as soon as the staff directory has come as events
        checked(until("after-sales known to the service desk", told, lambda answer: answer.status_code != 422))


def enter_chats(cast: Cast, files: dict[str, bytes], progress: Progress) -> None:
    """Hand the chats in, message by message."""
    hand_in(cast[LEAD], CHATS, files[CHATS.name], progress)


def enter_reviews(cast: Cast, made: Department, files: dict[str, bytes], progress: Progress) -> None:
    """Hand the reviews in; those that nobody here is to blame for one by one, since a file cannot say so."""
    hand_in(cast[LEAD], REVIEWS, files[REVIEWS.name], progress)
    for review in progress.track(made.blameless, description="评价：无责任人 / reviews that nobody answers for"):
        body = {
            "shop": review.order.shop,
            "review_no": review.review_no,
            "score": review.score,
            "written_at": instant(review.written_at),
            "order_no": review.order.order_no,
            "buyer": review.order.buyer,
            "text": review.text,
            "responsible": [],
            "cause": review.complaint.cause if review.complaint else None,
            "answered_at": _told(review.answered_at),
        }
        checked(cast[LEAD].post("/api/service-desk/reviews", json=body, headers=once(f"review-{review.review_no}")))


def turn_review(cast: Cast, review: Review) -> None:
    """Let the buyer change a review to a good one."""
    path = f"/api/service-desk/reviews/{review.order.shop}/{review.review_no}/revisions"
    body = {"score": 5, "text": "客服换了合适的尺寸，态度很好，改好评", "revised_at": _told(review.turned_at)}
    checked(cast[LEAD].post(path, json=body, headers=once(f"turned-{review.review_no}")))


def _told(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None
