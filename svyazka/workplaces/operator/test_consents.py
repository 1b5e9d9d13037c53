from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients.models import Client
from svyazka.business.consents import giving, texts
from svyazka.business.consents.models import ClientConsent

HTMX = {"HX-Request": "true"}


def test_somebody_takes_a_consent_down_and_its_withdrawal(enter, olga, vera):
    page, where = enter(olga), f"/clients/{vera.pk}/consents/"
    answer = page.post(where, {"kind": "processing", "way": "call"}, headers=HTMX)
    assert [(one.kind, one.source, one.by) for one in answer.context["consents"]] == [("processing", "call", olga)]
    answer = page.post(f"{where}processing/withdrawal/", headers=HTMX)
    assert "отозвано" in answer.content.decode()
    assert ClientConsent.objects.get().withdrawn_by == olga


@pytest.mark.parametrize("given", [{}, {"kind": "processing", "way": "form"}, {"kind": "x", "way": "call"}])
def test_nonsense_is_refused_in_words(enter, olga, vera, given):
    answer = enter(olga).post(f"/clients/{vera.pk}/consents/", given, headers=HTMX)
    assert (answer.status_code, ClientConsent.objects.exists()) == (422, False)


def test_of_one_who_was_merged_it_is_written_down_for_who_he_is_now(enter, olga, vera):
    gone = Client.objects.create(name="Вера", merged_into=vera)
    enter(olga).post(f"/clients/{gone.pk}/consents/", {"kind": "recording", "way": "paper"})
    assert ClientConsent.objects.get().client == vera


def test_a_controller_reads_and_does_not_write(enter, konstantin, vera):
    page = enter(konstantin)
    assert page.post(f"/clients/{vera.pk}/consents/", {"kind": "processing", "way": "call"}).status_code == 403
    assert 'id="consents"' in page.get(f"/clients/{vera.pk}/").content.decode()


def test_as_many_questions_for_all_kinds_as_for_none(enter, olga, anna, vera, django_assert_num_queries):
    page = enter(olga)
    with CaptureQueriesContext(connection) as none:
        page.get(f"/clients/{vera.pk}/")
    for _round in range(3):
        for kind in ("processing", "advertising", "recording"):
            texts.change(kind, {"ru": f"Согласен, {_round}"}, seen=_round, by=anna)
            giving.give(vera, kind, source="call", by=olga)
    with django_assert_num_queries(len(none)):
        assert len(page.get(f"/clients/{vera.pk}/").context["consents"]) == 3
