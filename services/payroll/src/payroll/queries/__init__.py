"""Questions to payroll that change nothing."""
