from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients.models import Client
from svyazka.business.personal_data import files
from svyazka.business.personal_data.models import DataFile
from svyazka.kit import clock


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


def test_a_file_is_asked_for_made_and_fetched(enter, anna, vera):
    page, where = enter(anna), f"/clients/{vera.pk}/data/"
    assert page.post(where).url == where
    assert "готовится" in page.get(where).content.decode()
    files.go_on()
    answer = page.get(f"{where}{DataFile.objects.get().pk}/")
    assert "data.html" in ZipFile(BytesIO(answer.content)).namelist()
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="client-{vera.pk}-')


def test_somebody_elses_file_and_one_of_another_client_are_not_given(enter, anna, roza, vera):
    made = files.ask(vera, by=anna)
    files.go_on()
    other = Client.objects.create(name="Пётр")
    assert enter(anna).get(f"/clients/{other.pk}/data/{made.pk}/").status_code == 404
    assert enter(roza).get(f"/clients/{vera.pk}/data/{made.pk}/").status_code == 422


def test_it_is_the_heads_and_the_administrators(enter, olga, konstantin, vera):
    for person in (olga, konstantin):
        assert enter(person).post(f"/clients/{vera.pk}/data/").status_code == 403
        assert f"/clients/{vera.pk}/data/" not in enter(person).get(f"/clients/{vera.pk}/").content.decode()


def test_as_many_questions_for_twenty_files_as_for_one(enter, anna, vera, django_assert_num_queries):
    given = {"client": vera, "asked_by": anna, "asked_at": clock.now(), "state": "gone"}
    DataFile.objects.create(**given)
    page, where = enter(anna), f"/clients/{vera.pk}/data/"
    with CaptureQueriesContext(connection) as one:
        page.get(where)
    DataFile.objects.bulk_create(DataFile(**given) for _number in range(29))
    with django_assert_num_queries(len(one)):
        assert len(page.get(where).context["files"]) == 20
