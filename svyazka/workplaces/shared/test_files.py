from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile

from svyazka.business.files import keeping, shrinking
from svyazka.business.files.models import KeptFile, Upload
from svyazka.business.files.test_keeping import PDF, named, picture
from svyazka.business.journal.models import Entry


@pytest.fixture
def came_in(enter, olga):
    return enter(olga)


@pytest.fixture
def egor_came_in(enter, egor):
    return enter(egor)


def begin(browser, deal, name="Смета.pdf", size=109):
    return browser.post("/uploads/", {"deal": deal.pk, "name": name, "size": size, "mark": "x"})


def put(browser, url, content, begins=0):
    return browser.put(f"{url}?from={begins}", content, content_type="application/octet-stream")


def test_a_file_goes_up_in_pieces_and_stands_in_the_list(came_in, deal, kept_root):
    begun = begin(came_in, deal).json()
    assert (begun["state"], begun["received"]) == ("coming", 0)
    assert put(came_in, begun["url"], PDF[:50]).json()["received"] == 50
    assert put(came_in, begun["url"], PDF[:50]).status_code == 409
    assert put(came_in, begun["url"], PDF[50:], 50).json()["state"] == "kept"
    assert "Смета.pdf" in came_in.get(f"/kept-files/?deal={deal.pk}").content.decode()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"name": "вирус.exe", "size": 10}, 422),
        ({"name": "кино.mp4", "size": 2 * 1024**3}, 422),
        ({"name": "кино.mp4", "size": "много"}, 422),
        ({"name": "кино.mp4", "size": "-5"}, 422),
        ({"name": "а\x00.pdf", "size": 9, "mark": "\x00"}, 200),
        ({"name": "", "size": 9}, 200),
        ({"name": "а.pdf", "size": 9, "client": 5}, 422),
        ({"name": "а.pdf", "size": 9, "deal": 99999999}, 404),
        ({"name": "а.pdf", "size": 9, "deal": "x"}, 422),
    ],
)
def test_what_is_not_wanted_is_refused_before_it_is_sent(came_in, deal, given, status):
    answer = came_in.post("/uploads/", {"deal": deal.pk, **given})
    assert answer.status_code == status
    assert Upload.objects.count() == (1 if status == 200 else 0)


def test_pieces_that_make_no_sense_are_refused(came_in, deal, kept_root):
    url = begin(came_in, deal).json()["url"]
    octets = "application/octet-stream"
    assert came_in.put(url, b"x", content_type=octets).status_code == 400
    assert came_in.put(f"{url}?from=-1", b"x", content_type=octets).status_code == 400
    assert came_in.put(f"{url}?from={'9' * 30}", b"x", content_type=octets).status_code == 400
    assert put(came_in, url, bytes(4 * 1024 * 1024 + 1)).status_code == 413
    assert put(came_in, url, PDF + b"more than was announced").status_code == 409
    assert Upload.objects.get().received == 0
    assert came_in.delete(url).status_code == 200
    assert (put(came_in, url, PDF).status_code, came_in.get(url).status_code) == (410, 410)


def test_nothing_of_a_file_runs_in_a_browser_and_its_name_is_right_in_any_alphabet(came_in, deal, olga, kept_root):
    kept = keeping.add(named("Смета «Окна» №5.pdf"), deal=deal, by=olga)
    answer = came_in.get(f"/kept-files/{kept.pk}/")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "application/pdf", PDF)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert unquote(answer["Content-Disposition"]).endswith("Смета «Окна» №5.pdf")
    assert came_in.get(f"/kept-files/{kept.pk}/?download")["Content-Disposition"].startswith("attachment")
    text = keeping.add(named("заметка.txt", b"<b>hello"), deal=deal, by=olga)
    answer = came_in.get(f"/kept-files/{text.pk}/")
    assert (answer["Content-Type"], answer["Content-Disposition"][:10]) == ("application/octet-stream", "attachment")
    assert Entry.objects.filter(verb="files.fetched").count() == 3


def test_film_is_given_piece_by_piece(came_in, deal, olga, kept_root):
    film = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 10
    kept = keeping.add(named("кино.mp4", film), deal=deal, by=olga)
    answer = came_in.get(f"/kept-files/{kept.pk}/", headers={"range": "bytes=100-199"})
    assert (answer.status_code, answer.content) == (206, film[100:200])
    assert answer["Content-Range"] == f"bytes 100-199/{len(film)}"


