from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from svyazka.business.agreements import agreeing, links
from svyazka.business.agreements.models import Agreement
from svyazka.business.journal.models import Entry
from svyazka.business.sheets.conftest import added, put
from svyazka.kit import clock
from svyazka.kit.sheets import read

LIST = "/agreements/"
WIDTH = "Ширина: верх, середина, низ"


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def many(agree):
    """Thirty of other deals, as the one that was signed."""

    def make(count):
        made = agree()
        deal, now = made.deal, clock.now()
        for number in range(count):
            deal.pk = None
            deal.save()
            Agreement.objects.filter(pk=made.pk).get()
            made.pk, made.deal, made.number, made.fingerprint = None, deal, 1, f"f{number}"
            made.request_id = f"00000000-0000-4000-8000-{number:012}"
            made.signed_at = now
            made.save(force_insert=True)

    return make


def test_the_office_sends_it_for_signing(enter, olga, whole):
    address = f"/sheets/{whole.pk}/agreement/"
    given = {"language": "en", "request_id": "00000000-0000-4000-8000-00000000000a"}
    for _twice in range(2):
        answer = enter(olga).post(address, given)
        made = Agreement.objects.get()
        assert answer.url == f"/agreements/{made.pk}/"
    assert (made.outcome, made.language, made.letter) == ("offered", "en", "waiting")
    page = enter(olga).get(f"/agreements/{made.pk}/").content.decode()
    assert "/a/" in page
    page = enter(olga).get(f"/sheets/{whole.pk}/").content.decode()
    assert f"№ {made.title}" in page


def test_what_is_not_whole_is_not_sent(enter, olga, save):
    sheet = save(added("row-1"))
    assert enter(olga).post(f"/sheets/{sheet.pk}/agreement/").status_code == 422
    assert not Agreement.objects.exists()


def test_what_two_people_disagree_on_is_not_sent(enter, olga, ilya, whole, save):
    own = f"/sheets/{whole.pk}/"
    enter(olga).post(f"{own}agreement/")
    assert f"{own}agreement/" in enter(olga).get(own).content.decode()
    save(put("floor", None, 9), by=ilya)
    assert f"{own}agreement/" not in enter(olga).get(own).content.decode()
    assert enter(olga).post(f"{own}agreement/").status_code == 422
    assert Agreement.objects.count() == 1


def test_what_changes_while_it_is_sent_is_refused_in_words(enter, olga, whole, save, monkeypatch):
    shown = agreeing.of_sheet(whole, "ru")
    save(put("floor", 1, 2))
    monkeypatch.setattr(agreeing, "of_sheet", lambda *_given: shown)
    assert enter(olga).post(f"/sheets/{whole.pk}/agreement/").status_code == 409
    assert not Agreement.objects.exists()


def test_the_pdf_behind_its_right(enter, olga, egor, ilya, agree):
    made = agree()
    own = f"/agreements/{made.pk}/pdf/"
    assert enter(olga).get(own).status_code == 404
    made.file.save("x.pdf", ContentFile(b"%PDF-1.7"), save=False)
    made.paper = "made"
    made.save()
    assert enter(olga).get(own).content == b"%PDF-1.7"
    assert enter(egor).get(own).status_code == 200
    assert enter(ilya).get(own).status_code == 404


def test_ordered_with_the_way_back(enter, mikhail, agree):
    made = agree()
    came_in = enter(mikhail)
    assert f"№ {made.title}" in came_in.get(LIST).content.decode()
    assert came_in.post(f"/agreements/{made.pk}/order/").status_code == 302
    assert f"№ {made.title}" not in came_in.get(LIST).content.decode()
    assert f"№ {made.title}" in came_in.get(LIST, {"state": "ordered"}).content.decode()
    row = came_in.post(
        f"/agreements/{made.pk}/order/removal/",
        headers={"HX-Request": "true", "HX-Target": f"agreement-{made.pk}"},
    ).content.decode()
    assert row.startswith("<tr")
    assert f"№ {made.title}" in came_in.get(LIST).content.decode()


