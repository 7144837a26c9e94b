"""Who works here: 24 people of one department, and who of them signs in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

DEPARTMENT = "电商部"
WORK_PLACE = "杭州"
TMALL, JD = "掌柜旗舰店", "掌柜京东自营店"
SHOPS = (TMALL, JD)

Work = Literal["office", "pre_sales", "after_sales", "warehouse"]


@dataclass(frozen=True, slots=True)
class Person:
    """One of the department, and what was agreed with them; `shop` is the seat of those who have one."""

    employee_no: str
    name: str
    post: str
    work: Work
    hire_date: str
    base_salary: str
    manager_no: str
    shop: str = ""


MANAGER, LEAD, KEEPER = "A001", "A002", "A021"
COUNTER = "A022"
"""Who counts a second time and answers for what is sent off too late."""
TRIES = "A016"
"""Who tries to pay a refund without holding the shop's refund seat."""

STAFF = (
    Person("A001", "陈国栋", "电商部经理", "office", "2019-04-08", "12000.00", ""),
    Person("A002", "王芳", "客服主管", "office", "2020-03-02", "7200.00", "A001"),
    Person("A003", "李娜", "售前客服", "pre_sales", "2022-06-13", "4300.00", "A002", TMALL),
    Person("A004", "张伟", "售前客服", "pre_sales", "2023-02-20", "4100.00", "A002", TMALL),
    Person("A005", "刘洋", "售前客服", "pre_sales", "2023-09-04", "4000.00", "A002", TMALL),
    Person("A006", "陈静", "售前客服", "pre_sales", "2024-04-15", "3900.00", "A002", TMALL),
    Person("A007", "杨帆", "售前客服", "pre_sales", "2024-07-01", "3900.00", "A002", TMALL),
    Person("A008", "赵敏", "售前客服", "pre_sales", "2025-03-10", "3800.00", "A002", TMALL),
    Person("A009", "黄磊", "售前客服", "pre_sales", "2021-11-08", "4400.00", "A002", JD),
    Person("A010", "周婷婷", "售前客服", "pre_sales", "2022-08-22", "4200.00", "A002", JD),
    Person("A011", "吴迪", "售前客服", "pre_sales", "2023-05-15", "4100.00", "A002", JD),
    Person("A012", "徐浩然", "售前客服", "pre_sales", "2025-06-30", "3700.00", "A002", JD),
    Person("A013", "孙丽", "售前客服", "pre_sales", "2024-02-26", "3900.00", "A002", JD),
    Person("A014", "马晓燕", "售前客服", "pre_sales", "2024-10-14", "3800.00", "A002", JD),
    Person("A015", "朱红梅", "售后客服", "after_sales", "2021-05-17", "4600.00", "A002"),
    Person("A016", "胡建平", "售后客服", "after_sales", "2022-12-05", "4300.00", "A002"),
    Person("A017", "郭雪", "售后客服", "after_sales", "2024-05-20", "4100.00", "A002"),
    Person("A018", "林志远", "运营专员", "office", "2021-01-11", "7800.00", "A001", TMALL),
    Person("A019", "何佳怡", "运营专员", "office", "2022-04-18", "7500.00", "A001", JD),
    Person("A020", "高翔", "美工", "office", "2023-11-20", "6500.00", "A001"),
    Person("A021", "罗永强", "库房管理员", "warehouse", "2020-08-17", "6000.00", "A001"),
    Person("A022", "郑小龙", "物流专员", "warehouse", "2022-10-10", "5000.00", "A021"),
    Person("A023", "梁美玲", "打包员", "warehouse", "2024-03-11", "4800.00", "A021"),
    Person("A024", "谢广福", "打包员", "warehouse", "2025-02-24", "4600.00", "A021"),
)
BY_NUMBER = {person.employee_no: person for person in STAFF}

ROLES = {"A001": "lead", "A002": "lead", "A021": "keeper"}
"""What an account may do besides looking after its own affairs; everybody else's may do only that."""

SIGNING_IN = ("A001", "A002", "A003", "A006", "A007", "A011", "A016", "A021", "A022")
"""Those who act themselves in the month, or whose payslip is worth a look."""


def doing(work: Work, shop: str = "") -> tuple[Person, ...]:
    """Find those who do one kind of work, at one shop if it is said."""
    return tuple(person for person in STAFF if person.work == work and shop in ("", person.shop))


def staff_rows(staff: Iterable[Person] = STAFF) -> list[dict[str, str]]:
    """The staff directory as a personnel office exports it."""
    return [
        {
            "工号": person.employee_no,
            "姓名": person.name,
            "部门": DEPARTMENT,
            "岗位": person.post,
            "入职日期": person.hire_date,
            "上级工号": person.manager_no,
            "工作地": WORK_PLACE,
        }
        for person in staff
    ]
