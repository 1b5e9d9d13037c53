"""What is held of a client here: what was wrong with his deals."""

from __future__ import annotations

from svyazka.business.problems.models import Problem
from svyazka.kit.held import held

HELD = (held(Problem, "deal__client_id", "deal_id", "kind", "since", "why"),)
NOTHING = ("Swept", "StageStay", "DayCount", "Morning")
