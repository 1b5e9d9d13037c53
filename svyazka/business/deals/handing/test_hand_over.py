from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.models import Client
from svyazka.business.deals.handing.hand_over import hand_over
from svyazka.business.deals.models import Deal, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Absence
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def his(projects):
    client = Client.objects.create(name="ООО Ромашка")
    timur, rinat = projects["timur"], projects["rinat"]
    return [open_deal(client, responsible=timur, by=rinat) for _one in range(5)]


def test_all_of_one_persons_deals_go_evenly_to_others(his, projects):
    timur, sofia, rinat = (projects[login] for login in ("timur", "sofia", "rinat"))
    shared = hand_over(timur, to=[sofia, rinat], by=projects["anna"])
    assert sorted(map(len, shared.values())) == [2, 3]
    assert not Deal.objects.filter(responsible=timur).exists()
    assert not Task.objects.filter(person=timur, done_at=None).exists()
    assert sorted(Notice.objects.values_list("data__count", flat=True)) == [2, 3]


def test_only_those_at_some_stages(his, projects):
    stage = Stage.objects.get(pipeline__code="sales", code="needs")
    Deal.objects.filter(pk=his[0].pk).update(stage=stage)
    hand_over(projects["timur"], to=[projects["sofia"]], stages=[stage.pk], by=projects["rinat"])
    assert list(Deal.objects.filter(responsible=projects["sofia"])) == his[:1]


def test_where_nobody_is_at_work_he_keeps_them(his, projects):
    now = clock.now()
    Absence.objects.create(person=projects["sofia"], during=(now - timedelta(hours=1), now + timedelta(days=1)))
    with pytest.raises(Refused):
        hand_over(projects["timur"], to=[projects["sofia"]], by=projects["rinat"])
    assert Deal.objects.filter(responsible=projects["timur"]).count() == 5


def test_not_to_whoever_may_not_have_deals_nor_to_himself(his, projects):
    for receiver in ("konstantin", "timur"):
        with pytest.raises(Refused):
            hand_over(projects["timur"], to=[projects[receiver]], by=projects["rinat"])
