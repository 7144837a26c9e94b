"""What payroll refuses.

Refusal
├── Invalid 422
│   ├── PeriodUnreadable
│   ├── RulebookFaulty           a pack or parameter cannot be used; `errors` lists every fault
│   ├── PackUnknown
│   ├── SchemeUnknown            terms name a pack that nobody adopted
│   ├── ClauseNotInForce         a loss cites a clause that would not price it
│   ├── NoticeAfterDecision      a loss was decided before the employee was told of it
│   ├── ReductionImpossible      an appeal's reduced amount is not between nothing and what was wanted
│   └── DateImplausible
├── Forbidden 403
│   ├── BeyondAuthority          the amount is for the boss to decide
│   └── WholeCompanyOnly         an account limited to departments acts for everybody
├── NotFound 404
│   ├── DeductionNotFound        not there, or not yours to see: the two answer alike
│   ├── AppealNotFound
│   ├── PayslipNotFound          not there, or not yours to see: the two answer alike
│   ├── NotClosed                there is no certificate of that period
│   ├── TermsNotFound
│   ├── RunNotFound
│   └── VersionNotFound
└── Conflict 409
    ├── DeductionDecided         it was confirmed, waived or revoked before
    ├── NothingToAppeal          nothing is taken by it any more
    ├── AppealOpen               it is appealed already, and that is not decided yet
    ├── AppealDecided
    ├── DecidedByConfirmer       an appeal is decided by somebody who did not decide the deduction
    ├── OwnPay                   nobody sets their own terms or decides their own case
    ├── SignedByAuthor
    ├── AlreadySigned
    ├── PeriodIssued             the date lies in a period that is issued
    ├── PeriodClosed             nothing of it is prepared, issued or decided any more
    ├── PeriodNotClosable        what is pending stands in `pending`
    ├── ClosedByPreparer
    ├── ApprovedByPreparer
    ├── AlreadyApproved
    ├── RunHasProblems
    ├── RunSuperseded            newer facts of the run exist: a later run, or a later issue
    ├── NotApproved
    ├── AlreadyIssued
    └── NothingDiffers
"""

from collections.abc import Sequence

from chassis.problems import Conflict, Forbidden, Invalid, NotFound


class PeriodUnreadable(Invalid):
    """{period} is not a period of this century; write year and month like 2026-05."""

    zh = "{period} 不是有效的期间：请写本世纪的年月，例如 2026-05。"


class RulebookFaulty(Invalid):
    """This version of the rulebook cannot be used: {first}"""

    zh = "这一版制度不能使用：{first_zh}"

    def __init__(self, errors: Sequence[dict[str, str]]) -> None:
        super().__init__(field=errors[0]["field"], first=errors[0]["message"], first_zh=errors[0]["message_zh"])
        self.errors = list(errors)


class PackUnknown(Invalid):
    """There is no pack {pack}; the product ships {known}."""

    zh = "没有制度包 {pack}，现有：{known}。"


class SchemeUnknown(Invalid):
    """No rulebook called {scheme} was ever adopted; adopt it first, or leave the scheme out."""

    zh = "尚未采用名为 {scheme} 的制度：请先采用，或不填写方案。"


class ClauseNotInForce(Invalid):
    """Clause {clause} prices no loss of this employee on {day}; in force there: {known}."""

    zh = "条款 {clause} 在 {day} 对该员工的损失不适用；当日适用：{known}。"


class NoticeAfterDecision(Invalid):
    """The employee was told on {noticed_on}, after the decision of {decided_on}; tell them before it is decided."""

    zh = "告知日期 {noticed_on} 晚于决定日期 {decided_on}：须事先告知员工。"


class DateImplausible(Invalid):
    """{field_name} {day} lies outside {earliest} to {latest}; check the year."""

    zh = "{field_name} {day} 不在 {earliest} 至 {latest} 之间，请检查年份。"


class ReductionImpossible(Invalid):
    """An appeal reduces {wanted} to an amount between 0.01 and {most}; to take nothing, uphold the appeal."""

    zh = "减少后的金额须在 0.01 至 {most} 之间（原为 {wanted}）；全部免除请选择 upheld。"


class BeyondAuthority(Forbidden):
    """{amount} is above your authority of {limit}; the boss decides it (A-004-8.1a, 8.4)."""

    zh = "金额 {amount} 超出您的权限 {limit}：须由总裁决定（004 八.1、八.4）。"


