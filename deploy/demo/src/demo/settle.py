"""From facts to pay: terms, rulebook, what is taken and who confirms it, one appeal, the pay run."""

from collections import Counter
from typing import Any

from rich.progress import Progress

from demo.asking import checked, once, pages, until
from demo.cast import Cast
from demo.chases import ALLOWED, due_chases
from demo.department import Department
from demo.enter_talk import turn_review
from demo.month import Month
from demo.people import LEAD, MANAGER, STAFF, Person
from demo.plan import LATE, OVERDUE_REPLIES
from demo.rulebook import EVERY_LATENESS, PACK, house_rules

COMMISSION, LATENESS, SLOW, UNCHASED = "B-05.R2.1", "A-000-1.2.2.7.1", "A-004-1.10b", "B-05.D1.5"
NEGATIVE = "A-004-1.20c"
BONUSES = {"performance_bonus": "800.00", "attendance_bonus": "200.00"}
RUNS = "/api/payroll/runs"


def paid(cast: Cast, month: Month) -> bool:
    """Tell whether the month's pay is issued."""
    return any(run["period"] == month.name and run["state"] == "issued" for run in pages(cast["hr"], RUNS))


def agree_terms(cast: Cast, month: Month, progress: Progress) -> None:
    """Let hr agree with everybody what they earn; the manager has no bonus that depends on conduct."""
    for person in progress.track(STAFF, description="薪资约定 / terms of pay"):
        body = {"valid_from": str(month.first), "base_salary": person.base_salary}
        bonuses = BONUSES if person.employee_no != MANAGER else {}
        checked(cast["hr"].put(f"/api/payroll/terms/{person.employee_no}", json=body | bonuses))


def adopt_rulebook(cast: Cast, month: Month) -> None:
    """Let hr draft the department's rulebook out of the shipped packs, and the boss sign it."""
    versions = checked(cast["hr"].get("/api/payroll/rulebook/versions"))["items"]
    own = next((version for version in versions if version["pack"] == PACK), None)
    if own is None:
        shipped = {pack["pack"]: pack["content"] for pack in checked(cast["hr"].get("/api/payroll/packs"))["items"]}
        draft = {
            "pack": PACK,
            "pack_version": 1,
            "in_force_from": str(month.first),
            "parameters": EVERY_LATENESS,
            "content": house_rules(shipped),
        }
        own = checked(cast["hr"].post("/api/payroll/rulebook/versions", json=draft))
    if own["signed_at"] is None:
        checked(cast["boss"].post(f"/api/payroll/rulebook/versions/{own['id']}/sign"))


def settle(cast: Cast, made: Department, progress: Progress) -> None:
    """Wait for the facts, let those decide who may, and pay."""
    _await_facts(cast, made, progress)
    _turn(cast, made)
    _confirm(cast, made.month, progress)
    _appeal(cast, made)
    _pay(cast, made.month, progress)


def expected(made: Department) -> dict[str, int]:
    """How many entries the clauses that are fed by planned things must have on all payslips together."""
    done = [order for order in made.orders if order.completed_at and order.completed_at.date() < made.month.after]
    reminded = {order.order_no for order, _ in made.chases}
    unchased = [
        order
        for order in due_chases(made.month, made.orders)
        if order.order_no not in reminded and (order.placed_at + ALLOWED).date() < made.month.after
    ]
    return {
        COMMISSION: sum(len(order.sellers) for order in done),
        LATENESS: len(LATE),
        SLOW: sum(OVERDUE_REPLIES.values()),
        UNCHASED: len(unchased),
    }


def _await_facts(cast: Cast, made: Department, progress: Progress) -> None:
    """Wait until the running payslips show everything that was planned, and nothing moves any more."""
    wanted = expected(made)
    bar = progress.add_task("事实到达工资单 / facts on the payslips", total=sum(wanted.values()))
    before: list[dict[str, Any]] = []

    def settled() -> bool:
        slips = [_running(cast, person, made.month) for person in STAFF]
        entries = Counter[str]()
        for slip in slips:
            for line in slip["lines"]:
                if line["kind"] in {"earning", "deduction"}:
                    entries[line["clause_id"]] += len(line["entries"])
        progress.update(bar, completed=sum(min(entries[clause], count) for clause, count in wanted.items()))
        same = slips == before
        before[:] = slips
        return same and all(entries[clause] >= count for clause, count in wanted.items())

    until("every fact on the payslips", settled, bool, pause=2.0)


def _running(cast: Cast, person: Person, month: Month) -> dict[str, Any]:
    path = f"/api/payroll/running/{person.employee_no}"
    found = checked(cast["hr"].get(path, params={"period": month.name}), fine=(404,))
    return {"lines": found.get("lines", []), "net": found.get("net")}


def _turn(cast: Cast, made: Department) -> None:
    """Let a buyer turn a bad review into a good one: what it would have cost is revoked before anybody confirmed it."""
    for review in made.reviews:
        if review.turned_at and review.complaint:
            turn_review(cast, review)
            [(who, _)] = review.complaint.responsible
            _await_revoked(cast, made.month, who)


def _await_revoked(cast: Cast, month: Month, who: str) -> None:
    def states() -> set[str]:
        return {one["state"] for one in _deductions(cast, month, employee_no=who, clause_id=NEGATIVE)}

    until(f"{who}: a deduction revoked by the buyer", states, lambda seen: "revoked" in seen)


def _deductions(cast: Cast, month: Month, **wanted: str) -> list[dict[str, Any]]:
    return pages(cast["hr"], "/api/payroll/deductions", period=month.name, **wanted)


def _confirm(cast: Cast, month: Month, progress: Progress) -> None:
    """Confirm what is proposed: the lead for the agents, the manager for all within the limit, the boss the rest."""
    for who in progress.track((LEAD, MANAGER, "boss"), description="确认扣款 / deductions confirmed"):
        while checked(cast[who].post("/api/payroll/deductions/confirm", json={"period": month.name}))["confirmed"]:
            pass


def _appeal(cast: Cast, made: Department) -> None:
    """Let one agent appeal against what a review costs, and hr decide that it was the courier's fault."""
    for review in made.reviews:
        if review.complaint and review.complaint.fate == "appealed":
            [(who, _)] = review.complaint.responsible
            [deduction] = _deductions(cast, made.month, employee_no=who, clause_id=NEGATIVE)
            objection = {"reason": "聊天记录显示只说明「可备注送货上门」，放驿站是快递员所为，附快递公司回函"}
            path = f"/api/payroll/deductions/{deduction['id']}/appeals"
            filed = checked(cast[who].post(path, json=objection, headers=once(f"appeal-{review.review_no}")))
            judged = {"outcome": "upheld", "reason": "回函属实：未送货上门是快递责任，客服无责"}
            decided = once(f"decide-{review.review_no}")
            checked(cast["hr"].post(f"/api/payroll/appeals/{filed['id']}/decide", json=judged, headers=decided))


def _pay(cast: Cast, month: Month, progress: Progress) -> None:
    """Prepare, approve and issue the month's pay: three people for three acts."""
    bar = progress.add_task("工资发放 / pay run", total=3)
    run = checked(cast["hr"].post(RUNS, json={"period": month.name}))
    progress.advance(bar)
    checked(cast["boss"].post(f"{RUNS}/{run['id']}/approve"))
    progress.advance(bar)
    checked(cast["finance"].post(f"{RUNS}/{run['id']}/issue"))
    progress.advance(bar)
