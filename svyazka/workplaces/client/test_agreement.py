"""What the client reads and signs on his own phone: by the address alone."""

from __future__ import annotations

import json

import pytest
from django.core.files.base import ContentFile

from svyazka.business.agreements import links, revoking
from svyazka.business.agreements.conftest import DRAWN
from svyazka.business.agreements.models import Agreement
from svyazka.business.sheets.conftest import put

SIGNED = {"name": "Вера Павлова", "agrees": "1", "strokes": json.dumps(DRAWN)}


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


def path_of(agreement):
    return f"/a/{links.link_of(agreement).split('/')[-2]}/"


def test_he_reads_it_and_signs(client, offered):
    own = path_of(offered())
    page = client.get(own)
    assert page["Cache-Control"] == "no-store, private"
    assert "signature-pad" in page.content.decode()
    for _twice in range(2):
        answer = client.post(own, SIGNED)
        assert (answer.status_code, answer["Location"]) == (303, f"{own}?done=signed")
    made = Agreement.objects.get()
    assert (made.outcome, made.way, made.name) == ("signed", "link", "Вера Павлова")
    page = client.get(own).content.decode()
    assert made.code in page
    assert "signature-pad" not in page


def test_in_english_too(client, offered):
    page = client.get(path_of(offered("en")), {"language": "en"}).content.decode()
    assert "Your signature" in page
    assert "Measurement" in page


@pytest.mark.parametrize(
    "bad",
    [
        {"strokes": ""},
        {"strokes": "x"},
        {"strokes": "[" * 9_000},
        {"strokes": "[[1,1]]"},
        {"name": " "},
        {"name": "х" * 201},
        {"agrees": "0"},
    ],
)
def test_nonsense_signs_nothing_and_keeps_what_was_typed(client, offered, bad):
    made = offered()
    answer = client.post(path_of(made), {**SIGNED, **bad})
    assert answer.status_code == 422
    assert "signature-pad" in answer.content.decode()
    made.refresh_from_db()
    assert made.outcome == "offered"


def test_whoever_only_looks_changes_nothing(client, offered):
    made = offered()
    for method in (client.get, client.head):
        method(path_of(made))
    made.refresh_from_db()
    assert (made.outcome, made.signed_at) == ("offered", None)


def test_what_was_changed_since_cannot_be_signed(client, offered, save):
    own = path_of(offered())
    save(put("floor", 1, 2))
    assert "signature-pad" not in client.get(own).content.decode()
    assert client.post(own, SIGNED).status_code == 409
    assert Agreement.objects.get().outcome == "offered"


def test_the_photos_and_the_changes_are_the_houses_business(client, agree, save):
    made = agree()
    save(put("floor", 1, 2))
    page = client.get(path_of(made)).content.decode()
    assert "/field/photos/" not in page
    assert "Не согласовано" not in page


def test_the_pdf_under_a_lasting_name(client, agree):
    made = agree()
    own = path_of(made) + "pdf/"
    assert client.get(own).status_code == 404
    made.file.save("x.pdf", ContentFile(b"%PDF-1.7 x"), save=False)
    made.paper = "made"
    made.save()
    answer = client.get(own)
    assert (answer["Content-Type"], answer.content) == ("application/pdf", b"%PDF-1.7 x")
    assert "inline" in answer["Content-Disposition"]
    assert made.title in answer["Content-Disposition"]


def test_an_address_that_opens_nothing(client, agree):
    agree()
    for wrong in ("/a/x/", "/a/x/pdf/"):
        assert client.get(wrong).status_code == 404


def test_what_has_become_different_is_said_line_by_line(client, offered, save):
    own = path_of(offered())
    save(put("floor", 1, 2))
    page = client.get(own).content.decode()
    assert "Этаж: 1 → 2" in page
    assert "Что с тех пор изменилось" in page


def test_two_answers_are_both_there_to_read_and_nothing_to_sign(client, offered, save, ilya):
    own = path_of(offered())
    save(put("floor", None, 9), by=ilya)
    page = client.get(own).content.decode()
    assert "Этаж: 9" in page
    assert "signature-pad" not in page
    assert client.post(own, SIGNED).status_code == 409
    assert Agreement.objects.get().outcome == "offered"


def test_a_revoked_link_says_what_to_do(client, offered, olga):
    made = offered()
    own = path_of(made)
    revoked = revoking.revoke(made, by=olga)
    for answer in (client.get(own), client.post(own, SIGNED), client.get(f"{own}pdf/"), client.get(path_of(revoked))):
        assert answer.status_code == 410
        page = answer.content.decode()
        assert "Эта ссылка больше не действует" in page
        assert "Вера" not in page
        assert answer["Cache-Control"] == "no-store, private"
    page = client.get(own, {"language": "en"}).content.decode()
    assert "This link holds no more" in page
    assert client.get(path_of(revoking.renew(made, by=olga))).status_code == 200
