from __future__ import annotations

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.visits import carry_out, checklist, working
from svyazka.business.visits.checklist import NotTicked
from svyazka.business.visits.models import Stint, Tick, Visit, VisitKind
from svyazka.kit.refusals import Refused

DONE = Visit.Status.DONE


@pytest.fixture
def listed(measurement, anna):
    """Two points, the first must be ticked."""
    points = [{"ru": "Замки проверены", "en": "Locks checked", "must": True}, {"ru": "Бахилы надеты"}]
    return checklist.change(measurement, points, by=anna)


def codes(kind):
    return [item["code"] for item in VisitKind.objects.get(pk=kind.pk).checklist]


def test_what_must_be_ticked_keeps_it_from_being_done(visit, listed, egor):
    with pytest.raises(NotTicked, match="Замки проверены"):
        carry_out.set_status(visit, DONE, by=egor)
    assert Visit.objects.get().status == "planned"
    assert not Stint.objects.exists()
    checklist.tick(visit, codes(listed)[0], on=True, by=egor)
    assert carry_out.set_status(visit, DONE, by=egor).status == "done"


def test_who_ticked_what_and_when(visit, listed, egor, hour, monkeypatch):
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(11))
    code = codes(listed)[0]
    for _twice in range(2):
        checklist.tick(visit, code, on=True, by=egor, at=hour(10, 30))
    first, second = checklist.of_visit(Visit.objects.get())
    assert (first.name, first.tick.by, first.tick.at, second.tick) == ("Замки проверены", egor, hour(10, 30), None)
    for _twice in range(2):
        checklist.tick(visit, code, on=False, by=egor)
    assert not Tick.objects.exists()
    told = Entry.objects.filter(verb__in=("visits.ticked", "visits.unticked")).order_by("id")
    assert [(one.verb, one.changes["tick"]) for one in told] == [
        ("visits.ticked", [None, "Замки проверены"]),
        ("visits.unticked", ["Замки проверены", None]),
    ]


def test_a_point_that_goes_stays_where_it_was_ticked(visit, listed, egor, anna):
    first, second = codes(listed)
    checklist.tick(visit, second, on=True, by=egor)
    checklist.change(listed, [{"code": first, "ru": "Замки смазаны"}], by=anna)
    visit.kind.refresh_from_db()
    assert [(point.name, bool(point.tick)) for point in checklist.of_visit(visit)] == [
        ("Замки смазаны", False),
        ("Бахилы надеты", True),
    ]
    checklist.tick(visit, second, on=False, by=egor)
    with pytest.raises(Refused):
        checklist.tick(visit, second, on=True, by=egor)


def test_codes_stay_and_the_order_follows(listed, anna):
    first, second = codes(listed)
    again = [
        {"code": second, "ru": "Бахилы надеты"},
        {"code": first, "ru": "Замки проверены", "must": True},
        {"ru": " "},
    ]
    checklist.change(listed, again, by=anna)
    assert codes(listed) == [second, first]
    entry = Entry.objects.filter(verb="visits.kind_changed").latest("id")
    assert entry.changes["checklist"] == ["Замки проверены (!), Бахилы надеты", "Бахилы надеты, Замки проверены (!)"]


def test_the_same_list_again_is_no_change(listed, anna):
    number = Entry.objects.count()
    points = [{"code": one["code"], "must": one["must"], **one["name"]} for one in listed.checklist]
    checklist.change(listed, points, by=anna)
    assert Entry.objects.count() == number


def test_a_list_that_is_none_is_refused_whole(listed, anna):
    before = codes(listed)
    for points in ([{"en": "Locks"}], [{"ru": "а" * 121}], [{"ru": f"пункт {number}"} for number in range(31)]):
        with pytest.raises(Refused):
            checklist.change(listed, points, by=anna)
    assert codes(listed) == before


def test_a_visit_that_is_over_keeps_its_list(visit, listed, egor):
    code = codes(listed)[0]
    checklist.tick(visit, code, on=True, by=egor)
    carry_out.set_status(visit, DONE, by=egor)
    with pytest.raises(Refused):
        checklist.tick(visit, code, on=False, by=egor)
    assert Tick.objects.count() == 1


def test_nonsense_is_no_point(visit, listed, egor):
    with pytest.raises(Refused):
        checklist.tick(visit, "nonsense", on=True, by=egor)
    assert working.worked(Stint.objects.all()).total_seconds() == 0
