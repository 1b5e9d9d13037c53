"""The departments of the company. Which of them may go, `deals/paths/giving_up.py` knows."""

from __future__ import annotations

from svyazka.business.journal.names import Names
from svyazka.business.staff.models import Department

DEPARTMENTS = Names(Department, about="department", verb="staff.department")
