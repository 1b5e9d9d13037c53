"""The screen of roles and rights."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.staff import roles
from svyazka.business.staff.models import CompanyRole, Person
from svyazka.business.staff.roles import Reach

NEW = {"ru": "Помощник руководителя", "en": "Assistant of the head", "based_on": "manager"}


def test_a_company_adds_a_role_says_what_it_may_and_gives_it_to_somebody(anna, mikhail, enter):
    client = enter(anna)
    address = client.post("/office/roles/new/", NEW)["Location"]
    made = CompanyRole.objects.get(code="assistant_of_the")
    assert address == f"/office/roles/{made.code}/"
    assert client.post(address, {"deals.change": "all", "journal.see": "all"}).status_code == 302
    data = {"full_name": mikhail.full_name, "login": "mikhail", "role": made.code, "language": "ru"}
    assert client.post(f"/office/staff/{mikhail.pk}/data/", data).status_code == 302
    changed = Person.objects.get(pk=mikhail.pk)
    assert (roles.reach(changed, "deals.change"), roles.may(changed, "journal.see")) == (Reach.ALL, True)
    assert "Помощник руководителя" in client.get("/office/staff/?q=mikhail").content.decode()


def test_the_table_says_what_differs_and_the_default_comes_back(anna, enter):
    client = enter(anna)
    client.post("/office/roles/operator/", {"visits.book": "none"})
    assert client.get("/office/roles/").content.decode().count("is-changed") == 1
    assert "по умолчанию: все" in client.get("/office/roles/operator/").content.decode()
    client.post("/office/roles/operator/defaults/")
    assert "is-changed" not in client.get("/office/roles/").content.decode()


def test_what_cannot_be_is_said_beside_its_input(anna, enter):
    client = enter(anna)
    client.post("/office/roles/new/", NEW)
    assert client.post("/office/roles/new/", NEW).status_code == 422
    assert client.post("/office/roles/assistant_of_the/name/", {"ru": ""}).status_code == 422
    assert client.post("/office/roles/assistant_of_the/state/", {"on": "0"}).status_code == 302
    assert client.post("/office/roles/operator/state/", {"on": "0"}).status_code == 422
    assert client.get("/office/roles/king/").status_code == 404


def test_one_role_and_thirty_ask_the_same_number_of_queries(anna, enter, django_assert_num_queries):
    client = enter(anna)
    with CaptureQueriesContext(connection) as few:
        client.get("/office/roles/")
    for number in range(30):
        CompanyRole.objects.create(code=f"r{number}", words={"ru": f"Роль {number}"}, based_on="operator")
    with django_assert_num_queries(len(few)):
        client.get("/office/roles/")
