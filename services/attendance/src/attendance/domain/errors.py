"""What attendance refuses.

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
│   ├── ChangeIsOutOfOrder     before what is recorded already, or in the future
│   ├── WallTimeUnreadable, SegmentsAreMissing, ShiftHasTooManySegments, SegmentsAreTooLong   a shift's hours
│   ├── ShiftUnknown, EmployeeUnknown, EmployeeNotEmployed   a roster entry, a punch, a leave of nobody here
│   ├── ZoneUnknown, OffsetContradictsZone, WallTimeTwice, WallTimeNever, PunchInFuture   when a punch was
│   ├── PunchTimeIsNow         who punches for themselves does so now
│   ├── PeriodIsBackwards, PeriodIsTooLong
│   ├── LeaveEndsBeforeItBegins, LeaveIsTooLong, LeaveMixesDaysAndHours
│   └── SettingUnknown, SettingOutOfRange
├── Forbidden 403
│   └── OnlyForYourself        who may act for themselves only, for somebody else
├── NotFound 404               not there, or not yours to see: the two answer alike
│   └── EmployeeNotFound, ShiftNotFound, DutyNotFound, CorrectionNotFound, LeaveNotFound
└── Conflict 409
    ├── EmployeeNumberTaken
    ├── EmployeeHasLeft
    ├── ShiftsOverlap          names both
    ├── PunchNotThere, PunchIsThere   a correction of what is not, or is already so
    ├── CorrectionIsSettled, LeaveIsSettled
    ├── ApproverIsInvolved, ApproverLacksRank   approver ≠ author ≠ subject; the chain by length
    ├── CertificateIsMissing
    └── LeavesOverlap          names the other
"""

from chassis.problems import Conflict, Forbidden, Invalid, NotFound


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


class WallTimeUnreadable(Invalid):
    """{time} is no stretch of wall time; write 17:30-24:00, and several as 07:30-11:30+15:00-22:00."""

    zh = "“{time}”不是时间段：请写成 17:30-24:00，多段写成 07:30-11:30+15:00-22:00。"


class SegmentsAreMissing(Invalid):
    """A shift needs at least one segment."""

    zh = "班次至少要有一个时段。"


class ShiftHasTooManySegments(Invalid):
    """A shift has at most {most} segments."""

    zh = "一个班次最多 {most} 个时段。"


class SegmentsAreTooLong(Invalid):
    """From its first start to its last end a shift may span 24 hours; check the order of the times."""

    zh = "班次从开始到结束不能超过 24 小时，请检查各时段的先后。"


class ShiftUnknown(Invalid):
    """There is no shift template {shift}; enter it first."""

    zh = "没有班次模板“{shift}”：请先录入。"


class EmployeeUnknown(Invalid):
    """There is no employee {employee_no} here; enter the person first or correct the number."""

    zh = "没有工号为 {employee_no} 的员工：请先录入该员工，或更正工号。"


class EmployeeNotEmployed(Invalid):
    """Employee {employee_no} is not employed on {day}."""

    zh = "员工 {employee_no} 在 {day} 不在职。"


class ZoneUnknown(Invalid):
    """There is no time zone {zone}; write an IANA name such as Asia/Shanghai."""

    zh = "没有时区“{zone}”：请写 IANA 名称，如 Asia/Shanghai。"


class OffsetContradictsZone(Invalid):
    """{time} has an offset that {zone} does not have then; leave one of the two out."""

    zh = "{time} 的时差与时区 {zone} 不符：请去掉其中之一。"


class WallTimeTwice(Invalid):
    """{time} happened twice in {zone}, since the clocks were put back; add the offset that was meant."""

    zh = "{zone} 当天拨慢时钟，{time} 出现了两次：请注明时差（如 +01:00）。"


class WallTimeNever(Invalid):
    """{time} never happened in {zone}, since the clocks were put forward."""

    zh = "{zone} 当天拨快时钟，不存在 {time} 这一时刻。"


