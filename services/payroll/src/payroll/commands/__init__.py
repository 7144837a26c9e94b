"""Acts that change what payroll knows; none of them commits."""
