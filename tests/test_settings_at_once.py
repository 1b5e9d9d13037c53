"""Two people, or one with a quick finger, do the same in the settings at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from svyazka.business.deals.known import fields
from svyazka.business.deals.models import Field, LossReason, Pipeline
from svyazka.business.deals.paths import pipelines
from svyazka.business.deals.paths.loss_reasons import LOSS_REASONS
from svyazka.business.staff import grant
from svyazka.business.staff.departments import DEPARTMENTS
from svyazka.business.staff.models import CompanyRole, Department
from svyazka.business.visits import kinds
from svyazka.business.visits.models import VisitKind
from svyazka.kit.refusals import Refused

NAME = {"ru": "Кухни", "en": "Kitchens"}
STAGES = [{"code": kind, "kind": kind, "name": {"ru": kind}} for kind in ("open", "won", "lost")]
ADDED: list[tuple[Any, Callable[[Any], object]]] = [
    (Department, lambda by: DEPARTMENTS.add(NAME, by=by)),
    (LossReason, lambda by: LOSS_REASONS.add(NAME, by=by)),
    (VisitKind, lambda by: kinds.add(NAME, kinds.Wish(minutes=60), by=by)),
    (Field, lambda by: fields.add(NAME, of="deal", kind="text", by=by)),
    (Pipeline, lambda by: pipelines.add(NAME, stages=STAGES, by=by)),
    (CompanyRole, lambda by: grant.add_role(NAME, based_on="manager", by=by)),
]


def at_once(act: Callable[[], object], times: int = 4) -> list[BaseException]:
    """What went wrong."""
    start, wrong = threading.Barrier(times), []

    def run() -> None:
        try:
            start.wait()
            act()
        except BaseException as fault:
            wrong.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


@pytest.mark.django_db(transaction=True)
def test_what_is_added_by_several_clicks_is_there_once(windows):
    for model, add in ADDED:
        wrong = at_once(lambda add=add: add(windows["anna"]))
        assert [type(fault) for fault in wrong] == [Refused] * 3, model
        assert model.objects.filter(words__ru="Кухни").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_list_that_several_people_put_in_order_stays_whole(windows):
    before = sorted(LossReason.objects.values_list("pk", flat=True))
    last = LossReason.objects.last()
    assert at_once(lambda: LOSS_REASONS.move(last, up=True, by=windows["anna"])) == []
    places = list(LossReason.objects.values_list("position", flat=True))
    assert (sorted(LossReason.objects.values_list("pk", flat=True)), len(set(places))) == (before, len(places))


@pytest.mark.django_db(transaction=True)
def test_a_department_that_is_removed_while_it_is_renamed(windows):
    made = DEPARTMENTS.add({"ru": "Склад"}, by=windows["anna"])
    acts = iter([lambda: DEPARTMENTS.remove(made, by=windows["anna"])] * 2)
    wrong = at_once(lambda: next(acts, lambda: DEPARTMENTS.rename(made, NAME, by=windows["anna"]))())
    assert all(isinstance(fault, Refused) for fault in wrong)
    assert not Department.objects.filter(pk=made.pk).exists()
