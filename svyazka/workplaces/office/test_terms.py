from __future__ import annotations

import pytest

from svyazka.business.agreements import terms


@pytest.fixture
def form(windows):
    from svyazka.business.sheets.models import FormKind

    return FormKind.objects.get(code="measurement")


def test_terms_are_written_and_seen(enter, anna, form):
    own = "/office/terms/forms/measurement/"
    assert enter(anna).post(own, {"ru": "Гарантия 5 лет.", "en": ""}).url == "/office/terms/"
    assert terms.of(form) == {"ru": "Гарантия 5 лет."}
    assert "Гарантия 5 лет." in enter(anna).get(own).content.decode()
    assert "написаны" in enter(anna).get("/office/terms/").content.decode()


def test_too_long_stays_in_the_form(enter, anna, form):
    answer = enter(anna).post("/office/terms/forms/measurement/", {"ru": "х" * 10_001})
    assert answer.status_code == 422
    assert terms.of(form) == {}


def test_the_head_of_the_papers(enter, anna):
    assert enter(anna).post("/office/terms/", {"details": "ИНН 7700000000"}).status_code == 302
    assert terms.details() == "ИНН 7700000000"
    assert enter(anna).post("/office/terms/", {"details": "х" * 601}).status_code == 422


def test_it_is_the_administrators(enter, olga, form):
    assert enter(olga).get("/office/terms/").status_code == 403
    assert enter(olga).get("/office/terms/forms/measurement/").status_code == 403
    assert enter(olga).get("/office/terms/forms/no/").status_code == 403