def test_by_date_and_form(enter, mikhail, agree):
    made = agree()
    came_in, today = enter(mikhail), clock.today().isoformat()
    for given, is_there in [
        ({"from": today, "to": today}, True),
        ({"from": "2100-01-01"}, False),
        ({"to": "2001-01-01"}, False),
        ({"form": "measurement"}, True),
        ({"form": "site_survey"}, False),
        ({"from": "x", "to": "\x00", "form": "no\x00", "state": "?", "before": "-"}, True),
    ]:
        assert (f"№ {made.title}" in came_in.get(LIST, given).content.decode()) is is_there


def test_the_list_asks_the_same_for_one_and_for_thirty(enter, mikhail, many, agree):
    def asked():
        with CaptureQueriesContext(connection) as asking:
            enter(mikhail).get(LIST)
        return len(asking)

    agree()
    once = asked()
    many(30)
    assert asked() == once


def test_the_table_of_one_deal_as_csv_and_xlsx_says_the_same(enter, mikhail, agree):
    made = agree()
    came_in, own = enter(mikhail), f"/agreements/{made.pk}/table/"
    csv = read(came_in.post(own, {"as": "csv"}).content)
    answer = came_in.post(own, {"as": "xlsx"})
    assert answer["Content-Disposition"] == f'attachment; filename="agreement-{made.title}.xlsx"'
    (sheet,) = [CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()]
    assert sheet[0] == csv.titles
    assert sheet[1][csv.titles.index(f"{WIDTH} (1), мм")] == 1200
    assert csv.lines[0][1][csv.titles.index(f"{WIDTH} (1), мм")] == "1200"
    assert Entry.objects.filter(verb="agreements.exported").count() == 2


FORMULAS = ["=1+1", "+7 900", "-1+1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")']


@pytest.mark.parametrize("typed", FORMULAS)
def test_nothing_in_a_table_is_run_as_a_formula(enter, mikhail, agree, typed):
    made = agree()
    made.content["client"] = typed
    made.save()
    own = f"/agreements/{made.pk}/table/"
    csv = enter(mikhail).post(own, {"as": "csv"}).content.decode("utf-8-sig")
    cell = csv.split("\r\n")[1].split(";")[4].strip('"')
    assert cell.startswith("'")
    content = enter(mikhail).post(own, {"as": "xlsx"}).content
    (row,) = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[1:]
    assert row[4] == typed
    assert b"<f>" not in _unpacked(content)


def _unpacked(content):
    from zipfile import ZipFile

    return ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_of_all_that_the_list_shows(enter, mikhail, many):
    many(3)
    answer = enter(mikhail).post("/agreements/tables/", {"form": "measurement", "as": "csv", "state": "to_order"})
    assert len(read(answer.content).lines) == 4
    assert enter(mikhail).post("/agreements/tables/", {"as": "csv"}).status_code == 422


def test_who_works_on_site_orders_nothing(enter, egor, konstantin, agree):
    made = agree()
    for person in (egor, konstantin):
        assert enter(person).get(LIST).status_code == 403
        assert enter(person).post(f"/agreements/{made.pk}/order/").status_code == 403


def test_a_link_is_revoked_and_given_anew(enter, olga, egor, offered):
    made = offered()
    own = f"/agreements/{made.pk}/"
    came_in = enter(olga)
    old = links.link_of(made)
    assert old in came_in.get(own).content.decode()
    for _twice in range(2):
        assert came_in.post(f"{own}link/removal/").url == own
    page = came_in.get(own).content.decode()
    assert "data-copy" not in page
    assert "отозвана" in page
    assert came_in.post(f"{own}letter/").status_code == 422
    assert came_in.post(f"{own}link/").url == own
    made.refresh_from_db()
    page = came_in.get(own).content.decode()
    assert links.link_of(made) in page
    assert old not in page
    for path in ("link/", "link/removal/"):
        assert enter(egor).post(f"{own}{path}").status_code == 403
