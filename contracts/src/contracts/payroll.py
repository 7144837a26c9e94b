"""What payroll says."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Amount, EmployeeNo, EventData


class PayslipIssued(EventData):
    """A person's payslip for a period was issued."""

    type: ClassVar[str] = "payslip.issued"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    period: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    net: Amount
    run_id: UUID


class DeductionAssessed(EventData):
    """A deduction is proposed and the employee told of it: clause, amount wanted, the events it rests on."""

    type: ClassVar[str] = "deduction.assessed"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    period: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    clause: Annotated[str, Field(max_length=64)]
    amount: Amount
    caused_by: Annotated[UUID | None, Field(description="the event that was judged; none for a clause of a month")] = (
        None
    )


class DeductionRevoked(EventData):
    """A proposed deduction is not taken: waived, or won by appeal."""

    type: ClassVar[str] = "deduction.revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    period: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    clause: Annotated[str, Field(max_length=64)]
    amount: Amount
    caused_by: UUID | None = None
    reason: Annotated[str, Field(max_length=300)]


class AppealDecided(EventData):
    """Somebody other than its author decided an employee's appeal against a line."""

    type: ClassVar[str] = "appeal.decided"
    version: ClassVar[int] = 1

    appeal_id: UUID
    employee_no: EmployeeNo
    outcome: Literal["upheld", "reduced", "rejected"]
    amount_before: Amount
    amount_after: Amount


class PeriodClosed(EventData):
    """A period is closed: every producer's seal agrees with what payroll consumed, and nothing of it changes any more.

    What comes later about it is a difference in the next open period.
    """

    type: ClassVar[str] = "period.closed"
    version: ClassVar[int] = 1

    period: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    certificate: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the certificate's content")]
    people: Annotated[int, Field(ge=0, description="how many people were paid")]
    net: Annotated[Amount, Field(description="everything issued for the period")]
