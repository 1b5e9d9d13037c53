from __future__ import annotations

import json
from datetime import timedelta

import pytest

from svyazka.business.intake.models import Arrival
from svyazka.business.journal.models import Entry
from svyazka.kit import clock
from svyazka.workplaces.office.bodies import readable


def arrival(body: bytes = b'{"phone": "123"}', *, state: str = "stuck", **more) -> Arrival:
    now = clock.now() - timedelta(minutes=Arrival.objects.count())
    given = {
        "received_at": now,
        "next_try_at": now,
        "account": "web_form/okna",
        "connector": "web_form",
        "outside_id": f"outside-{Arrival.objects.count()}",
        "conversation": "web_form/okna/1",
        "headers": {"content-type": "application/json"},
        "body": body,
        "reason": "Телефон не разобран",
        **more,
    }
    return Arrival.objects.create(state=state, **given)


def test_what_is_not_understood_stands_first_and_is_read_whole(roza, enter):
    stuck = arrival('{"phone": "нет"}'.encode())
    arrival(state="done", outside_id="done-one")
    page = enter(roza).get("/office/arrivals/").content.decode()
    assert page.count('class="grow"') == 1
    assert "okna.example.ru" in page
    whole = enter(roza).get(f"/office/arrivals/{stuck.pk}/").content.decode()
    assert "&quot;phone&quot;: &quot;нет&quot;" in whole
    assert "Телефон не разобран" in whole


def test_run_again_and_set_aside(roza, enter):
    first, second = arrival(), arrival()
    client = enter(roza)
    assert client.post(f"/office/arrivals/{first.pk}/run/").status_code == 302
    assert Arrival.objects.get(pk=first.pk).state == "new"
    assert client.post(f"/office/arrivals/{second.pk}/setting-aside/", {"reason": " "}).status_code == 422
    assert client.post(f"/office/arrivals/{second.pk}/setting-aside/", {"reason": "спам"}).status_code == 302
    assert Arrival.objects.get(pk=second.pk).state == "ignored"
    said = Entry.objects.filter(verb__startswith="intake.").order_by("id")
    assert list(said.values_list("verb", flat=True)) == ["intake.run_again", "intake.set_aside"]


def test_many_are_run_again_at_once_but_not_those_that_are_done(roza, enter):
    stuck, done = [arrival() for _ in range(3)], arrival(state="done")
    ids = [str(one.pk) for one in [*stuck, done]]
    answer = enter(roza).post("/office/arrivals/run/", {"id": [*ids, "x", "99999999999999999999"], "tab": "stuck"})
    assert answer["Location"] == "/office/arrivals/?tab=stuck"
    assert Arrival.objects.filter(state="new").count() == 3


def test_what_is_done_is_not_done_twice(roza, enter):
    done = arrival(state="done", made={"deal": 1234, "client": 5})
    page = enter(roza).get(f"/office/arrivals/{done.pk}/").content.decode()
    assert 'href="/deals/1234/"' in page
    assert "run/" not in page
    assert enter(roza).post(f"/office/arrivals/{done.pk}/run/").status_code == 422


def test_pages_follow_each_other_without_a_gap(roza, enter):
    made = [arrival().pk for _ in range(53)]
    client = enter(roza)
    answer = client.get("/office/arrivals/")
    older = answer.context["older"]
    seen = [row["pk"] for row in answer.context["rows"]]
    seen += [row["pk"] for row in client.get(f"/office/arrivals/?{older}").context["rows"]]
    assert seen == made


def test_one_arrival_and_thirty_ask_the_same_number_of_queries(roza, enter, django_assert_num_queries):
    client = enter(roza)
    arrival()
    with django_assert_num_queries(8):
        client.get("/office/arrivals/")
    for _ in range(30):
        arrival()
    with django_assert_num_queries(8):
        client.get("/office/arrivals/")


@pytest.mark.parametrize(
    "query", ["before=x", "before=99999999999999999999-1", "tab=none", "account=%00", "account=a%26b"]
)
def test_nonsense_in_the_address_is_no_mistake_of_ours(roza, enter, query):
    assert enter(roza).get(f"/office/arrivals/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "shows"),
    [
        (b'{"a": 1}', "application/json", "json", '"a": 1'),
        ("имя=Вера&x=".encode(), "application/x-www-form-urlencoded", "form", "Вера"),
        (b"plain words", "text/plain", "text", "plain words"),
        (b"\x89PNG\r\n", "image/png", "raw", "89 50 4e 47"),
        (b"a\0b", "text/plain", "raw", "61 00 62"),
        (b"", "", "empty", ""),
        (json.dumps({"long": "x" * 100_000}).encode(), "application/json", "json", "xxx"),
        (b"[" * 100_000, "application/json", "text", "[["),
    ],
)
def test_bodies_are_shown_as_what_they_are(body, content_type, kind, shows):
    shown = readable(body, {"content-type": content_type})
    assert shown.kind == kind
    assert shows in shown.text + str(shown.pairs)
    assert len(shown.text) <= 60_000


def test_half_a_surrogate_pair_is_read_and_set_aside(roza, enter):
    stuck = arrival(b'{"name": "\\ud800", "phone": "123"}')
    page = enter(roza).get(f"/office/arrivals/{stuck.pk}/")
    assert (page.status_code, "\\ud800" in page.content.decode()) == (200, True)
    assert enter(roza).post(f"/office/arrivals/{stuck.pk}/setting-aside/", {"reason": ""}).status_code == 422


def test_running_nothing_again_is_no_success(roza, enter):
    answer = enter(roza).post("/office/arrivals/run/", {"tab": "stuck"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#toasts")
    assert "Отметьте, что запустить повторно." in answer.content.decode()
