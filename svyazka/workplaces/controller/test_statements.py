# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from svyazka.business.clients import search
from svyazka.business.money.conftest import deal, invoice, new_deal  # noqa: F401
from svyazka.business.money.models import BankDocument, Payer, Payment, Statement, StatementRules
from svyazka.business.money.test_statements import SAMPLES, billed, came, daisy, written  # noqa: F401

HX = {"HX-Request": "true"}


def sent(content: bytes, name: str = "kl_to_1c.txt"):
    return {"file": SimpleUploadedFile(name, content, content_type="text/plain")}


def test_a_file_is_taken_in_and_shown(enter, roza):
    client = enter(roza)
    answer = client.post("/money/statements/", sent((SAMPLES / "windows.txt").read_bytes()))
    made = Statement.objects.get()
    assert answer["Location"] == f"/money/statements/{made.pk}/"
    page = client.get(f"{answer['Location']}?state=all").content.decode()
    for words in ("ООО &quot;Ромашка&quot;", "50\xa0000\xa0₽", "-20\xa0000\xa0₽", "сходится", "№ 412"):
        assert words in page, words
    assert "kl_to_1c.txt" in client.get("/money/statements/").content.decode()


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 a photo", b"a;b\n1;2"])
def test_what_is_no_statement(enter, roza, content):
    answer = enter(roza).post("/money/statements/", sent(content))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Statement.objects.exists()


def test_without_a_file(enter, roza):
    assert enter(roza).post("/money/statements/", {}).status_code == 422


def test_broken_places_stand_there_with_their_lines(enter, roza):
    client = enter(roza)
    at = client.post("/money/statements/", sent((SAMPLES / "broken.txt").read_bytes()))["Location"]
    page = client.get(at).content.decode()
    assert "4 места не прочитано" in page
    assert "сумму не прочитать" in page
    assert "выписка обрезана" in page


def test_one_click_enters_and_answers_with_the_line(enter, roza, billed, came, daisy):
    due = billed(1000)
    (only,) = came({})
    client = enter(roza)
    answer = client.post(f"/money/statements/documents/{only.pk}/entry/", headers=HX)
    assert "внесено" in answer.content.decode()
    due.refresh_from_db()
    assert due.open_amount == 0
    answer = client.post(f"/money/statements/documents/{only.pk}/taking-back/", headers=HX)
    assert "data-waits" in answer.content.decode()


def test_another_client_is_looked_up_and_chosen(enter, roza, came, vera, invoice):
    due = invoice(1000)
    search.index("client", vera.pk, vera.name)
    (only,) = came({"ПлательщикИНН": "", "Плательщик": "Кто-то", "ПлательщикСчет": "40817810000000000202"})
    client = enter(roza)
    found = client.get(f"/money/statements/documents/{only.pk}/clients/?q=павлова").content.decode()
    assert "Вера Павлова" in found
    assert f'value="{due.pk}"' in found
    given = {"client": vera.pk, "invoice": due.pk}
    assert client.post(f"/money/statements/documents/{only.pk}/entry/", given, headers=HX).status_code == 200
    assert Payment.objects.get().client == vera


def test_not_a_clients_money_for_good(enter, roza, came):
    (only,) = came({})
    enter(roza).post(f"/money/statements/documents/{only.pk}/leaving/", {"remembers": "1"}, headers=HX)
    assert Payer.objects.get().client is None
    only.refresh_from_db()
    assert (only.state, only.why) == ("left", "no_client")


@pytest.mark.parametrize("given", [{"client": "99999"}, {"client": "x"}, {"client": "1" * 40}, {"invoice": "²"}])
def test_nonsense_is_refused(enter, roza, came, given):
    (only,) = came({})
    assert enter(roza).post(f"/money/statements/documents/{only.pk}/entry/", given).status_code == 422
    assert not Payment.objects.exists()


def test_nonsense_in_addresses(enter, roza, came):
    (only,) = came({})
    client, at = enter(roza), f"/money/statements/{only.of_id}/"
    for asked in ("?state=x", "?page=0", "?page=99999999999999", "?state=waits&page=²"):
        assert client.get(at + asked).status_code == 200, asked
    assert client.get(f"/money/statements/documents/{only.pk}/clients/?q=%00").status_code == 200
    assert client.get("/money/statements/999999/").status_code == 404


def test_only_who_may(enter, olga, mikhail, konstantin, came):
    (only,) = came({})
    for person in (olga, mikhail, konstantin):
        client = enter(person)
        assert client.get("/money/statements/").status_code == 403
        assert client.post(f"/money/statements/documents/{only.pk}/entry/").status_code == 403


def test_the_rule_and_undoing(enter, roza, came):
    client = enter(roza)
    client.post("/money/statements/rules/", {"enters_by_itself": "1"})
    assert StatementRules.objects.get().enters_by_itself is True
    client.post("/money/statements/rules/", {})
    assert StatementRules.objects.get().enters_by_itself is False
    (only,) = came({})
    client.post(f"/money/statements/{only.of_id}/undoing/")
    page = client.get(f"/money/statements/{only.of_id}/").content.decode()
    assert "<progress" in page


@pytest.mark.parametrize("number", [1, 30])
def test_thirty_cost_as_many_queries_as_one(enter, roza, billed, came, number, django_assert_num_queries):
    billed(1000)
    came(*({"Номер": each} for each in range(number)))
    assert BankDocument.objects.count() == number
    client, at = enter(roza), f"/money/statements/{Statement.objects.get().pk}/"
    client.get(at)
    with django_assert_num_queries(4):  # the session, the file, how many of each, the lines
        client.get(at, headers=HX)
