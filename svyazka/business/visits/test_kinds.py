from __future__ import annotations

import pytest

from svyazka.business.deals.known import fields
from svyazka.business.deals.opening import open_deal
from svyazka.business.visits import kinds
from svyazka.business.visits.kinds import Wish
from svyazka.business.visits.models import VisitKind
from svyazka.kit.refusals import Refused


def test_a_kind_is_added_with_a_skill_of_its_own_and_shares_one_when_asked(anna):
    made = kinds.add({"ru": "Выезд дизайнера", "en": "Designer"}, Wish(minutes=90, booked_stage="contacted"), by=anna)
    assert (made.code, made.skill, made.minutes) == ("designer", "designer", 90)
    again = kinds.add({"ru": "Второй выезд"}, Wish(minutes=30, skill="designer"), by=anna)
    assert again.skill == "designer"
    kinds.change(again, again.words, Wish(minutes=45), by=anna)
    assert VisitKind.objects.get(pk=again.pk).skill == "vtoroy_vyezd"
    assert list(VisitKind.objects.all())[-2:] == [made, again]


@pytest.mark.parametrize(
    ("wish", "at"),
    [
        (Wish(minutes=0), "minutes"),
        (Wish(minutes=60, minutes_per_opening=-1), "minutes_per_opening"),
        (Wish(minutes=60, skill="flying"), "skill"),
        (Wish(minutes=60, booked_stage="nowhere"), "booked_stage"),
        (Wish(minutes=60, booked_stage="measured", done_stage="contacted"), "done_stage"),
        (Wish(minutes=60, booked_fact="openings"), "booked_fact"),
    ],
)
def test_what_leads_nowhere_is_refused_in_words(anna, wish, at):
    with pytest.raises(Refused) as refused:
        kinds.add({"ru": "Сборка"}, wish, by=anna)
    assert list(refused.value.fields) == [at]
    assert not VisitKind.objects.filter(words__ru="Сборка").exists()


def test_its_day_goes_into_a_date_of_the_deal(anna):
    day = fields.add({"ru": "День сборки", "en": "Assembly day"}, of="deal", kind="date", by=anna)
    made = kinds.add({"ru": "Сборка"}, Wish(minutes=60, booked_fact=day.code), by=anna)
    assert made.booked_fact == "assembly_day"


def test_a_kind_goes_while_there_is_no_visit_of_it(anna, egor, vera):
    kind = VisitKind.objects.get(code="measurement")
    deal = open_deal(vera, by=anna)
    visit = kind.visits.create(
        deal=deal, client=vera, resource=egor.resource, address="Лесная, 5", request_id="0" * 32,
        starts_at="2026-01-01T10:00Z", ends_at="2026-01-01T11:00Z",
    )  # fmt: skip
    with pytest.raises(Refused, match=r"такие выезды уже есть \(1\)"):
        kinds.remove(kind, by=anna)
    visit.delete()
    with pytest.raises(Refused, match="после него идёт «Монтаж»"):
        kinds.remove(kind, by=anna)
    VisitKind.objects.update(comes_after="")
    kinds.remove(kind, by=anna)
    assert not VisitKind.objects.filter(code="measurement").exists()


def test_the_order_changes(anna):
    first, second = list(VisitKind.objects.all())[:2]
    kinds.KINDS.move(second, up=True, by=anna)
    assert list(VisitKind.objects.all())[:2] == [second, first]


def test_what_takes_the_day_of_a_visit_stays(anna):
    day = fields.add({"ru": "День выезда", "en": "Day"}, of="deal", kind="date", by=anna)
    VisitKind.objects.filter(code="measurement").update(booked_fact="day")
    for refused in (
        lambda: fields.switch(day, on=False, by=anna),
        lambda: fields.change(day, day.words, kind="yes", by=anna),
    ):
        with pytest.raises(Refused) as said:
            refused()
        assert "«Замер»" in str([said.value.message, *said.value.missing])
