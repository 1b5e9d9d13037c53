"""What is held of a client here: which of the company's rules acted, and what came of it."""

from __future__ import annotations

from svyazka.business.automation.models import Run, Step
from svyazka.kit.held import held

HELD = (
    held(Run, "client_id", "at", "rule__name", "state", "why", ours=("event", "event_key", "once_key")),
    held(Step, "run__client_id", "at", "kind", "state", "why", ours=("made",)),
)
NOTHING = ("Rule", "RuleVersion", "Followed", "Edition", "Trial")
