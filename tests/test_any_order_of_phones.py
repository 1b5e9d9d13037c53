"""Whatever a phone sends of whichever room: any order of losses, repeats and restarts ends in the same rows."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.agreements.conftest import given as agreement_given  # noqa: F401
from svyazka.business.agreements.models import Agreement
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.models import Entry
from svyazka.business.sheets.conftest import WHOLE, added, form, put, save, whole  # noqa: F401
from svyazka.business.sheets.models import Sheet
from svyazka.business.site_work.models import ExtraWork, Payment, UsedMaterial
from svyazka.business.visits import checklist
from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    measurement,
    monday,
    of_egor,
    of_ilya,
    visit,
)
from svyazka.business.visits.models import (
    Action,
    Booking,
    HandOver,
    Mark,
    NotDone,
    PhotoDrawing,
    Presence,
    Stint,
    Tick,
    Visit,
    VisitPhoto,
)
from svyazka.business.visits.on_site import kinds
from svyazka.business.visits.on_site.conftest import Phone, files, picture  # noqa: F401
from svyazka.engines.drawings.test_read import PEN, SIZE

ROWS = tuple(f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 5))
FIRST, SECOND, THIRD, FOURTH = ROWS
AGREES = {"row": FIRST, "consent": "on_spot", "consent_name": "Вера", "was": "2", "was_price": "700"}
SLOPE = {"row": FIRST, "name": "Откос", "unit": "м", "quantity": "2", "price": "700"}
PAID = {"row": SECOND, "amount": "1400", "way": "cash", "receipt": "7"}
RIGHT = {"row": THIRD, "of": SECOND, "amount": "1300", "note": "скидка"}
FORM = {"form": "measurement", "version": 1}

NOTHING = ({},)
AT_WORK = {
    "status": [{"status": one} for one in ("on_way", "started", "done", "x")],
    "taking_back": [{"from": one} for one in ("on_way", "started", "done", "not_done")],
    "note": [{"text": one} for one in ("", "а", "аб", " б ")],
    "delay": [{"minutes": one} for one in (0, 20, 40, 9999, "x")],
    "break": [{}, {"over": "1"}],
    "tick": [{"point": "zamki", "on": one} for one in "01"],
    "not_done": [{"reason": "nobody_there"}, {"text": "Лифт"}, {}],
    "presence": [{"mark": one} for one in ("here", "gone", "mistake")],
    "hand_over": [{"why": "сломалась машина"}],
    "came": [{"accuracy": 20}],
    "left": [{"accuracy": 20}],
    "photo": NOTHING,
    "photo_removal": NOTHING,
    "drawing": [{"drawing": {**SIZE, "shapes": [PEN]}}, {"drawing": {}}],
    "unheard_of": NOTHING,
}
OF_NO_VISIT = {"task": NOTHING, "absence": [{"note": "болею"}]}
ON_PAPER = {
    "sheet": [
        {**FORM, "edits": [one]}
        for one in (put("floor", 1, 2), put("floor", 2, 3), put("floor", None, "x"), added("row-2", **WHOLE))
    ],
    "sheet_end": [{"form": "measurement", "revision": number} for number in (1, 2, 3)],
    "agreement": [{"outcome": one} for one in ("signed", "offered", "thinks", "x")],
}
SITE_WORK = {
    "material": [{"row": FOURTH, "name": "Клин", "unit": "шт", "quantity": one} for one in "0123"],
    "extra_work": [SLOPE, {**SLOPE, "quantity": "3", "was": "2"}, {**SLOPE, "price": "x"}],
    "extra_consent": [AGREES, {**AGREES, "consent": ""}],
    "extra_removal": [{"row": FIRST}],
    "payment": [PAID, {**PAID, "amount": "15"}],
    "payment_correction": [RIGHT, {**RIGHT, "amount": "1200"}, {**RIGHT, "row": FOURTH, "amount": "0"}],
}
ALL = {**AT_WORK, **OF_NO_VISIT, **ON_PAPER, **SITE_WORK}


def _of(kinds_of_it, *, least=2):
    one = st.one_of(*(st.tuples(st.just(kind), st.sampled_from(data)) for kind, data in kinds_of_it.items()))
    return st.lists(one, min_size=least, max_size=8)


# A day on which the same few things meet again and again, or all of them at once.
days = st.one_of(_of({**AT_WORK, **OF_NO_VISIT}), _of(SITE_WORK), _of(ON_PAPER), _of(ALL, least=1))
OWN = ("task", "absence")  # of no visit
# What becomes of each attempt: it never gets there, its answer is lost, it comes twice, or only a part goes.
troubles = st.lists(st.sampled_from(["lost", "unheard", "twice", "part", "fine", "wakes_late"]), max_size=25)


class UndoEverything(Exception):
    pass


@pytest.fixture
def its_day(visit, measurement, anna, hour, monkeypatch):  # noqa: F811
    """It is a quarter past ten on the day of the visit, and there is a list to tick off."""
    assert checklist.change(measurement, [{"ru": "Замки"}], by=anna).checklist[0]["code"] == "zamki"
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(9, 15))


@pytest.fixture
def whom(its_day, of_egor, of_ilya, egor, olga, hour, agreement_given):  # noqa: F811
    """What each kind is about. What the client is shown is the form as it was before."""
    task = tasks.plan(None, "Сдать инструмент", due_at=hour(18), person=egor, by=olga)
    who = {"presence": {"who": str(of_egor.pk)}, "hand_over": {"taker": str(of_ilya.pk)}}
    shown = agreement_given()
    del shown["outcome"]
    return {**who, "task": {"task": str(task.pk)}, "agreement": shown}


def test_each_kind_of_the_phone_takes_part():
    assert ALL.keys() - {"unheard_of"} == {kind.code for kind in kinds.all_kinds()}


@given(what=days, trouble=troubles)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_losses_and_repeats_end_in_the_same_rows(egor, of_ilya, its_day, visit, whom, what, trouble):  # noqa: F811
    what = [(kind, {**data, **whom.get(kind, {})}) for kind, data in what]
    smooth, rough = [], []
    for rows, line in ((smooth, ["fine"]), (rough, trouble)):
        try:
            with transaction.atomic():
                rows += _play(egor, visit, what, line)
                raise UndoEverything
        except UndoEverything:
            pass
    assert rough == smooth


def _play(egor, visit, what, line):  # noqa: F811
    phone, photo = Phone(egor, visit), uuid4()
    for kind, data in what:
        given = {**data, "photo": str(photo)} if kind in ("drawing", "photo_removal") else data
        made = phone.put(kind, given, file=picture() if kind == "photo" else None, of_visit=kind not in OWN)
        photo = made if kind == "photo" else photo
    late = None
    for trouble in line:
        if trouble == "unheard":
            phone.send(hears=False)
        elif trouble == "twice":
            phone.send(hears=False)
            phone.send()
        elif trouble == "part":
            phone.send(most=1)
        elif trouble == "wakes_late" and phone.queue:
            late = phone.queue[0]
        elif trouble == "fine":
            phone.send()
    phone.send_all()
    if late:  # a request that was on its way for an hour, and of which the phone does not wait any more
        phone.queue = [late]
        phone.send()
    return _rows(visit)


def _rows(visit):  # noqa: F811
    now = Visit.objects.get(pk=visit.pk)
    rows = Action.objects.order_by("number").values_list("number", "kind", "outcome", "cause", "data")
    actions = [(*row, {**data, "photo": "photo" in data}) for *row, data in rows]
    changes = Entry.objects.order_by("id").values_list("kind", "verb")
    photos = [one.file.read() for one in VisitPhoto.objects.filter(visit=visit).order_by("pk")]
    told = [
        (one.data.get("event"), one.text, one.data.get("count")) for one in Interaction.objects.order_by("at", "id")
    ]
    return [now.status, now.report, now.late_minutes, *actions, *changes, photos, told, *_on_site(visit)]


def _on_site(visit):  # noqa: F811
    """What was done there besides."""
    yield list(PhotoDrawing.objects.order_by("photo", "number").values_list("number", "by"))
    yield list(Mark.objects.order_by("at").values_list("kind", "at"))
    yield list(Stint.objects.values_list("began_at", "ended_at", "until_break"))
    yield list(Tick.objects.values_list("point", "at"))
    yield list(Presence.objects.values_list("who", "came_at", "left_at", "with_visit"))
    yield list(HandOver.objects.values_list("taker", "state"))
    yield list(NotDone.objects.values_list("said", "at", "was"))
    yield list(Task.objects.filter(deal=None).values_list("done_at", "done_by"))
    yield [(one.resource_id, one.kind) for one in Booking.objects.order_by("resource", "during")]
    yield [{**one, "beside": len(one["beside"])} for one in Sheet.objects.values("answers", "beside", "revision")]
    yield list(Sheet.objects.values_list("stops", "finished_at", "versions__number", "versions__is_kept"))
    yield list(UsedMaterial.objects.values_list("name", "quantity", "removed_at"))
    yield list(ExtraWork.objects.values_list("name", "quantity", "price", "consent", "consent_at", "removed_at"))
    yield list(Payment.objects.order_by("came_at").values_list("pk", "amount", "receipt", "note", "corrects"))
    yield list(Agreement.objects.order_by("pk").values_list("number", "outcome", "is_current", "strokes", "code"))
