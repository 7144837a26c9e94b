"""Payroll over HTTP: parse, one command or query, shape the answer."""

from payroll.api import closing, deductions, payslips, rulebook, runs, terms

ROUTERS = (terms.router, rulebook.router, runs.router, deductions.router, payslips.router, closing.router)
