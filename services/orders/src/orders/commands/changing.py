"""Changes to recorded orders: appended to the ledgers, any number of them in few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from orders.commands.recording import Rows, columns
from orders.domain.draft import Line, net_of
from orders.domain.money import NOTHING
from orders.domain.order import Completion, Order, amended
from orders.domain.steps import Step
from orders.outgoing import facts_of, operator_assigned, order_amended, step_taken

LINES = """
INSERT INTO order_lines (order_id, revision, line_no, sku, title, quantity, unit_price, discount, net_amount)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::numeric[], $7::numeric[],
                     $8::numeric[], $9::numeric[])
"""
PARTIES = """
INSERT INTO order_parties (order_id, assignment, line_no, place, employee_no, weight, amount)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::text[], $6::integer[], $7::numeric[])
"""
STATES = """
INSERT INTO order_states (order_id, state, step_no, at, business_date, reason, event_id, recorded_at, recorded_by)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::timestamptz[], $5::date[], $6::text[], $7::uuid[],
                     $8::timestamptz[], $9::text[])
"""
AMENDMENTS = """
INSERT INTO order_amendments (order_id, revision, buyer, remark, reason, event_id, recorded_at, recorded_by)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::timestamptz[],
                     $8::text[])
"""
ASSIGNMENTS = """
INSERT INTO order_assignments (order_id, assignment, reason, event_id, recorded_at, recorded_by)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::uuid[], $5::timestamptz[], $6::text[])
"""
STATUS = """
UPDATE order_status s
SET state = t.state, revision = t.revision, assignment = t.assignment, net_amount = t.net_amount,
    refunded = t.refunded, untagged = t.untagged, said = t.said
FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::numeric[], $6::numeric[], $7::boolean[],
            $8::bytea[]) AS t (order_id, state, revision, assignment, net_amount, refunded, untagged, said)
WHERE s.order_id = t.order_id
"""


@dataclass(slots=True)
class Changes:
    """Rows on their way into the ledgers, and how each changed order stands after all of them."""

    session: AsyncSession
    lines: Rows = field(default_factory=list)
    parties: Rows = field(default_factory=list)
    states: Rows = field(default_factory=list)
    amendments: Rows = field(default_factory=list)
    assignments: Rows = field(default_factory=list)
    standing: dict[UUID, Order] = field(default_factory=dict)


def take_steps(changes: Changes, order: Order, steps: Sequence[Step], *, reason: str | None = None) -> Order:
    """Append steps and announce each."""
    door = door_of(changes.session)
    facts = facts_of(order)
    reached, completion = dict(order.steps), order.completion
    for step in steps:
        event_id, day = new_id(), door.business_date(step.at)
        reached[step.state] = step.at
        changes.states.append(
            (order.order_id, step.state, len(reached), step.at, day, reason, event_id, door.now, door.actor)
        )
        if step.state == "completed":
            completion = Completion(event_id, day)
        announce(changes.session, step_taken(order, step, facts=facts, event_id=event_id, reason=reason))
    return stands(changes, replace(order, steps=reached, completion=completion))


def change_content(
    changes: Changes,
    order: Order,
    *,
    buyer: str | None,
    remark: str | None,
    lines: tuple[Line, ...],
    reason: str | None = None,
) -> Order:
    """Append a new revision of an order's content and announce it. Raises the refusals of `amended`."""
    door, event_id = door_of(changes.session), new_id()
    after = amended(order, buyer=buyer, remark=remark, lines=lines)
    changes.lines += [(after.order_id, after.revision, *line) for line in lines]
    changes.parties += _parties(after)
    changes.amendments.append((after.order_id, after.revision, buyer, remark, reason, event_id, door.now, door.actor))
    announce(changes.session, order_amended(after, reason=reason, event_id=event_id, at=door.now))
    return stands(changes, after)


def change_sellers(changes: Changes, before: Order, after: Order, *, reason: str | None = None) -> Order:
    """Append a decision about who sold an order and announce it."""
    door, event_id = door_of(changes.session), new_id()
    changes.parties += _parties(after)
    changes.assignments.append((after.order_id, after.assignment, reason, event_id, door.now, door.actor))
    announce(changes.session, operator_assigned(before, after, event_id=event_id, at=door.now))
    return stands(changes, after)


def stands(changes: Changes, order: Order) -> Order:
    """Note how an order stands from now on."""
    changes.standing[order.order_id] = order
    return order


def _parties(order: Order) -> Rows:
    return [
        (order.order_id, order.assignment, line_no, place, employee_no, weight, amount)
        for place, (line_no, employee_no, weight, amount) in enumerate(order.holdings)
    ]


async def write_changes(changes: Changes) -> None:
    """Write what has been gathered, a statement per table."""
    connection = await raw(changes.session)
    statements: Mapping[str, Rows] = {
        LINES: changes.lines,
        PARTIES: changes.parties,
        STATES: changes.states,
        AMENDMENTS: changes.amendments,
        ASSIGNMENTS: changes.assignments,
        STATUS: [_status(order) for order in changes.standing.values()],
    }
    for statement, rows in statements.items():
        if rows:
            await connection.execute(statement, *columns(rows, 0))


def _status(order: Order) -> tuple[object, ...]:
    return (
        order.order_id,
        order.state,
        order.revision,
        order.assignment,
        net_of(order.lines),
        sum(order.refunded.values(), NOTHING),
        not order.holdings,
        order.said,
    )
