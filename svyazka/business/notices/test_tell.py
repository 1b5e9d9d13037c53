from __future__ import annotations

from svyazka.business.journal.models import LiveEvent
from svyazka.business.notices.models import Notice
from svyazka.business.notices.tell import tell
from svyazka.business.staff.hire import let_go


def test_everybody_concerned_is_told_and_nobody_else(mikhail, dina, konstantin):
    tell([mikhail.pk, dina.pk], "question.asked", by=konstantin, deal_id=7)
    told = Notice.objects.order_by("person_id").values_list("person_id", "kind", "deal_id", "by_id")
    assert list(told) == [(person, "question.asked", 7, konstantin.pk) for person in sorted((mikhail.pk, dina.pk))]
    heard = LiveEvent.objects.filter(topic="notice").values_list("people", flat=True)
    assert sorted(heard) == sorted([[mikhail.pk], [dina.pk]])


def test_nobody_is_told_of_what_he_did_himself(mikhail):
    assert tell([mikhail.pk], "hand_off.waiting", by=mikhail) == []


def test_whoever_left_is_told_nothing(mikhail, anna, konstantin):
    let_go(mikhail, by=anna)
    assert tell([mikhail.pk], "question.asked", by=konstantin) == []