class WholeCompanyOnly(Forbidden):
    """Your account sees some departments only; this concerns the whole company."""

    zh = "您的账号仅限部分部门：此操作涉及全公司。"


class DeductionNotFound(NotFound):
    """There is no such deduction here."""

    zh = "没有找到该扣款。"


class AppealNotFound(NotFound):
    """There is no such appeal here."""

    zh = "没有找到该申诉。"


class PayslipNotFound(NotFound):
    """There is no such payslip here."""

    zh = "没有找到该工资条。"


class TermsNotFound(NotFound):
    """No terms of pay are recorded for this employee."""

    zh = "没有登记该员工的工资约定。"


class RunNotFound(NotFound):
    """There is no such pay run here."""

    zh = "没有找到该次工资计算。"


class VersionNotFound(NotFound):
    """There is no such version of the rulebook here."""

    zh = "没有找到该制度版本。"


class OwnPay(Conflict):
    """Nobody decides about their own pay; somebody else has to enter this."""

    zh = "任何人不能决定自己的工资：请由他人录入。"


class SignedByAuthor(Conflict):
    """A version is signed by somebody other than its author {author}."""

    zh = "制度版本须由起草人 {author} 以外的人签署。"


class AlreadySigned(Conflict):
    """This version was signed by {by} already."""

    zh = "该版本已由 {by} 签署。"


class PeriodIssued(Conflict):
    """{day} lies in or before {period}, whose payslips are issued; choose {earliest} or later."""

    zh = "{day} 属于或早于已发放的期间 {period}：请选择 {earliest} 或以后。"


class PeriodClosed(Conflict):
    """{period} is closed; what changes it comes as a difference in the next open period."""

    zh = "{period} 已关账：其后的变化在下一个未关账期间作为差额体现。"


class PeriodNotClosable(Conflict):
    """{period} cannot be closed yet: {count} matters are pending, first of them: {first}"""

    zh = "{period} 尚不能关账：有 {count} 项待处理，首先是：{first_zh}"

    def __init__(self, period: str, pending: Sequence[dict[str, str | None]]) -> None:
        first = pending[0]
        super().__init__(field="period", period=period, count=len(pending), first=first["en"], first_zh=first["zh"])
        self.members = {"pending": list(pending)}


class ClosedByPreparer(Conflict):
    """A period is closed by somebody other than who prepared its run ({preparer})."""

    zh = "关账须由工资编制人 {preparer} 以外的人进行。"


class NotClosed(NotFound):
    """This period is not closed."""

    zh = "该期间尚未关账。"


class ApprovedByPreparer(Conflict):
    """A run is approved by somebody other than who prepared it ({preparer})."""

    zh = "工资须由编制人 {preparer} 以外的人批准。"


class AlreadyApproved(Conflict):
    """This run was approved by {by} already."""

    zh = "该次工资已由 {by} 批准。"


class RunHasProblems(Conflict):
    """{count} payslips of this run have problems; mend what they name and prepare the run again."""

    zh = "本次有 {count} 份工资条存在问题：请处理后重新计算。"


class RunSuperseded(Conflict):
    """This run is out of date: another run was prepared or issued since; prepare it again."""

    zh = "本次计算已过时：其后又有计算或发放，请重新计算。"


class NotApproved(Conflict):
    """This run was not approved yet; somebody other than its preparer has to."""

    zh = "该次工资尚未批准。"


class AlreadyIssued(Conflict):
    """This run was issued already."""

    zh = "该次工资已经发放。"


class NothingDiffers(Conflict):
    """{period} is issued, and nothing has changed since."""

    zh = "{period} 已发放，此后没有任何差异。"


class DeductionDecided(Conflict):
    """This deduction is {state} already."""

    zh = "该扣款的状态已是 {state}。"


class NothingToAppeal(Conflict):
    """Nothing is taken by this deduction: it is {state}."""

    zh = "该扣款已不扣钱（{state}），无需申诉。"


class AppealOpen(Conflict):
    """This deduction was appealed on {day}; that appeal is not decided yet."""

    zh = "该扣款已于 {day} 申诉，尚未裁定。"


class AppealDecided(Conflict):
    """This appeal was decided already."""

    zh = "该申诉已经裁定。"


class DecidedByConfirmer(Conflict):
    """An appeal is decided by somebody who did not decide the deduction itself."""

    zh = "申诉须由未曾决定该扣款的人裁定。"
