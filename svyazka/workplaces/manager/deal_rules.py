"""What automations did with a deal, as a part of its page: fetched when somebody opens it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from svyazka.business.automation import log
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import rule_runs
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short


@needs("deals.see")
def deal_rules(request: PageRequest, pk: int) -> HttpResponse:
    """Why a condition did not hold may name sums: the log tells that, to whoever may see the log."""
    deal = deal_numbered(pk)
    found = log.of_deal(deal.pk, most=log.PAGE + 1)
    runs = rule_runs.rows(found[: log.PAGE], Short(), {})
    return render(request, "manager/deal/rule_runs.html", {"deal": deal, "rows": runs, "is_cut": len(found) > log.PAGE})
