"""Everything that files can bring, in the order in which it must be applied."""

from attendance.intake.employees import EMPLOYEES
from attendance.intake.punches import PUNCHES
from attendance.intake.roster import ROSTER, SHIFTS

KINDS = (EMPLOYEES, SHIFTS, ROSTER, PUNCHES)
