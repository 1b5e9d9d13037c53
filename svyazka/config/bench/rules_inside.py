"""Run in a process of its own with Django set up: fifty rules and twenty parameters over a base of deals."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from svyazka.business.automation import follow, in_force, run, sweep, trial
from svyazka.business.automation import rules as automations
from svyazka.business.automation.models import Followed, Rule, Run
from svyazka.business.catalogue.models import Product
from svyazka.business.deals import opening
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.offers import lines, offers, papers
from svyazka.business.offers.models import OfferTemplate
from svyazka.business.offers.sums import Off
from svyazka.business.parameters import defining, rounds
from svyazka.business.parameters.models import Parameter
from svyazka.business.parameters.names import DEAL, names_of
from svyazka.business.sorting.models import Category
from svyazka.business.staff.models import Person, Role
from svyazka.config import memory
from svyazka.config.bench import processor, rules_made_up
from svyazka.engines.formulas.formula import Kind
from svyazka.kit import clock

PARAMETERS, LINES, PAPERS = 20, 100, 5
A_DAY = timedelta(days=1)


def main() -> None:
    """Arguments: how many events of each kind, events in the month, the folder of the cluster."""
    events, month, cluster = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    settings.MEDIA_ROOT = cluster.parent / "files"
    memory.settle()
    clerk = _Clerk(cluster, Person.objects.filter(role=Role.HEAD).order_by("pk")[0])
    with translation.override("en"):
        made = {"open": Deal.objects.still_open().count(), **clerk.set_up()}
        found = made | clerk.event(events) | clerk.sweep() | clerk.trial(month) | clerk.recount() | clerk.paper()
    print(json.dumps(found))


class _Clerk:
    def __init__(self, cluster: Path, by: Person) -> None:
        self.cluster, self.by, self.chance = cluster, by, Random(5)  # noqa: S311 - the same in each run

    def set_up(self) -> dict[str, float]:
        with connection.cursor() as cursor:
            cursor.execute("update deals_deal set stage_since = now() - (id % 43200) * interval '1 minute'")
        stages = dict(Stage.objects.filter(pipeline__code="windows").values_list("code", "pk"))
        category = Category.objects.order_by("pk")[0].code
        for typed in rules_made_up.rules(stages, category):
            automations.switch(automations.add(typed, by=self.by), on=True, by=self.by)
        numbers = [one for one in names_of(DEAL).values() if one.kind in (Kind.NUMBER, Kind.MONEY)]
        for place in range(PARAMETERS):
            one, other = numbers[place % len(numbers)], numbers[(place + 3) % len(numbers)]
            formula = f"[{one.words}] * {place + 2} + if([{other.words}] > 10; 1; 0)"
            defining.add({"ru": f"P {place}"}, of=DEAL, formula=formula, decimals=2, by=self.by)
        self._all_counted()
        return {
            "rules": Rule.objects.filter(is_active=True).count(),
            "parameters": Parameter.objects.filter(is_active=True).count(),
        }

    def event(self, many: int) -> dict[str, float]:
        """Deals are changed, appointed and opened as people do it; counted is what the worker does with it."""
        self._settle()
        people = list(Person.objects.filter(role=Role.MANAGER))
        open_ones = list(Deal.objects.still_open().order_by("pk")[: 2 * many])
        for place, deal in enumerate(open_ones[:many]):
            facts.change(deal, {"amount": str(20_000 + 137 * place)}, by=self.by)
        for place, deal in enumerate(open_ones[many:]):
            facts.appoint(deal, people[place % len(people)], by=self.by)
        for deal in open_ones[:many]:
            opening.open_deal(deal.client, by=self.by)
        before = Run.objects.filter(state=Run.State.DONE).count()
        spent = self._spent(self._settle)
        acted = Run.objects.filter(state=Run.State.DONE).count() - before
        return {"event": 1000 * spent / (3 * many), "acted": acted}

    def sweep(self) -> dict[str, float]:
        """What a day has made due, since nobody has swept for so long."""
        sweep.sweep()
        with transaction.atomic():
            Rule.objects.update(active_since=clock.now() - 2 * A_DAY)
            in_force.changed()
        Followed.objects.filter(stream__startswith="rule:").update(at=clock.now() - A_DAY)
        before = Run.objects.count()
        spent = self._spent(sweep.sweep)
        return {"sweep": spent, "swept": Run.objects.count() - before}

    def trial(self, month: int) -> dict[str, float]:
        with connection.cursor() as cursor:
            cursor.execute(_MONTH, {"now": clock.now(), "many": month})
            cursor.execute("analyze journal_entry")
        rule = Rule.objects.get(name__endswith="The amount changes")
        content = {
            "trigger": rule.trigger, "options": rule.options, "conditions": rule.conditions, "actions": rule.actions,
            "once": rule.once, "wait_minutes": rule.wait_minutes, "hears_brought": rule.hears_brought,
            "name": rule.name,
        }  # fmt: skip
        asked = trial.ask(content, by=self.by)
        began = time.perf_counter()
        while trial.go_on():
            pass
        spent = time.perf_counter() - began
        asked.refresh_from_db()
        if asked.state != asked.State.DONE:
            raise RuntimeError(f"The dry run ended as {asked.state}.")
        return {"trial": spent, "looked_at": asked.seen}

    def recount(self) -> dict[str, float]:
        chosen = Parameter.objects.order_by("pk")[0]
        defining.change(
            chosen,
            {"ru": "P"},
            formula=f"[{names_of(DEAL)['deal.amount'].words}] * 3 + 1",
            decimals=2,
            by=self.by,
            hint=None,
        )
        return {"recount": self._spent(self._all_counted)}

    def paper(self) -> dict[str, float]:
        deal, product = Deal.objects.still_open().order_by("-pk")[0], Product.objects.order_by("pk")[0]
        wishes = [
            lines.Wish(
                name=f"{product.name} {place}", unit=product.unit, quantity=Decimal(place), price=product.price,
                off=Off(Decimal(place % 7), Decimal(0)), vat_rate=Decimal(22), product_id=product.pk,
            )
            for place in range(1, LINES + 1)
        ]  # fmt: skip
        lines.write(deal.pk, wishes, version=0, by=self.by)
        offer = offers.make(deal, OfferTemplate.objects.order_by("pk")[0], by=self.by)
        papers.pdf(offer)  # the type is set once
        return {"paper": median(islice((_wall(lambda: papers.pdf(offer)) for _round in count()), PAPERS))}

    def _settle(self) -> None:
        while follow.follow() + run.work_off():
            pass

    def _all_counted(self) -> None:
        rounds.go_round()
        while rounds.go_on():
            pass

    def _spent(self, work: Callable[[], Any]) -> float:
        """Seconds of the processor, the database's sessions included."""
        before = time.process_time() + processor.of_sessions(self.cluster) / 1000
        work()
        return time.process_time() + processor.of_sessions(self.cluster) / 1000 - before


def _wall(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


_MONTH = """
insert into journal_entry (at, by_id, actor, verb, kind, object_id, client_id, deal_id, changes, note)
select %(now)s::timestamptz - (number %% 2500000) * interval '1 second', null, 'bench',
    case when number %% 2 = 0 then 'deals.changed' else 'deals.moved' end, 'deal', deal.id, deal.client_id, deal.id,
    case when number %% 2 = 0 then '{"amount": ["10000.00", "54300.00"]}'::jsonb
        else '{"stage": ["new", "contacted"]}' end, ''
from generate_series(1, %(many)s) number
join deals_deal deal on deal.id = 1 + number %% (select count(*) from deals_deal)
"""