def test_a_file_is_renamed_removed_and_put_back(came_in, deal, olga, kept_root):
    kept = keeping.add(named("Смета.pdf"), deal=deal, by=olga)
    url = f"/kept-files/{kept.pk}/"
    assert "Смета.pdf" in came_in.get(f"{url}name/").content.decode()
    assert came_in.post(f"{url}name/", {"name": "", "version": 1}).status_code == 422
    assert came_in.post(f"{url}name/", {"name": "Договор", "tag": "важное", "version": 1}).status_code == 204
    assert came_in.post(f"{url}name/", {"name": "Ещё", "version": 1}).status_code == 409
    answer = came_in.post(f"{url}removal/")
    assert set(json.loads(answer["HX-Trigger"])) == {"toast", "dialog:close", "files:changed"}
    assert came_in.get(url).status_code == 404
    assert "Договор.pdf" in came_in.get(f"/kept-files/?deal={deal.pk}").content.decode()
    came_in.post(f"{url}return/")
    assert came_in.get(url).status_code == 200


def test_the_list_shows_what_other_rooms_have(came_in, deal, visit, olga, egor, kept_root, attachments_root):
    from svyazka.business.clients.models import Interaction
    from svyazka.business.conversations import files
    from svyazka.business.conversations.models import Attachment, Message
    from svyazka.business.visits.models import VisitPhoto
    from svyazka.kit import clock

    now = clock.now()
    line = Interaction.objects.create(at=now, client_id=deal.client_id, deal_id=deal.pk, kind="message", text="x")
    given = {"interaction_id": line.pk, "at": now, "account": "a", "user_id": "1", "is_ours": False, "state_at": now}
    attached = Attachment(message=Message.objects.create(**given, state="received"), number=0, name="Эскиз.png")
    files.keep(attached, named("x", picture()).file)
    attached.save()
    VisitPhoto.objects.create(visit=visit, by=egor, request_id="0" * 32, at=now, file="visits/x.jpg")
    keeping.add(named("Смета.pdf"), client=deal.client, by=olga)
    of_deal = came_in.get(f"/kept-files/?deal={deal.pk}").content.decode()
    assert ("Эскиз.png" in of_deal, "/photos/" in of_deal, "Смета.pdf" in of_deal) == (True, True, False)
    of_client = came_in.get(f"/kept-files/?client={deal.client_id}").content.decode()
    assert ("Эскиз.png" in of_client, "Смета.pdf" in of_client) == (True, True)
    only = came_in.get(f"/kept-files/?client={deal.client_id}&origin=file").content.decode()
    assert ("Эскиз.png" in only, "Смета.pdf" in only) == (False, True)


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_as_little_for_many_as_for_one(came_in, deal, olga, kept_root, count, django_assert_num_queries):
    for number in range(count):
        keeping.add(named(f"Файл {number}.pdf", PDF + b"%d" % number), deal=deal, by=olga)
    came_in.get(f"/kept-files/?deal={deal.pk}")
    with django_assert_num_queries(6):
        came_in.get(f"/kept-files/?deal={deal.pk}")


def test_an_engineer_sees_and_adds_files_of_his_visit_only(egor_came_in, deal, visit, olga, kept_root):
    of_deal = keeping.add(named("Договор.pdf"), deal=deal, by=olga)
    of_visit = keeping.add(named("План.png", picture()), visit=visit, by=olga)
    shrinking.go_on()
    assert egor_came_in.get(f"/kept-files/{of_deal.pk}/").status_code == 404
    assert egor_came_in.get(f"/kept-files/{of_visit.pk}/small/").status_code == 200
    assert egor_came_in.get(f"/kept-files/?deal={deal.pk}").status_code == 404
    page = egor_came_in.get(f"/field/visits/{visit.pk}/").content.decode()
    assert ("План.png" in page, f"/kept-files/{of_visit.pk}/name/" in page) == (True, False)
    assert 'hx-target="closest .files-list"' not in page  # there is one page only
    assert egor_came_in.post(f"/kept-files/{of_visit.pk}/removal/").status_code == 422
    begun = egor_came_in.post("/uploads/", {"visit": visit.pk, "name": "Схема.pdf", "size": len(PDF)}).json()
    assert put(egor_came_in, begun["url"], PDF).json()["state"] == "refused"  # the office has it in this deal
    assert KeptFile.objects.count() == 2


def test_a_lost_content_is_said_to_be_missing(came_in, deal, kept_root, olga):
    kept = keeping.add(ContentFile(PDF, name="Смета.pdf"), deal=deal, by=olga)
    (kept_root / kept.stored).unlink()
    assert came_in.get(f"/kept-files/{kept.pk}/").status_code == 404
