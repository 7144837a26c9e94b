"""What the staff directory refuses.

Refusal
├── Invalid 422
│   ├── TextIsBlank            a required text is empty, or shows nothing
│   ├── TextIsTooLong
│   ├── TextMisleads           control characters, or such as change the direction of writing
│   ├── NumberCannotBeAddressed  an employee number that could not stand in an address
│   ├── DateIsImplausible      too long ago, or too far ahead
│   ├── LeavesBeforeHire
│   ├── ManagerIsUnknown
│   ├── ManagesThemselves
│   └── ChangeIsOutOfOrder     before what is recorded already, or in the future
├── NotFound 404
│   └── EmployeeNotFound       not there, or not yours to see: the two answer alike
└── Conflict 409
    ├── EmployeeNumberTaken
    └── EmployeeHasLeft
"""

from chassis.problems import Conflict, Invalid, NotFound


class TextIsBlank(Invalid):
    """{field} must not be empty."""

    zh = "{field} 不能为空。"


class TextIsTooLong(Invalid):
    """{field} is longer than {longest} characters; shorten it."""

    zh = "{field} 超过 {longest} 个字符，请缩短。"


class TextMisleads(Invalid):
    """{field} contains the invisible character {character}, which can make it read as something else; remove it."""

    zh = "{field} 含有不可见字符 {character}，可能使其显示为其他内容，请删除。"


class NumberCannotBeAddressed(Invalid):
    r"""{field} {number} must be one word of visible characters without / \ ? # % and not only dots."""

    zh = "{field} {number} 必须是由可见字符组成的一个词，不含 / \\ ? # %，且不能只有点号。"


class DateIsImplausible(Invalid):
    """{field} {date} lies outside {earliest} to {latest}; check the year."""

    zh = "{field} {date} 不在 {earliest} 至 {latest} 之间，请检查年份。"


class LeavesBeforeHire(Invalid):
    """The leave date {leave_date} is before the hire date {hire_date}."""

    zh = "离职日期 {leave_date} 早于入职日期 {hire_date}。"


class ManagerIsUnknown(Invalid):
    """There is no employee {manager_no} who could be the manager; enter the manager first."""

    zh = "没有工号为 {manager_no} 的员工可作上级：请先录入上级。"


class ManagesThemselves(Invalid):
    """Nobody is their own manager; leave it empty for whoever has none."""

    zh = "任何人不能是自己的上级；没有上级时请留空。"


class ChangeIsOutOfOrder(Invalid):
    """A change of this entry can take effect from {earliest} to {latest}, not on {date}."""

    zh = "该员工信息的变更生效日期只能在 {earliest} 至 {latest} 之间，不能是 {date}。"


class EmployeeNotFound(NotFound):
    """There is no such employee here."""

    zh = "没有找到该员工。"


class EmployeeNumberTaken(Conflict):
    """The employee number {employee_no} belongs to somebody who works here; change that entry or choose another."""

    zh = "工号 {employee_no} 已属于在职员工：请修改该员工信息，或换一个工号。"


class EmployeeHasLeft(Conflict):
    """Employee {employee_no} has left; the last day was recorded as {leave_date}."""

    zh = "员工 {employee_no} 已离职，记录的最后工作日为 {leave_date}。"
