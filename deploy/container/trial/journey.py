"""One walk through the house by the published door, one step a container that is killed during it."""

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .asking import Gateway, Refused
from .engine import Engine
from .plan import (
    BASE,
    BONUS,
    COUNTED,
    FIRST,
    HOUSE,
    HOUSE_PACK,
    IN_STOCK,
    KEEPER,
    PERIOD,
    REVIEWS,
    ROSTERED,
    SALES_PACK,
    SELLERS,
    SHOP,
    SKUS,
    STAFF,
    TALKER,
    UNIT_COST,
    Sale,
    day,
)
from .sales import Tills, hand_in

IMPORTED = 300
PRODUCERS = ("attendance", "orders", "service-desk", "inventory")
LEARNT = {"orders": "employees", "service_desk": "employees", "inventory": "colleagues", "payroll": "directory"}
"""Which table of which database keeps the people that events told of."""


@dataclass
class Journey:
    """Everybody who walks, and what they have done so far."""

    engine: Engine
    gateway: Gateway
    tills: Tills
    imported: list[Sale] = field(default_factory=list)
    certificate: dict[str, Any] = field(default_factory=dict)

    @property
    def sales(self) -> list[Sale]:
        """Every order that was accepted, by request or file."""
        return [*self.tills.accepted, *self.imported]

    def steps(self) -> Sequence[tuple[str, str, Callable[[], object]]]:
        """List the walk: what is done, which container is killed as it begins, and how it is done."""
        return (
            ("accounts for hr and finance", "gateway-api", self.make_accounts),
            ("people hired", "attendance-api", self.hire),
            ("every service knows them", "attendance-worker", self.await_known),
            ("rulebook signed, terms agreed", "payroll-api", self.agree),
            ("warehouse, goods, delivery", "inventory-api", self.furnish),
            ("tills open: orders by request", "orders-api", self.open_tills),
            (f"{IMPORTED} orders from a file", "orders-worker", self.take_in),
            ("orders go on", "postgres", self.sell_on),
            ("orders go on", "nats", self.sell_on),
            ("a review of one star", "service-desk-api", lambda: self.review("R1")),
            ("a review of three stars", "service-desk-worker", lambda: self.review("R2")),
            ("roster published, punched", "gateway-worker", self.roster),
            ("stock counted, one is missing", "inventory-worker", self.count),
            ("three deductions confirmed", "payroll-worker", self.confirm),
            ("pay prepared, approved, issued", "gateway-api", self.pay),
            ("sealed by four, closed", "payroll-api", self.close),
        )

    def post(self, who: str, path: str, body: Any = None, *, key: str = "") -> Any:
        """Do one act, named so that it happens once."""
        named = key or hashlib.sha256(f"{path} {json.dumps(body)}".encode()).hexdigest()
        return self.gateway.ask(who, "POST", f"/api/{path}", body, key=named)

    def make_accounts(self) -> None:
        """Let the boss make accounts for those who decide with him."""
        for role in ("hr", "finance"):
            self.gateway.passwords[role] = secrets.token_urlsafe(18)
            body = {"login": role, "password": self.gateway.passwords[role], "roles": [role]}
            self.gateway.ask("boss", "POST", "/auth/accounts", body, done="login-taken")

    def hire(self) -> None:
        """Enter everybody in the directory, and define their shift."""
        for who in STAFF:
            person = {"employee_no": who, "name": f"试 {who}", "department": "电商一部", "post": "客服"}
            self.post("hr", "attendance/employees", person | {"hire_date": "2024-01-01"}, key=f"hire-{who}")
        shift = {"code": "trial-day", "name": "白班", "segments": [{"starts": "09:00", "ends": "18:00"}]}
        self.post("hr", "attendance/shift-templates", shift)

    def await_known(self) -> None:
        """Wait until the events of all hirings have come everywhere."""

        def known() -> bool:
            tables = LEARNT.items()
            return all(self.engine.look(where, f"SELECT count(*) FROM {table}") == everybody for where, table in tables)

        everybody = [[str(len(STAFF))]]
        self.gateway.until("everybody known everywhere", known)

    def agree(self) -> None:
        """Draft both shipped rulebooks as hr, sign them as the boss, and agree with everybody what they earn."""
        for pack in (SALES_PACK, HOUSE_PACK):
            draft = {"pack": pack, "pack_version": 1, "in_force_from": FIRST}
            version = self.post("hr", "payroll/rulebook/versions", draft, key=f"draft-{pack}")
            self.post("boss", f"payroll/rulebook/versions/{version['id']}/sign")
        for who in STAFF:
            scheme = SALES_PACK if who in SELLERS else HOUSE_PACK
            terms = {"valid_from": FIRST, "base_salary": str(BASE[who]), "scheme": scheme, "work_place": "guangzhou"}
            if who in BONUS:
                terms["performance_bonus"] = str(BONUS[who])
            self.gateway.ask("hr", "PUT", f"/api/payroll/terms/{who}", terms)

    def furnish(self) -> None:
        """Record the warehouse, what it holds and what was delivered."""
        house = {"warehouse": HOUSE, "title": "试仓", "keeper": KEEPER, "keeper_from": FIRST}
        self.post("boss", "inventory/warehouses", house)
        for sku in (*SKUS, COUNTED):
            thing = {"sku": sku, "title": sku, "unit_cost": str(UNIT_COST), "valid_from": FIRST}
            self.post("boss", "inventory/skus", thing)
        ships = {"name": "ships_from", "scope": SHOP, "value": HOUSE, "valid_from": FIRST}
        self.post("boss", "inventory/settings", ships)
        lines = [{"sku": sku, "quantity": str(IN_STOCK)} for sku in SKUS] + [{"sku": COUNTED, "quantity": "10"}]
        delivery = {"warehouse": HOUSE, "document_no": "D1", "lines": lines, "at": day(1, 8)}
        self.post("boss", "inventory/receipts", delivery)

    def open_tills(self) -> None:
        """Begin to take orders, and see the first ones through."""
        self.tills.open()
        self.tills.await_more(40)

    def sell_on(self) -> None:
        """Let the tills take some more."""
        self.tills.await_more(40)

    def take_in(self) -> None:
        """Import a file of orders while the tills go on."""
        file = [Sale(number, imported=True) for number in range(IMPORTED)]
        ended = hand_in(self.gateway, file)
        if ended["state"] != "committed":
            raise Refused(f"the file was not taken in: {ended}")
        self.imported = file

    def review(self, number: str) -> None:
        """Record what a buyer wrote, and who answers for it."""
        score, _ = REVIEWS[number]
        body = {
            "shop": SHOP,
            "review_no": number,
            "score": score,
            "written_at": day(10, 10),
            "answered_at": day(10, 11),
            "order_no": f"elsewhere-{number}",
            "order_unknown": True,
            "cause": "发错颜色",
            "responsible": [{"employee_no": TALKER}],
        }
        self.post("boss", "service-desk/reviews", body, key=number)

    def roster(self) -> None:
        """Publish three days: on time, 17 minutes late, absent."""
        days = [f"{PERIOD}-{number:02}" for number in (3, 4, 5)]
        entries = [{"employee_no": ROSTERED, "day": one, "shift": "trial-day"} for one in days]
        self.post("hr", "attendance/roster", {"entries": entries})
        came = (day(3, 8, 55), day(3, 18, 2), day(4, 9, 17), day(4, 18, 5))
        self.post("hr", "attendance/punches", {"punches": [{"employee_no": ROSTERED, "at": at} for at in came]})
        publish = {"first_day": days[0], "last_day": days[-1], "employee_nos": [ROSTERED]}
        self.post("hr", "attendance/roster/publish", publish)

        def evaluated() -> list[tuple[str, str, int]] | None:
            path = "/api/attendance/days"
            asked = {"from": days[0], "to": days[-1], "employee_no": ROSTERED}
            found = self.gateway.pages("hr", path, **asked)
            seen = sorted((one["day"], one["status"], one["late_minutes"] or 0) for one in found)
            return seen if seen == [(days[0], "present", 0), (days[1], "present", 17), (days[2], "absent", 0)] else None

        self.gateway.until("three days evaluated: present, 17 minutes late, absent", evaluated)

    def count(self) -> None:
        """Count ten bells and find nine; nobody but the keeper answers for the tenth."""
        opened = {"warehouse": HOUSE, "skus": [COUNTED], "opened_at": day(20, 17)}
        begun = self.post("boss", "inventory/stocktakes", opened)
        path = f"inventory/stocktakes/{begun['stocktake_id']}"
        counted = {"sku": COUNTED, "counted": "9", "counted_at": day(20, 18)}
        self.post("boss", f"{path}/counts", {"counts": [counted], "counted_by": KEEPER})
        self.post("boss", f"{path}/findings", {"sku": COUNTED, "outcome": "keeper", "finding": "未查明其他责任人"})
        self.post("boss", f"{path}/completed", {"completed_at": day(20, 20)})

    def confirm(self) -> None:
        """Have the boss confirm what was proposed: two reviews and a bell."""

        def proposed() -> list[dict[str, Any]] | None:
            found = self.gateway.pages("boss", "/api/payroll/deductions", period=PERIOD, state="proposed")
            return found if len(found) == len(REVIEWS) + 1 else None

        for one in self.gateway.until("three deductions proposed", proposed):
            self.post("boss", f"payroll/deductions/{one['id']}/confirm")

    def pay(self) -> None:
        """Close the tills, wait for the facts, then prepare, approve and issue as three people."""
        self.tills.close()
        owed = sum(1 for sale in self.sales if sale.completed)
        self.gateway.until(f"{owed} orders on the payslips", lambda: sum(map(self._entries, SELLERS)) >= owed)
        run = self.post("hr", "payroll/runs", {"period": PERIOD})
        if run["problems"]:
            raise Refused(f"the run has {run['problems']} problems")
        self.post("boss", f"payroll/runs/{run['id']}/approve")
        self.post("finance", f"payroll/runs/{run['id']}/issue")

    def _entries(self, who: str) -> int:
        slip = self.gateway.ask("finance", "GET", f"/api/payroll/running/{who}?period={PERIOD}")
        return sum(len(line["entries"]) for line in slip["lines"] if line["kind"] == "earning")

    def close(self) -> None:
        """Have every service seal the month, payroll compare what it took in, and the month closed for good."""
        for producer in PRODUCERS:
            self.post("finance", f"{producer}/seals/{PERIOD}")

        def closable() -> bool:
            return bool(self.gateway.ask("finance", "GET", f"/api/payroll/periods/{PERIOD}/close")["closable"])

        self.gateway.until("nothing pending", closable)
        self.certificate = self.post("finance", f"payroll/periods/{PERIOD}/close")
