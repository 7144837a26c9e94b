"""Bodies of requests and answers of payroll."""
