"""The history of payroll's tables."""
