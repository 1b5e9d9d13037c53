from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import change, history
from svyazka.business.clients.models import Apart, Client, ContactPoint
from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.merging import merge
from svyazka.business.duplicates.models import Merge
from svyazka.business.journal.record import Automaton
from svyazka.kit import clock

HOUSE = Automaton("test")


@pytest.fixture
def twin(windows):
    client = Client.objects.create(
        name="Павлова Вера Сергеевна", address="Химки, ул. Садовая, 3", note="Звонить после 6"
    )
    ContactPoint.objects.create(client=client, kind="phone", value="+79035556677")
    change.change(client, {"note": "Звонить после шести"}, by=HOUSE)
    return client


def test_both_side_by_side_and_one_click_merges_them(enter, olga, vera, twin):
    deal = open_deal(twin, by=HOUSE)
    page = enter(olga).get(f"/clients/{vera.pk}/merging/", {"with": twin.pk})
    rows = {row.code: row for row in page.context["rows"]}
    assert [(one.whose, one.text, one.is_chosen) for one in rows["name"].values] == [
        ("kept", "Вера Павлова", False),
        ("gone", "Павлова Вера Сергеевна", True),
    ]
    assert (rows["note"].ours, rows["note"].theirs, rows["note"].values) == ("", "Звонить после шести", [])
    assert page.context["swapped"] == f"/clients/{twin.pk}/merging/?with={vera.pk}"
    answer = enter(olga).post(f"/clients/{vera.pk}/merging/", {"with": twin.pk, "of.name": "kept"}, follow=True)
    assert answer.redirect_chain == [(f"/clients/{vera.pk}/?was={twin.pk}", 302)]
    assert answer.context["merged"] == Merge.objects.get()
    vera.refresh_from_db()
    assert (vera.name, vera.note) == ("Вера Павлова", "Звонить после шести")
    assert Deal.objects.get(pk=deal.pk).client_id == vera.pk
    line = answer.context["history"].lines[0]
    assert (line.title, line.who, line.is_undone) == (
        f"Объединён с: Павлова Вера Сергеевна (№ {twin.pk})",
        "Ольга Белова",
        False,
    )


def test_the_old_number_goes_on_working_everywhere(enter, olga, vera, twin):
    page = enter(olga)
    merge(vera, twin, by=olga)
    assert page.get(f"/clients/{twin.pk}/").url == f"/clients/{vera.pk}/?was={twin.pk}"
    assert page.get(f"/clients/{twin.pk}/edit/").url == f"/clients/{vera.pk}/edit/"
    page.post(f"/clients/{twin.pk}/edit/", {"name": "Другая", "kind": "person", "version": "1"})
    assert not Client.objects.filter(name="Другая").exists()
    page.post(f"/clients/{twin.pk}/notes/", {"text": "Просила позвонить"})
    page.post(f"/clients/{twin.pk}/contacts/", {"contact": "vera@example.com"})
    assert history.of_client(vera.pk)[0].text == "Просила позвонить"
    assert vera.contact_points.get(kind="email").value == "vera@example.com"
    point = vera.contact_points.get(kind="email")
    page.post(f"/clients/{twin.pk}/contacts/{point.pk}/removal/")
    assert not vera.contact_points.filter(kind="email").exists()
    assert page.get(f"/clients/{twin.pk}/history/").context["history"].lines[0].text == "Просила позвонить"
    (hits,) = [group.rows for group in page.get("/search/all/", {"q": "Сергеевна"}).context["groups"]]
    assert [row.url for row in hits] == [f"/clients/{vera.pk}/"]


def test_undone_it_says_what_came_since_and_gives_it_to_either(enter, olga, vera, twin):
    page = enter(olga)
    done = merge(vera, twin, by=olga)
    deal = open_deal(vera, address="Химки", by=HOUSE)
    history.note(vera.pk, "Звонила мама", deal_id=None, by=olga)
    told = history.note(vera.pk, "О сделке", deal_id=deal.pk, by=olga)
    change.add_contact(Client.objects.get(pk=vera.pk), "8 926 000-11-22", by=olga)
    change.change(vera, {"note": "Уехала"}, by=olga)
    answer = page.post(f"/merges/{done.pk}/undoing/", follow=True)
    assert answer.redirect_chain == [(f"/merges/{done.pk}/", 302)]
    assert answer.context["left"] == ["Заметка"]
    assert [one for one, _owner in answer.context["deals"]] == [deal]
    assert [one.value for one, _owner in answer.context["points"]] == ["+79260001122"]
    assert [line.text for line, _owner in answer.context["happened"]] == ["Звонила мама"]
    give = f"/merges/{done.pk}/giving/"
    page.post(give, {"what": "deal", "number": deal.pk, "to": twin.pk})
    page.post(give, {"what": "contact", "number": vera.contact_points.get(value="+79260001122").pk, "to": twin.pk})
    assert Deal.objects.get(pk=deal.pk).client_id == twin.pk
    told.refresh_from_db()
    assert told.client_id == twin.pk
    assert twin.contact_points.filter(value="+79260001122").exists()
    assert page.post(give, {"what": "deal", "number": deal.pk, "to": vera.pk + 10_000}).status_code == 422
    assert page.post(give, {"what": "staff", "number": "x", "to": ""}).status_code == 422
    again = page.post(f"/merges/{done.pk}/undoing/")
    assert again.status_code == 422


