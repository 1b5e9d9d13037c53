from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.kit import clock


@pytest.fixture
def troubled(vera):
    """`troubled(mikhail, "stuck")`: a deal of his with such a problem, swept."""
    from svyazka.business.deals.models import Deal, Task
    from svyazka.business.deals.opening import open_deal
    from svyazka.business.problems.sweep import sweep

    hour = timedelta(hours=1)

    def make(person, kind, *, client=None, amount=None, hours=3):
        now = clock.now()
        deal = open_deal(client or vera, responsible=person, by=person)
        changes = {
            "stuck": {"stage_since": now - (hours + 1) * hour, "stage_due_at": now - hours * hour},
            "step_overdue": {"next_step_at": now - hours * hour},
            "no_step": {"next_step": "", "next_step_at": None},
            "no_person": {"responsible": None, "opened_at": now - hours * hour},
        }[kind]
        if kind == "step_overdue":
            Task.objects.filter(deal=deal).update(due_at=now - hours * hour)
        if kind == "no_step":
            Task.objects.filter(deal=deal).delete()
        Deal.objects.filter(pk=deal.pk).update(amount=amount, **changes)
        sweep([deal.pk])
        return Deal.objects.get(pk=deal.pk)

    return make
