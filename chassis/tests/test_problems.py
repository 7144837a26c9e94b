"""Refusals as problem details: named by their class, worded by their docstring, in both languages."""

from chassis.problems import Conflict, Invalid, NotFound, Refusal, problem


class OrderAlreadyShipped(Conflict):
    """Order {order_no} was shipped on {day}; ask for a return instead.

    What follows the first paragraph is for programmers.
    """

    zh = "订单 {order_no} 已于 {day} 发货，请改走退货流程。"


class HTTPNumberOdd(Invalid):
    """{field} must be even; this sentence goes on
    in a second line."""

    code = "odd"
    zh = "{field} 必须是偶数。"


def test_a_refusal_says_what_and_how_to_mend() -> None:
    refusal = OrderAlreadyShipped(field="order_no", order_no="7", day="2026-11-02")
    assert problem(refusal, correlation_id="c1") == {
        "type": "urn:zhanggui:problem:order-already-shipped",
        "title": "Conflict",
        "status": 409,
        "code": "order-already-shipped",
        "detail": "Order 7 was shipped on 2026-11-02; ask for a return instead.",
        "detail_zh": "订单 7 已于 2026-11-02 发货，请改走退货流程。",
        "field": "order_no",
        "correlation_id": "c1",
    }
    assert str(refusal) == refusal.detail


def test_the_field_can_stand_in_the_sentence() -> None:
    refusal = HTTPNumberOdd(field="count")
    assert refusal.code == "odd"
    assert refusal.detail == "count must be even; this sentence goes on in a second line."
    assert refusal.detail_zh == "count 必须是偶数。"


def test_without_a_field_none_is_named() -> None:
    assert "field" not in problem(NotFound(), correlation_id="c1")


def test_values_with_braces_stay_as_they_are() -> None:
    assert "{x}" in OrderAlreadyShipped(order_no="{x}", day="%s").detail


def every_refusal(kind: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return [kind, *(below for sub in kind.__subclasses__() for below in every_refusal(sub))]


def test_codes_are_words_joined_by_dashes_and_no_class_inherits_one() -> None:
    for kind in every_refusal():
        assert kind.code == kind.code.lower()
        assert "code" in kind.__dict__
        assert kind.zh
        assert kind.__doc__