def test_what_is_given_while_they_are_one_is_refused(enter, olga, vera, twin):
    done, deal = merge(vera, twin, by=olga), open_deal(vera, by=HOUSE)
    given = {"what": "deal", "number": deal.pk, "to": twin.pk}
    assert enter(olga).post(f"/merges/{done.pk}/giving/", given).status_code == 422
    assert Deal.objects.get(pk=deal.pk).client_id == vera.pk


def test_two_different_clients_are_remembered_and_taken_back(enter, olga, vera, twin):
    page = enter(olga)
    page.post(f"/clients/{vera.pk}/apart/", {"with": twin.pk})
    assert Apart.objects.get().by == olga
    assert page.get(f"/clients/{vera.pk}/merging/", {"with": twin.pk}).context["is_apart"] is True
    assert page.post(f"/clients/{vera.pk}/merging/", {"with": twin.pk}).status_code == 422
    page.post(f"/clients/{twin.pk}/apart/", {"with": vera.pk, "no": "1"})
    assert not Apart.objects.exists()


def test_the_other_one_is_found_by_the_usual_search(enter, olga, vera, twin):
    page = enter(olga).get(f"/clients/{vera.pk}/merging/", {"q": "Сергеевна"}, headers={"HX-Request": "true"})
    assert [hit["url"] for hit in page.context["hits"]] == [f"/clients/{vera.pk}/merging/?with={twin.pk}"]


@pytest.mark.parametrize("other", ["0", "x", "9" * 30, "-1", "\x00", ""])
def test_a_nonsense_number_breaks_nothing(enter, olga, vera, other):
    page = enter(olga)
    assert page.get(f"/clients/{vera.pk}/merging/", {"with": other}).status_code in (200, 404)
    assert page.post(f"/clients/{vera.pk}/merging/", {"with": other}).status_code in (200, 404)
    assert page.post(f"/clients/{vera.pk}/apart/", {"with": other}).status_code in (302, 404)
    assert page.get("/merges/", {"person": other, "day": other, "before": other}).status_code == 200
    assert not Merge.objects.exists()
    assert not Apart.objects.exists()


def test_with_himself_nobody_is_merged(enter, olga, vera):
    page = enter(olga).get(f"/clients/{vera.pk}/merging/", {"with": vera.pk})
    assert page.context["is_one"] is True
    assert enter(olga).post(f"/clients/{vera.pk}/merging/", {"with": vera.pk}).status_code == 422


def test_the_company_s_own_fields_stand_side_by_side(enter, olga, vera, twin):
    Field.objects.create(code="colour", of="client", kind="text", words={"ru": "Цвет", "en": "Colour"})
    Client.objects.filter(pk=vera.pk).update(facts={"colour": "белый"})
    Client.objects.filter(pk=twin.pk).update(facts={"colour": "дуб"})
    page = enter(olga).get(f"/clients/{vera.pk}/merging/", {"with": twin.pk})
    (row,) = [row for row in page.context["rows"] if row.code == "facts/colour"]
    assert (row.name, [one.text for one in row.values]) == ("Цвет", ["белый", "дуб"])
    enter(olga).post(f"/clients/{vera.pk}/merging/", {"with": twin.pk, "of.facts/colour": "kept"})
    assert Client.objects.get(pk=vera.pk).facts == {"colour": "белый"}


def test_thirty_merges_cost_as_many_questions_as_one(enter, olga, vera, django_assert_num_queries):
    page = enter(olga)
    merge(vera, Client.objects.create(name="Вера"), by=olga)
    with CaptureQueriesContext(connection) as one:
        page.get("/merges/")
    for number in range(29):
        merge(vera, Client.objects.create(name=f"Вера {number}"), by=olga)
    with django_assert_num_queries(len(one)):
        assert len(page.get("/merges/").context["rows"]) == 30


def test_merges_by_person_and_day(enter, olga, roza, vera, twin):
    done = merge(vera, twin, by=olga)
    other = merge(vera, Client.objects.create(name="Вера"), by=roza)
    Merge.objects.filter(pk=other.pk).update(at=clock.now() - timedelta(days=3))
    page = enter(olga)
    assert ids(page, {}) == [str(done.pk), str(other.pk)]
    assert ids(page, {"person": roza.pk}) == [str(other.pk)]
    assert ids(page, {"day": clock.today().isoformat()}) == [str(done.pk)]


def ids(page, asked):
    return [row["id"] for row in page.get("/merges/", asked).context["rows"]]
