from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connections, transaction

from svyazka.business.clients import change
from svyazka.business.deals import reachable
from svyazka.business.deals.models import LossReason, Stage
from svyazka.business.deals.moves import move
from svyazka.business.deals.opening import open_deal
from svyazka.kit.refusals import Refused


def test_the_last_contact_of_a_client_with_an_open_deal_stays(vera, olga):
    deal = open_deal(vera, by=olga)
    phone = vera.contact_points.get()
    with pytest.raises(Refused, match=str(deal.pk)):
        reachable.remove_contact(phone, by=olga)
    change.add_contact(vera, "vera@example.com", by=olga)
    reachable.remove_contact(phone, by=olga)
    assert [point.value for point in vera.contact_points.all()] == ["vera@example.com"]


def test_where_nothing_is_open_the_last_one_may_go(windows, vera, olga):
    deal = open_deal(vera, by=olga)
    move(deal, to=Stage.objects.get(kind="lost"), loss_reason=LossReason.objects.first(), by=olga)
    reachable.remove_contact(vera.contact_points.get(), by=olga)
    assert not vera.contact_points.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_remove_the_last_two_the_second_is_refused(windows, vera, olga):
    open_deal(vera, by=olga)
    email = change.add_contact(vera, "vera@example.com", by=olga)
    phone = vera.contact_points.get(kind="phone")

    def remove_beside() -> None:
        try:
            reachable.remove_contact(email, by=olga)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            reachable.remove_contact(phone, by=olga)
            later = beside.submit(remove_beside)
            wait([later], timeout=0.5)
        with pytest.raises(Refused):
            later.result()
    assert [point.value for point in vera.contact_points.all()] == ["vera@example.com"]
