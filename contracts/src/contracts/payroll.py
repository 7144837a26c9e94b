"""What payroll says."""

from typing import Annotated, ClassVar
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