class PunchInFuture(Invalid):
    """{time} has not happened yet."""

    zh = "{time} 尚未到来。"


class PunchTimeIsNow(Invalid):
    """You punch for yourself now; leave the time out. For a forgotten punch ask for a correction."""

    zh = "本人打卡以当前时间为准，请不要填写时间；漏打卡请申请更正。"


class PeriodIsBackwards(Invalid):
    """The period ends before it begins."""

    zh = "期间的结束早于开始。"


class PeriodIsTooLong(Invalid):
    """A period spans at most {most} days."""

    zh = "期间最长 {most} 天。"


class LeaveEndsBeforeItBegins(Invalid):
    """The leave ends before it begins."""

    zh = "假期的结束早于开始。"


class LeaveIsTooLong(Invalid):
    """One leave is at most {most} days."""

    zh = "一次请假最长 {most} 天。"


class LeaveMixesDaysAndHours(Invalid):
    """Give first_day and last_day for whole days, or starts_at and ends_at for hours, not both."""

    zh = "整天请假填 first_day 和 last_day，按小时请假填 starts_at 和 ends_at，两者选一。"


class SettingUnknown(Invalid):
    """There is no setting {name}; there are: {names}."""

    zh = "没有设置“{name}”；可用：{names}。"


class SettingOutOfRange(Invalid):
    """{name} is a whole number from {least} to {most}."""

    zh = "{name} 应为 {least} 至 {most} 的整数。"


class OnlyForYourself(Forbidden):
    """You may do this for yourself only."""

    zh = "您只能为本人办理。"


class ShiftNotFound(NotFound):
    """There is no such shift template here."""

    zh = "没有找到该班次模板。"


class DutyNotFound(NotFound):
    """There is no such shift on the roster here."""

    zh = "没有找到该排班。"


class CorrectionNotFound(NotFound):
    """There is no such correction here."""

    zh = "没有找到该更正申请。"


class LeaveNotFound(NotFound):
    """There is no such leave here."""

    zh = "没有找到该请假。"


class ShiftsOverlap(Conflict):
    """Employee {employee_no} cannot be on {shift}: it overlaps {other}; take one of them off."""

    zh = "员工 {employee_no} 的班次 {shift} 与 {other} 时间重叠：请去掉其中一个。"


class PunchNotThere(Conflict):
    """Employee {employee_no} has no valid punch at {time} that could be declared invalid."""

    zh = "员工 {employee_no} 在 {time} 没有可作废的有效打卡。"


class PunchIsThere(Conflict):
    """Employee {employee_no} has a punch at {time} already; one declared invalid is added again a minute off."""

    zh = "员工 {employee_no} 在 {time} 已有打卡；已作废的请错开一分钟补录。"


class CorrectionIsSettled(Conflict):
    """This correction is {state} already."""

    zh = "该更正申请已是 {state} 状态。"


class LeaveIsSettled(Conflict):
    """This leave is {state} already."""

    zh = "该请假已是 {state} 状态。"


class ApproverIsInvolved(Conflict):
    """Whom it is about, and who asked for it, cannot decide it; somebody else must."""

    zh = "当事人和申请人不能自己审批，请由他人审批。"


class ApproverLacksRank(Conflict):
    """This takes the approval of the {needed} of the person concerned, somebody above, or the boss."""

    zh = "需要当事人的 {needed}（supervisor 直接上级；leader 主管领导）、更高级上级或老板审批。"


class CertificateIsMissing(Conflict):
    """Sick leave of that length needs a hospital certificate; record its reference first."""

    zh = "该时长的病假需要医院证明：请先登记证明编号。"


class LeavesOverlap(Conflict):
    """Employee {employee_no} has leave {other} in that time already; withdraw it or choose another time."""

    zh = "员工 {employee_no} 在该时段已有请假 {other}：请先撤回，或另选时间。"
