from __future__ import annotations

from collections.abc import Callable

import pytest

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates import deciding
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.duplicates.suspicions import suspect
from svyazka.engines.matching.decide import Decision, Likely
from svyazka.engines.matching.score import Reason, Score


@pytest.fixture
def pair(windows, olga, mikhail) -> Callable[..., Suspicion]:
    """A new client with a deal of Olga's, who may be one whom Mikhail knows."""

    def make(number: int = 0, *, bits: float = 2.0, responsible=mikhail) -> Suspicion:
        known = Client.objects.create(name=f"Иванова Анна {number}", address="Москва, Лесная, 5")
        new = Client.objects.create(name=f"Иванова Аня {number}", address="Москва, Лесная, 5")
        for one in (known, new):
            ContactPoint.objects.create(client=one, kind="phone", value=f"+7916765{number:04}")
        ContactPoint.objects.create(client=new, kind="email", value=f"anya{number}@mail.ru")
        open_deal(known, responsible=responsible, by=olga)
        deal = open_deal(new, responsible=olga, by=olga)
        phone = f"+7916765{number:04}"
        reasons = (Reason("phone.same", 7.1, phone, phone), Reason("patronymic.other", -3.8, "петр", "иван"))
        likely = (Likely(known.pk, Score(bits, reasons, ("other_patronymic",))),)
        (made,) = suspect(new, Decision("doubtful", likely, ("veto",), "1"), deal=deal, by=olga)
        return made

    return make


def test_the_two_stand_beside_each_other_with_what_speaks_for_it_and_against_it(pair, enter, mikhail):
    one = pair()
    page = enter(mikhail).get("/duplicates/").content.decode()
    for text in ("Иванова Анна 0", "Иванова Аня 0", "anya0@mail.ru", "телефон совпал", "отчества разные", "Это он"):
        assert text in page
    assert page.count('class="same"') == 4, "phone and address, on both sides"
    assert f'id="suspicion-{one.pk}"' in page


def test_whose_task_it_is_sees_his_own_first(pair, enter, mikhail, olga):
    mine, hers = pair(1), pair(2, responsible=olga)
    page = enter(mikhail).get("/duplicates/").content.decode()
    assert f'id="suspicion-{mine.pk}"' in page
    assert f'id="suspicion-{hers.pk}"' not in page
    every = enter(mikhail).get("/duplicates/?whose=all").content.decode()
    assert f'id="suspicion-{hers.pk}"' in every
    assert enter(mikhail).get("/duplicates/count/").content == b"1"


def test_the_most_certain_come_first_and_pages_follow_each_other(pair, enter, mikhail):
    made = [pair(number, bits=number / 10) for number in range(23)]
    first = enter(mikhail).get("/duplicates/")
    shown = [card["id"] for card in first.context["cards"]]
    assert shown == [str(one.pk) for one in reversed(made[3:])]
    rest = enter(mikhail).get(first.context["more_url"])
    assert [card["id"] for card in rest.context["cards"]] == [str(one.pk) for one in reversed(made[:3])]
    newest = enter(mikhail).get("/duplicates/?sort=newest").context["cards"]
    assert newest[0]["id"] == str(made[-1].pk)
    nonsense = enter(mikhail).get("/duplicates/?after=x~y&sort=zz&state=q&source=-1&search=9999999999999999999999")
    assert nonsense.status_code == 200


def test_one_and_many_ask_the_same_number_of_queries(pair, enter, mikhail, django_assert_num_queries):
    pair(0)
    client = enter(mikhail)
    client.get("/duplicates/")
    with django_assert_num_queries(_queries(client)):
        client.get("/duplicates/")
    before = _queries(client)
    for number in range(1, 20):
        pair(number)
    assert _queries(client) == before


def _queries(client) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        client.get("/duplicates/")
    return len(asked)


@pytest.mark.parametrize(("how", "state"), [("same", "same"), ("apart", "apart")])
def test_a_decision_is_made_and_taken_back_with_one_click_each(pair, enter, mikhail, how, state):
    one = pair()
    client = enter(mikhail)
    said = client.post(f"/duplicates/{one.pk}/decision/", {"is": how})
    assert Suspicion.objects.get(pk=one.pk).state == state
    assert f'name="suspicion" value="{one.pk}"' in said.content.decode(), "the way back"
    assert "suspicions:changed" in said["HX-Trigger"]
    decided = client.get("/duplicates/?state=decided").content.decode()
    assert "Михаил Лебедев" in decided
    assert client.post("/duplicates/return/", {"suspicion": one.pk}).status_code == 200
    assert Suspicion.objects.get(pk=one.pk).state == "open"


