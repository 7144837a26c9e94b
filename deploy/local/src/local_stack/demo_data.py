"""Demo input: a small department and two months of its sales, the same for everybody who asks in the same month."""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

ORDERS_A_MONTH = 400
REFUNDS = 14

SHOPS = ("掌柜旗舰店", "掌柜京东店")
GOODS = (
    ("TX-101", "纯棉四件套 1.8m", "299.00"),
    ("TX-102", "水洗棉四件套 1.5m", "259.00"),
    ("BZ-201", "乳胶枕 一对", "369.00"),
    ("BZ-202", "荞麦枕", "89.00"),
    ("BE-301", "蚕丝夏凉被", "499.00"),
    ("BE-302", "羽绒冬被 2.2m", "1299.00"),
    ("MJ-401", "纯棉毛巾 三条装", "49.90"),
    ("MJ-402", "浴巾 加厚", "69.90"),
    ("CL-501", "遮光窗帘 定制", "628.50"),
    ("DD-601", "珊瑚绒地垫", "39.90"),
)
REMARKS = ("客服{0}", "客服{0} 已改价", "工号：{0} 老客户，送毛巾", "催发货 客服 {0}", "客服{0} 要求开发票")


@dataclass(frozen=True, slots=True)
class Employee:
    """One of the demo department, and the base salary agreed with them."""

    employee_no: str
    name: str
    department: str
    post: str
    hire_date: str
    base_salary: str
    manager_no: str = ""


STAFF = (
    Employee("A001", "王芳", "客服部", "客服主管", "2021-03-01", "6000.00"),
    Employee("A002", "李娜", "客服部", "售前客服", "2022-06-13", "4200.00", "A001"),
    Employee("A003", "张伟", "客服部", "售前客服", "2023-02-20", "4000.00", "A001"),
    Employee("A004", "刘洋", "客服部", "售前客服", "2023-09-04", "4000.00", "A001"),
    Employee("A005", "陈静", "客服部", "售前客服", "2024-04-15", "3800.00", "A001"),
    Employee("A006", "杨帆", "客服部", "售前客服（夜班）", "2024-07-01", "4500.00", "A001"),
    Employee("A007", "赵敏", "客服部", "售前客服（夜班）", "2025-03-10", "4300.00", "A001"),
    Employee("A008", "黄磊", "客服部", "售后客服", "2023-05-08", "4200.00", "A001"),
    Employee("B001", "周杰", "运营部", "店铺运营", "2022-01-10", "7500.00"),
    Employee("B002", "吴迪", "运营部", "美工", "2023-11-20", "6500.00", "B001"),
    Employee("C001", "徐强", "仓储部", "仓库主管", "2021-08-16", "6200.00"),
    Employee("C002", "孙丽", "仓储部", "打包员", "2024-10-08", "4600.00", "C001"),
)
SELLERS = tuple(employee.employee_no for employee in STAFF[:8])


@dataclass(slots=True)
class Sales:
    """Generated orders, and what must come of them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    completed: list[tuple[date, str, str, Decimal, tuple[str, ...]]] = field(default_factory=list)
    """Of every completed order: day of completion, shop, order number, net amount, who sold it."""

    @property
    def orders(self) -> int:
        """How many orders there are; some have two lines."""
        return len({(row["shop"], row["order_no"]) for row in self.rows})

    def commissions(self, month: date) -> int:
        """How many commissions a month must show: one per order completed in it and seller."""
        return sum(len(sold[4]) for sold in self.completed if sold[0].replace(day=1) == month)


def first_of_last_month(today: date) -> date:
    """The first day of the month before `today`'s."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def sales_until(now: datetime) -> Sales:
    """Generate the orders of last month and of this month so far, in the time zone of `now`."""
    sales = Sales()
    this_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    for month in (last_month, this_month):
        chance = random.Random(f"orders {month:%Y-%m}")
        for number in range(1, ORDERS_A_MONTH + 1):
            placed = month + timedelta(seconds=chance.randrange(28 * 24 * 3600))
            _order(sales, random.Random(f"{month} {number}"), f"D{month:%Y%m}{number:05d}", placed, now)
    return sales


def refunds_of(sales: Sales, month: date) -> list[dict[str, Any]]:
    """Choose some orders completed in `month` whose buyers sent something back two days later."""
    chance = random.Random(f"refunds {month}")
    done = [sold for sold in sales.completed if sold[0].replace(day=1) == month and sold[0].day < 24]
    return [
        {
            "shop": shop,
            "order_no": order_no,
            "refund_no": f"R{order_no}",
            "amount": str(net if chance.random() < 0.5 else (net / 4).quantize(Decimal("0.01"))),
            "executed_at": f"{day + timedelta(days=2)}T16:30:00+08:00",
            "reason": chance.choice(("七天无理由", "尺寸不合适", "发错颜色", "少件")),
        }
        for day, shop, order_no, net, _ in chance.sample(done, min(REFUNDS, len(done)))
    ]


def as_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """Write rows as a CSV file with a BOM, as spreadsheets do."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def staff_rows(staff: Iterable[Employee]) -> list[dict[str, Any]]:
    """The staff directory as rows of a file."""
    names = ("employee_no", "name", "department", "post", "hire_date", "manager_no")
    return [{name: getattr(employee, name) for name in names} | {"work_place": "杭州"} for employee in staff]


def _order(sales: Sales, chance: random.Random, order_no: str, placed: datetime, now: datetime) -> None:
    """Generate one order as a file of `now` shows it: what has not happened yet is not in it."""
    if placed >= now:
        return
    sellers = tuple(chance.sample(SELLERS, 2 if chance.random() < 0.06 else 1))
    fate = chance.random()
    paid = placed + timedelta(minutes=chance.randrange(1, 240)) if fate > 0.04 else None
    completed = placed + timedelta(days=chance.randrange(3, 9), hours=chance.randrange(12)) if fate > 0.10 else None
    cancelled = placed + timedelta(hours=chance.randrange(5, 60)) if fate <= 0.10 else None
    common = {
        "shop": chance.choice(SHOPS),
        "order_no": order_no,
        "placed_at": _text(placed, now),
        "paid_at": _text(paid, now),
        "completed_at": _text(completed, now),
        "cancelled_at": _text(cancelled, now),
        "remark": chance.choice(REMARKS).format(",".join(sellers)),
    }
    net = Decimal(0)
    for line_no, (sku, title, price) in enumerate(chance.sample(GOODS, 2 if chance.random() < 0.25 else 1), start=1):
        quantity = chance.choice((1, 1, 1, 2, 3))
        net += quantity * Decimal(price)
        line = {"line_no": line_no, "sku": sku, "title": title, "quantity": quantity, "unit_price": price}
        sales.rows.append(common | line)
    if completed is not None and completed < now:
        sales.completed.append((completed.date(), common["shop"], order_no, net, sellers))


def _text(moment: datetime | None, now: datetime) -> str:
    return "" if moment is None or moment >= now else f"{moment:%Y-%m-%d %H:%M:%S}"
