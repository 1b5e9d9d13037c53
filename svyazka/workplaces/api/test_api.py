"""What programs ask and are answered; and that no nonsense breaks it or leaves anything half stored."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.consents.models import ClientConsent
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates.merging import merge
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.models import Entry
from svyazka.business.staff import api_keys, hire, roles
from svyazka.business.staff.models import ApiKey, LoginFailure
from svyazka.kit import clock
from svyazka.workplaces.api.conftest import Caller
from svyazka.workplaces.api.urls import urlpatterns
from tests.test_doors import CAST

NEW = {
    "id": "1",
    "name": "Пётр Сомов",
    "phones": ["8 (916) 555-44-33"],
    "message": "Два окна",
    "consents": ["processing"],
}


def test_a_request_becomes_a_client_and_a_deal(program, windows):
    answer = program.post("/requests", NEW)
    assert answer.status_code == 201
    said = answer.json()
    client = Client.objects.get(pk=said["client"])
    assert (said["decision"], said["may_be"], client.name) == ("new", [], "Пётр Сомов")
    assert [one.value for one in client.contact_points.all()] == ["+79165554433"]
    happened = Interaction.objects.get(client_id=client.pk, kind="form")
    assert (happened.text, happened.deal_id, happened.waiting) == ("Два окна", said["deal"], True)
    assert ClientConsent.objects.get(client=client).kind == "processing"
    arrival = Arrival.objects.get(pk=happened.arrival_id)
    assert (arrival.state, arrival.made["deal"], arrival.connector) == ("done", said["deal"], "api")
    assert Entry.objects.get(verb="clients.created", client_id=client.pk).by_id == windows["anna"].pk
    assert work_off() == 0, "nothing of it is left for the workers"


def test_the_same_id_again_changes_nothing_and_is_answered_the_same(program):
    first, again = program.post("/requests", NEW), program.post("/requests", NEW)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Interaction.objects.filter(deal_id=first.json()["deal"], kind="form").count() == 1
    other = program.post("/requests", {**NEW, "name": "Другой"})
    assert (other.status_code, "id" in other.json()["error"]["message"]) == (409, True)
    assert not Client.objects.filter(name="Другой").exists()


def test_ids_of_two_keys_are_apart(caller_of):
    first, second = caller_of().post("/requests", NEW), caller_of().post("/requests", NEW)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["deal"] == second.json()["deal"], "one client, one deal"


def test_known_and_doubtful_are_said_with_their_reasons(program, vera):
    number = vera.contact_points.get(kind="phone").value
    known = program.post("/requests", {"id": "k", "name": vera.name, "phones": [number]})
    assert (known.json()["decision"], known.json()["client"]) == ("certain", vera.pk)
    doubtful = program.post("/requests", {"id": "d", "name": "Глеб Кузнецов", "phones": [number]})
    said = doubtful.json()
    assert said["decision"] == "doubtful"
    assert said["client"] != vera.pk
    (candidate,) = said["may_be"]
    assert candidate["client"] == vera.pk
    assert "the phone is the same: +7 916 123-45-67" in candidate["reasons"]
    assert candidate["against"]
    assert program.post("/requests", {"id": "d", "name": "Глеб Кузнецов", "phones": [number]}).json() == said


def test_whose_says_the_same_and_stores_nothing(program, vera):
    before = Client.objects.count(), Interaction.objects.count(), Arrival.objects.count()
    number = vera.contact_points.get(kind="phone").value
    said = program.post("/clients/whose", {"name": vera.name, "phones": [number]}).json()
    assert (said["decision"], said["client"], said["candidates"][0]["client"]) == ("certain", vera.pk, vera.pk)
    assert said["candidates"][0]["probability"] > 0.9
    doubtful = program.post("/clients/whose", {"name": "Глеб Кузнецов", "phones": [number]}).json()
    assert (doubtful["decision"], doubtful["client"]) == ("doubtful", None)
    assert (Client.objects.count(), Interaction.objects.count(), Arrival.objects.count()) == before


def test_clients_are_found_and_looked_at(program, vera, windows):
    number = vera.contact_points.get(kind="phone").value
    assert [one["id"] for one in program.get("/clients", phone=number).json()["clients"]] == [vera.pk]
    said = program.post("/requests", NEW).json()
    (found,) = program.get("/clients", q="сомов").json()["clients"]
    assert (found["id"], found["open_deal"], found["phones"]) == (said["client"], said["deal"], ["+79165554433"])
    one = program.get(f"/clients/{vera.pk}").json()
    assert (one["id"], one["name"], one["contacts"][0]["value"]) == (vera.pk, vera.name, number)
    assert Entry.objects.get(verb="clients.seen", client_id=vera.pk).by_id == windows["anna"].pk
    gone = Client.objects.create(name="Вера")
    merge(vera, gone, by=windows["olga"])
    answer = program.get(f"/clients/{gone.pk}").json()
    assert (answer["id"], answer["asked_for"]) == (vera.pk, gone.pk)


@pytest.mark.parametrize("asked", [{}, {"phone": "+79161234567", "q": "а"}, {"phone": "12"}, {"phone": "a", "x": "1"}])
def test_a_question_that_cannot_be_meant_is_refused(program, asked):
    answer = program.get("/clients", **asked)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


def test_pages_cost_the_same_for_one_and_for_thirty(program, vera):
    number = vera.contact_points.get(kind="phone").value
    with CaptureQueriesContext(
        connection,
    ) as one:
        program.get("/clients", phone=number)
    for place in range(30):
        client = Client.objects.create(name=f"Сосед {place}")
        ContactPoint.objects.create(client=client, kind="phone", value=number)
    with CaptureQueriesContext(connection) as thirty:
        first = program.get("/clients", phone=number).json()
    assert (len(first["clients"]), first["next_page"]) == (20, 2)
    assert len(one) == len(thirty) <= 4
    second = program.get("/clients", phone=number, page=2).json()
    assert (len(second["clients"]), second["next_page"]) == (11, None)
    assert not {one["id"] for one in first["clients"]} & {one["id"] for one in second["clients"]}


def test_deals_of_a_client(program):
    said = program.post("/requests", {**NEW, "address": "Лесная, 5"}).json()
    with CaptureQueriesContext(connection) as queries:
        one = program.get(f"/deals/{said['deal']}").json()
    assert len(queries) <= 3
    assert (one["client"], one["state"], one["address"]) == (said["client"], "open", "Лесная, 5")
    assert program.get("/deals", client=said["client"]).json() == {"deals": [one], "next_page": None}
    first = Deal.objects.get(pk=said["deal"])
    for _place in range(30):
        first.pk = None
        first.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        page = program.get("/deals", client=said["client"]).json()
    assert (len(page["deals"]), page["next_page"], len(many) <= 4) == (20, 2, True)


def test_a_new_request_costs_a_bounded_number_of_queries(program):
    program.post("/requests", NEW)
    with CaptureQueriesContext(connection) as queries:
        program.post("/requests", {**NEW, "id": "2", "name": "Анна Рыбина", "phones": ["+79165550011"]})
    assert len(queries) <= 60


FAULTS = [
    ({}, {"id"}),
    ({"id": "1"}, {"phones"}),
    ({"id": "", "phones": ["+79165554433"]}, {"id"}),
    ({"id": "1", "phones": ["12", "+79165554433"]}, {"phones.0"}),
    ({"id": "1", "email": "nobody"}, {"email"}),
    ({"id": "1", "phones": "+79165554433"}, {"phones"}),
    ({"id": "1", "phones": [7]}, {"phones.0"}),
    ({"id": "1", "phone": "+79165554433", "phones": ["+79165554433"]}, {"phone"}),
    ({"id": "1", "phones": ["+79165554433"], "name": "a" * 201}, {"name"}),
    ({"id": "1", "phones": ["+79165554433"], "consents": ["all"]}, {"consents.0"}),
    ({"id": "1", "phones": ["+79165554433"], "source": "nowhere"}, {"source"}),
    ({"id": "1", "phones": ["+79165554433"] * 11}, {"phones"}),
]


@pytest.mark.parametrize(("said", "fields"), FAULTS)
def test_what_is_wrong_is_said_field_by_field(program, said, fields):
    before = Client.objects.count(), Arrival.objects.count()
    answer = program.post("/requests", said)
    assert answer.status_code == 422
    assert set(answer.json()["error"]["fields"]) == fields
    assert "cannot be read" not in str(answer.json())
    assert (Client.objects.count(), Arrival.objects.count()) == before


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}"])
def test_what_is_no_json_is_refused(program, body):
    assert program.post("/requests", body).status_code in (400, 422)


def test_a_body_of_more_than_256_kilobytes_is_not_read(program):
    assert program.post("/requests", b" " * (256 * 1024 + 1)).status_code == 413


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["phones", "x"]) | st.text(), inner),
            max_leaves=12,
        ),
        st.fixed_dictionaries(
            {"id": st.text(max_size=120), "phones": st.lists(st.text(max_size=20), max_size=3)},
            optional={
                "name": st.text(),
                "email": st.text(),
                "inn": st.text(),
                "message": st.text(),
                "company": st.text(),
            },
        ),
    )
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_nonsense_breaks_it(program, said):
    ApiKey.objects.update(budget=api_keys.AT_ONCE)
    for address in ("/requests", "/clients/whose"):
        answer = program.post(address, said)
        assert answer.status_code in (200, 201, 400, 409, 422)
        if answer.status_code >= 400:
            assert answer.json()["error"]["message"]


ENDPOINTS = [
    ("POST", "/requests", "requests.take"),
    ("GET", "/clients", "clients.see"),
    ("POST", "/clients/whose", "clients.see"),
    ("GET", "/clients/{client}", "clients.see"),
    ("GET", "/deals", "deals.see"),
    ("GET", "/deals/{deal}", "deals.see"),
]


def test_the_walk_covers_every_endpoint():
    guarded = [one.callback.rights_by_key for one in urlpatterns if hasattr(one.callback, "rights_by_key")]
    assert [*({method: right} for method, _address, right in ENDPOINTS), {}] == guarded, "the last: nothing is there"


@pytest.mark.parametrize("role", sorted(CAST))
def test_every_endpoint_with_every_role(caller_of, windows, vera, program, role):
    deal = program.post("/requests", NEW).json()["deal"]
    caller = caller_of(CAST[role])
    for method, address, right in ENDPOINTS:
        address = address.format(client=vera.pk, deal=deal)
        for tried in ("GET", "POST", "DELETE"):
            answer = caller.browser.generic(
                tried, f"/api/v1{address}", b"{}", content_type="application/json", headers=caller.headers
            )
            expected = 405 if tried != method else 403 if not roles.may(windows[CAST[role]], right) else None
            assert answer.status_code == expected or (expected is None and answer.status_code in (200, 422))
            assert answer.headers["Content-Type"].startswith("application/json")


def test_without_a_key_or_with_a_cookie_alone_nobody_comes_in(windows, enter):
    browser = enter(windows["anna"])
    for caller in (_with(browser), Caller(), Caller("svz_" + "x" * 43), Caller("\u00e9" * 30)):
        for method, address, _right in ENDPOINTS:
            answer = caller.browser.generic(
                method, f"/api/v1{address.format(client=1, deal=1)}", headers=caller.headers
            )
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def _with(browser):
    caller = Caller()
    caller.browser = browser
    return caller


@pytest.mark.parametrize("end", ["revoked", "over", "dismissed"])
def test_a_key_that_has_ended_opens_nothing(windows, end):
    key, token = api_keys.give("1C", windows["olga"], by=windows["anna"])
    caller = Caller(token)
    assert caller.get("/clients", q="Вера").status_code == 200
    if end == "revoked":
        api_keys.revoke(key, by=windows["anna"])
    elif end == "over":
        ApiKey.objects.filter(pk=key.pk).update(last_day=clock.today() - timedelta(days=1))
    else:
        windows["olga"].is_active = False
        windows["olga"].save()
    assert caller.get("/clients", q="Вера").status_code == 401


def test_only_the_print_of_a_key_is_kept(windows):
    key, token = api_keys.give("1C", windows["olga"], by=windows["anna"])
    Caller(token).get("/clients", q="Вера")
    kept = str(list(ApiKey.objects.values())) + str(list(Entry.objects.values()))
    assert token not in kept
    assert ApiKey.objects.get(pk=key.pk).used_at is not None


def test_a_key_is_let_in_so_often_and_then_waits(program, monkeypatch):
    monkeypatch.setattr(api_keys, "A_SECOND", 0.001)  # however slow the machine is
    answers = [program.get("/deals/1").status_code for _time in range(int(api_keys.AT_ONCE) + 3)]
    assert set(answers) == {404, 429}
    last = program.get("/deals/1")
    assert last.status_code == 429
    assert 900 <= int(last.headers["Retry-After"]) <= 1000
    ApiKey.objects.update(counted_at=clock.now() - timedelta(hours=1))
    assert program.get("/deals/1").status_code == 404


def test_whoever_guesses_keys_waits_and_nobody_else_does(program, windows, enter):
    for _time in range(api_keys.FREE_GUESSES):
        assert Caller("svz_" + "y" * 43).get("/deals/1").status_code == 401
    refused = Caller("svz_" + "y" * 43).get("/deals/1")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert program.get("/deals/1").status_code == 429, "a right guess is not told apart"
    elsewhere = program.browser.get("/api/v1/deals/1", headers=program.headers, REMOTE_ADDR="10.1.1.1")
    assert elsewhere.status_code == 404
    assert LoginFailure.objects.count() == api_keys.FREE_GUESSES, "who waits is not written down"


def test_people_log_in_however_often_a_program_errs(windows, client):
    from tests.tables import PASSWORD

    now = {"login": "API", "address": "127.0.0.1", "is_checked": True}
    LoginFailure.objects.bulk_create(LoginFailure(**now) for _time in range(60))
    assert client.post("/login/", {"login": "olga", "password": PASSWORD}).status_code == 302


def test_refusals_speak_the_caller_s_language(caller_of):
    asked = ("en", "ru-RU,en;q=0.5", "de")
    english, russian, foreign = (caller_of(language=code).get("/deals/1").json()["error"]["message"] for code in asked)
    assert english == "There is nothing of this number, or nothing at this address."
    assert russian == foreign == "Под этим номером или по этому адресу ничего нет."


def test_an_address_that_is_none_is_answered_in_json(program):
    answer = program.get("/nowhere")
    assert (answer.status_code, answer.json()["error"]["fields"]) == (404, {})


def test_what_breaks_is_answered_without_a_trace(program, monkeypatch):
    from svyazka.workplaces.api import clients

    def broken(*_given):
        raise RuntimeError("Вера Павлова")

    monkeypatch.setattr(clients, "look_up", broken)
    answer = program.get("/clients", q="Вера")
    assert answer.status_code == 500
    assert "Вера" not in answer.content.decode()
    assert set(answer.json()["error"]) == {"message", "fields"}


def test_the_openapi_file_tells_all_endpoints_and_how_to_come_in(client):
    said = json.loads(client.get("/api/v1/openapi.json").content)
    told = {(method.upper(), address) for address, ways in said["paths"].items() for method in ways}
    assert {address for _method, address in told} == {
        "/api/v1/requests", "/api/v1/clients", "/api/v1/clients/whose", "/api/v1/clients/{client_id}",
        "/api/v1/deals", "/api/v1/deals/{deal_id}",
    }  # fmt: skip
    assert said["components"]["securitySchemes"]["Key"]["scheme"] == "bearer"
    assert len(told) == len(ENDPOINTS)


def test_a_dismissed_person_gets_no_key(windows):
    hire_out = windows["oksana"]
    hire.let_go(hire_out, by=windows["anna"])
    hire_out.refresh_from_db()
    with pytest.raises(api_keys.Refused):
        api_keys.give("1C", hire_out, by=windows["anna"])