def test_later_is_asked_and_comes_back_by_itself(pair, enter, mikhail):
    one = pair()
    client = enter(mikhail)
    assert "Завтра в 9:00" in client.get(f"/duplicates/{one.pk}/later/").content.decode()
    said = client.post(f"/duplicates/{one.pk}/decision/", {"is": "later", "until": "tomorrow"})
    assert "Вернётся завтра 09:00" in said.content.decode()
    assert client.get("/duplicates/?whose=all").context["cards"] == []
    assert [card["id"] for card in client.get("/duplicates/?state=later").context["cards"]] == [str(one.pk)]
    client.post("/duplicates/return/", {"suspicion": one.pk})
    assert Suspicion.objects.get(pk=one.pk).until is None


def test_many_are_decided_at_once_after_it_was_said_what_will_happen(pair, enter, mikhail):
    made = [pair(number) for number in range(3)]
    client, numbers = enter(mikhail), [one.pk for one in made]
    asked = client.get("/duplicates/decisions/", {"is": "same", "suspicion": numbers}).content.decode()
    assert "3 пары будут объединены" in asked
    assert Suspicion.objects.filter(state="open").count() == 3
    deciding.apart(made[0], by=mikhail)
    said = client.post("/duplicates/decisions/", {"is": "same", "suspicion": numbers}).content.decode()
    assert "2 пары объединены. 1 пропущена: Это уже кто-то решил." in said
    client.post("/duplicates/return/", {"suspicion": numbers[1:]})
    assert Suspicion.objects.filter(state="open").count() == 2


@pytest.mark.parametrize("way", ["get", "post"])
@pytest.mark.parametrize(
    "given", [{}, {"is": "same"}, {"is": "x", "suspicion": "1"}, {"is": "same", "suspicion": "abc"}]
)
def test_nonsense_decides_nothing(pair, enter, mikhail, way, given):
    one = pair()
    assert getattr(enter(mikhail), way)("/duplicates/decisions/", given).status_code == 422
    assert enter(mikhail).post(f"/duplicates/{one.pk}/decision/", {"is": "x"}).status_code == 422
    assert enter(mikhail).post("/duplicates/999999/decision/", {"is": "same"}).status_code == 404
    assert enter(mikhail).post("/duplicates/return/", {"suspicion": "999999"}).status_code == 404
    assert enter(mikhail).post(f"/duplicates/{one.pk}/decision/", {"is": "later", "until_day": "2x"}).status_code == 422
    assert Suspicion.objects.get(pk=one.pk).state == "open"


def test_whoever_only_looks_gets_no_buttons(pair, enter, konstantin):
    one = pair()
    page = enter(konstantin).get("/duplicates/?whose=all").content.decode()
    assert "Иванова Анна 0" in page
    assert "decision" not in page
    assert enter(konstantin).post(f"/duplicates/{one.pk}/decision/", {"is": "same"}).status_code == 403


def test_the_pages_of_the_client_and_of_the_deal_say_it(pair, enter, mikhail):
    one = pair()
    client = enter(mikhail)
    for address in (f"/clients/{one.client_id}/", f"/clients/{one.other_id}/", f"/deals/{one.deal_id}/"):
        page = client.get(address).content.decode()
        assert "Возможно, это тот же клиент, что" in page
        assert f"/duplicates/{one.pk}/decision/" in page
    twin = client.get(f"/duplicates/of/{one.client_id}/").context["suspected"][0]["twin"]
    assert twin["id"] == str(one.other_id)
    client.post(f"/duplicates/{one.pk}/decision/", {"is": "apart"})
    assert "Возможно, это тот же клиент, что" not in client.get(f"/clients/{one.client_id}/").content.decode()


def test_a_task_leads_to_the_decision(pair, enter, mikhail):
    one = pair()
    day = enter(mikhail).get("/my-day/").content.decode()
    assert f'href="/duplicates/{one.pk}/"' in day
    assert enter(mikhail).get(f"/duplicates/{one.pk}/").status_code == 200
