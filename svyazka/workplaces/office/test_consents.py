from __future__ import annotations

import pytest

from svyazka.business.consents import texts

PAGE = "/office/consents/processing/"


@pytest.mark.parametrize("who", ["anna", "roza"])
def test_a_text_is_written_and_its_versions_stand_beneath_it(enter, windows, who):
    page = enter(windows[who])
    assert page.post(PAGE, {"ru": "Согласен.", "en": "", "seen": "0"}).url == "/office/consents/"
    assert page.post(PAGE, {"ru": "Согласен полностью.", "en": "", "seen": "1"}).status_code == 302
    assert [one.version for one in page.get(PAGE).context["versions"]] == [2, 1]
    assert "Согласен полностью." in page.get("/office/consents/").content.decode()


def test_what_somebody_else_has_written_meanwhile_is_not_lost(enter, anna):
    page = enter(anna)
    page.post(PAGE, {"ru": "Согласен.", "seen": "0"})
    answer = page.post(PAGE, {"ru": "Я тоже писала.", "seen": "0"})
    assert answer.status_code == 422
    assert ("Я тоже писала." in answer.content.decode(), len(texts.list_versions("processing"))) == (True, 1)
    assert page.post(PAGE, {"ru": "Я тоже писала.", "seen": answer.context["seen"]}).status_code == 302


def test_without_words_it_stays_in_the_form(enter, anna):
    answer = enter(anna).post(PAGE, {"ru": " ", "seen": "0"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["ru"])


def test_it_is_the_heads_and_the_administrators(enter, olga, konstantin):
    for person in (olga, konstantin):
        assert enter(person).get(PAGE).status_code == 403


def test_there_is_no_such_kind(enter, anna):
    assert enter(anna).get("/office/consents/breathing/").status_code == 404
