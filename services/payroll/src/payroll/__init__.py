"""Money: facts in, rulebook applied, payslips out."""
