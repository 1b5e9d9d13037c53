from __future__ import annotations

import pytest

from svyazka.business.clients import identify
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.record import Automaton

HOUSE = Automaton("test")


@pytest.fixture
def deal(vera):
    return open_deal(vera, by=HOUSE)


@pytest.fixture
def pyotr(windows):
    return identify.create([identify.Contact("phone", "+79035556677")], identify.Known(name="Пётр Ильин"), by=HOUSE)


def test_he_is_found_gets_the_deal_and_gives_it_back(enter, olga, vera, pyotr, deal):
    page, address = enter(olga), f"/deals/{deal.pk}/client/"
    assert address in page.get(f"/deals/{deal.pk}/").content.decode()
    hits = page.get(address, {"q": "Ильин"}).context["hits"]
    assert [(one["title"], one["url"]) for one in hits] == [("Пётр Ильин", f"?to={pyotr.pk}")]
    assert "Передать сделку этому клиенту" in page.get(address, {"to": pyotr.pk}).content.decode()
    answer = page.post(address, {"to": pyotr.pk}, follow=True)
    assert answer.redirect_chain == [(f"/deals/{deal.pk}/", 302)]
    assert "Теперь это сделка клиента: Пётр Ильин" in answer.content.decode()
    assert page.get(address).context["before"] == {"number": str(vera.pk), "called": "Вера Павлова"}
    page.post(address, {"to": vera.pk})
    assert Deal.objects.get(pk=deal.pk).client_id == vera.pk


def test_somebody_new_gets_it_with_the_phone_of_both(enter, olga, vera, deal):
    (phone,) = vera.contact_points.all()
    enter(olga).post(f"/deals/{deal.pk}/client/", {"name": "Борис Павлов", "reached_by": phone.pk})
    made = Client.objects.get(name="Борис Павлов")
    assert Deal.objects.get(pk=deal.pk).client_id == made.pk
    assert made.contact_points.get().value == phone.value


@pytest.mark.parametrize(
    ("typed", "status"), [({"name": " "}, 422), ({}, 422), ({"to": "x"}, 422), ({"to": "999999"}, 404)]
)
def test_what_nobody_can_be_is_said(enter, olga, vera, deal, typed, status):
    answer = enter(olga).post(f"/deals/{deal.pk}/client/", typed)
    assert answer.status_code == status
    assert Deal.objects.get(pk=deal.pk).client_id == vera.pk


def test_whose_it_is_already_is_said_beside_what_was_typed(enter, olga, vera, deal):
    answer = enter(olga).post(f"/deals/{deal.pk}/client/", {"to": vera.pk})
    assert (answer.status_code, answer.context["refused"]) == (422, "Эта сделка и так этого клиента.")


def test_an_engineer_does_not_get_there(enter, egor, deal):
    assert enter(egor).get(f"/deals/{deal.pk}/client/").status_code == 403


def test_nobody_gives_away_a_deal_that_he_may_not_change(enter, vera, pyotr, deal, mikhail, dina):
    Deal.objects.filter(pk=deal.pk).update(responsible=mikhail, department=mikhail.department)
    assert dina.department_id != mikhail.department_id
    page, address = enter(dina), f"/deals/{deal.pk}/client/"
    assert address not in page.get(f"/deals/{deal.pk}/").content.decode()
    assert page.get(address).status_code == 403
    assert page.post(address, {"to": pyotr.pk}).status_code == 403
    assert Deal.objects.get(pk=deal.pk).client_id == vera.pk


def test_an_emptied_search_says_nothing(enter, olga, deal):
    answer = enter(olga).get(f"/deals/{deal.pk}/client/", {"q": ""}, headers={"HX-Request": "true"})
    assert answer.content == b""
