"""The demo's input is the same for everybody, and says itself what must come of it."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from local_stack.demo_data import (
    ORDERS_A_MONTH,
    SELLERS,
    STAFF,
    as_csv,
    first_of_last_month,
    refunds_of,
    sales_until,
    staff_rows,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 5, 20, 12, 0, tzinfo=ZONE)
APRIL = date(2026, 4, 1)


def test_the_same_month_gives_the_same_file() -> None:
    assert as_csv(sales_until(NOW).rows) == as_csv(sales_until(NOW).rows)


def test_later_in_the_month_orders_only_go_on() -> None:
    earlier, later = sales_until(NOW), sales_until(datetime(2026, 5, 27, 9, 0, tzinfo=ZONE))
    before = {(row["order_no"], row["line_no"]): row for row in earlier.rows}
    after = {(row["order_no"], row["line_no"]): row for row in later.rows}
    assert before.keys() < after.keys()
    for place, row in before.items():
        told = {name: value for name, value in row.items() if value != ""}
        assert told.items() <= after[place].items()


def test_nothing_in_the_file_lies_in_the_future() -> None:
    moments = [row[name] for row in sales_until(NOW).rows for name in ("placed_at", "paid_at", "completed_at")]
    assert max(moments) < f"{NOW:%Y-%m-%d %H:%M:%S}"


def test_last_month_is_complete_and_its_commissions_are_counted_per_seller() -> None:
    sales = sales_until(NOW)
    april = {row["order_no"] for row in sales.rows if row["order_no"].startswith("D202604")}
    assert len(april) == ORDERS_A_MONTH
    completed = [sold for sold in sales.completed if sold[0].month == 4]
    assert sales.commissions(APRIL) == sum(len(sold[4]) for sold in completed) > len(completed) > 250
    assert {seller for sold in completed for seller in sold[4]} == set(SELLERS)


def test_refunds_stay_within_what_was_sold_and_within_the_month() -> None:
    sales = sales_until(NOW)
    net = {(shop, order_no): amount for _, shop, order_no, amount, _ in sales.completed}
    refunds = refunds_of(sales, APRIL)
    assert len(refunds) == 14
    for refund in refunds:
        assert Decimal(0) < Decimal(refund["amount"]) <= net[refund["shop"], refund["order_no"]]
        assert refund["executed_at"].startswith("2026-04")


def test_the_month_before_january_is_december() -> None:
    assert first_of_last_month(date(2026, 1, 31)) == date(2025, 12, 1)


def test_every_manager_is_one_of_the_staff() -> None:
    numbers = {employee.employee_no for employee in STAFF}
    assert {row["manager_no"] for row in staff_rows(STAFF)} <= numbers | {""}
