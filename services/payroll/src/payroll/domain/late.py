"""Late differences: what changes a closed period comes in the next open one, line by line, and names where it belongs.

`2026-05|<key>` is the key of such a line, so that nothing of another period is ever compared with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from payroll.domain.line import Line
from payroll.domain.money import ZERO
from payroll.domain.payslip import Payslip, earned_by
from payroll.domain.period import Period
from payroll.domain.text import Text


def late_key(period: Period, key: str) -> str:
    """Name a line of a closed period in the payslip of another one."""
    return f"{period}|{key}"


def late_line(period: Period, line: Line) -> Line:
    """Write a difference of a closed period as a line of a later payslip."""
    title = Text(f"{line.title.zh}（{period} 差额）", f"{line.title.en} (difference of {period})")
    return replace(line, key=late_key(period, line.key), title=title, belongs_to=str(period))


def own_lines(lines: Iterable[Line]) -> list[Line]:
    """Leave out what a payslip brings of closed periods."""
    return [line for line in lines if line.belongs_to is None]


def lines_late_of(period: Period, lines: Iterable[Line]) -> list[Line]:
    """Take out of a payslip what it brings of one closed period, under the keys that it has there."""
    return [
        replace(line, key=line.key.removeprefix(late_key(period, "")), belongs_to=None)
        for line in lines
        if line.belongs_to == str(period)
    ]


def with_late(period: Period, payslips: Iterable[Payslip], late: Mapping[str, Sequence[Line]]) -> list[Payslip]:
    """Add late differences (by person) to the payslips of an open period; who has no payslip yet gets one."""
    if not late:
        return list(payslips)
    found = {payslip.employee_no: payslip for payslip in payslips}
    for employee_no, more in late.items():
        payslip = found.get(employee_no) or Payslip(employee_no, period, (), ZERO, ZERO)
        lines = (*payslip.lines, *more)
        net = sum((line.allowed for line in lines), ZERO)
        found[employee_no] = replace(payslip, lines=lines, gross=earned_by(lines), net=net)
    return [found[employee_no] for employee_no in sorted(found)]
