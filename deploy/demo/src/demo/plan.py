"""What is meant to happen in the month, so that every kind of line stands on somebody's payslip.

Duties are named by person and place in that person's month (0 the first), so that the plan fits any month.
"""

from dataclasses import dataclass
from typing import Literal

LATE = {
    ("A006", 6): 12,
    ("A006", 12): 25,
    ("A006", 19): 41,
    ("A008", 4): 6,
    ("A010", 9): 8,
    ("A012", 2): 17,
    ("A012", 15): 33,
    ("A014", 21): 5,
    ("A020", 7): 22,
    ("A023", 10): 14,
}
"""Minutes too late."""

LEFT_EARLY = {("A014", 11): 35, ("A024", 16): 20}
"""Minutes too early."""

ABSENT = frozenset({("A012", 9)})
"""Rostered, not on leave, did not come."""

NO_PUNCH_IN = frozenset({("A024", 12)})
NO_PUNCH_OUT = frozenset({("A009", 5), ("A019", 8)})
"""One punch where there should be two."""

LEFT_LATE = {("A003", 11): 48, ("A005", 13): 62}
"""Minutes after the end of a shift: a conversation that went on."""

LATE_UPLOADS = frozenset({("A022", 13)})
"""A device without network: its punches come after everything else and turn an absence into a day at work."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave over whole duties, first to last, both included; `approver` is whom its length asks for."""

    employee_no: str
    kind: Literal["sick", "personal"]
    first: int
    last: int
    reason: str
    approver: str
    certificate: str | None = None


LEAVES = (
    Leave("A007", "sick", 13, 14, "急性肠胃炎", "A002", "市一医院 病假证明 20261017-0392"),
    Leave("A011", "personal", 7, 7, "陪孩子参加入园面谈", "A002"),
    Leave("A016", "personal", 15, 18, "老家房屋翻修，需本人在场", "A001"),
)

CONVERSION = {
    "A003": 0.775,
    "A004": 0.74,
    "A005": 0.70,
    "A006": 0.77,
    "A007": 0.68,
    "A008": 0.64,
    "A009": 0.785,
    "A010": 0.72,
    "A011": 0.70,
    "A012": 0.62,
    "A013": 0.765,
    "A014": 0.66,
}
"""The share of those who asked that places an order, by agent; some of these are never paid."""

OVERDUE_REPLIES = {"A004": 2, "A006": 3, "A008": 1, "A010": 1, "A012": 6, "A014": 2, "A017": 1}
"""How many of somebody's answers took longer than three minutes."""

LATE_GREETINGS = {"A003": 2, "A004": 5, "A005": 4, "A006": 6, "A007": 3, "A008": 9, "A009": 1, "A010": 5}
LATE_GREETINGS |= {"A011": 4, "A012": 14, "A013": 2, "A014": 7, "A015": 1, "A016": 2, "A017": 3}
"""How many buyers waited longer than half a minute for somebody's first word."""

CHASED_DAYS = 1
"""So many days before the end of the month the shops began to follow up unpaid orders within the hour."""

CHASED = 3
"""How many unpaid orders were followed up since then; the others were not."""

LATE_DISPATCHES = 4
"""Paid orders that stayed in the warehouse for more than two days."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A review that is not good: who is responsible (nobody: the courier, the maker), and whether an answer came late.

    `fate`: it stands, the buyer turns it positive, or the first one responsible appeals against what it costs.
    """

    score: int
    text: str
    cause: str
    responsible: tuple[tuple[str, int], ...] = ()
    seller: str = ""
    late_answer: bool = False
    fate: Literal["stands", "turned", "appealed"] = "stands"


COMPLAINTS = (
    Complaint(1, "说好第二天到，等了四天，客服一问三不知", "客服对时效作出无法兑现的承诺", (("A004", 1),), "A004"),
    Complaint(2, "按客服推荐的尺寸买的，根本套不上", "客服推荐尺寸错误", (("A008", 1),), "A008", fate="turned"),
    Complaint(2, "客服爱答不理，问三句回一句", "客服答复冷淡", (("A006", 1),), "A006"),
    Complaint(1, "答应送货上门，结果放在驿站", "客服承诺送货上门未兑现", (("A003", 1),), "A003", fate="appealed"),
    Complaint(1, "问了半天答非所问，东西也买错了", "客服答复错误", (("A012", 1),), "A012"),
    Complaint(3, "说好送抱枕套，没有收到", "赠品未备注", (("A013", 1),), "A013"),
    Complaint(3, "发票要了两次才开", "开票要求未备注", (("A010", 1),), "A010"),
    Complaint(2, "少发一个枕套，包装也没封好", "打包漏件", (("A023", 1),), late_answer=True),
    Complaint(1, "备注了要大红色，发来的是粉色", "备注不清且打包未核对", (("A006", 2), ("A024", 1)), "A006"),
    Complaint(3, "收到有一股味道", "新品出厂气味"),
    Complaint(1, "快递把箱子摔烂了，打电话还骂人", "快递破损"),
    Complaint(2, "物流太慢，一周才到", "快递延误", late_answer=True),
    Complaint(3, "颜色和图片有点差别", "显示色差"),
    Complaint(1, "洗一次就起球，差评", "面料批次问题"),
    Complaint(3, "快递不送上楼", "快递未上门"),
    Complaint(2, "没穿就开线了", "缝制瑕疵"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a count finds: pieces too few or too many at the `count`th Friday, and what came of asking why."""

    count: int
    sku: str
    pieces: int
    outcome: Literal["explained", "people", "keeper"]
    finding: str
    parties: tuple[tuple[str, int], ...] = ()


DIFFERENCES = (
    Difference(0, "BZ-2002", -1, "explained", "样品借给美工拍摄，出库单漏登，已补登"),
    Difference(1, "BE-3002", -6, "people", "两人夜间装车未清点，整箱错发，快递无法追回", (("A022", 2), ("A023", 1))),
    Difference(2, "MT-5001", 2, "explained", "两件拒收退件已上架，退货单漏登"),
    Difference(3, "MJ-6002", -3, "keeper", "未能查明原因，无其他责任人"),
)

UNTIL_THE_ACTS = 3
"""The last so many returns of the month are entered one by one, as their people would; the others from a file."""
