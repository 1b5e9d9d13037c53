from __future__ import annotations

import json
import re
from copy import deepcopy
from html import unescape
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.sheets import forms
from svyazka.business.sheets.models import FormKind
from svyazka.business.sheets.test_forms import SMALL
from svyazka.business.visits.models import VisitKind

LIST = "/office/sheet-forms/"
PAGE = f"{LIST}measurement/"
NEW = "/office/sheet-forms-new/"


@pytest.fixture
def browser(enter, anna):
    return enter(anna)


@pytest.fixture
def form(windows):
    return FormKind.objects.get(code="measurement")


def given_in(page):
    """What the editor gets."""
    text = page.content.decode().split('id="form-given" type="application/json">')[1].split("</script>")[0]
    return json.loads(text)


def typed(definition, **more):
    return {"name_ru": "Осмотр крыши", "visit_kind": ["measurement"], "definition": json.dumps(definition), **more}


def test_the_list_says_where_a_form_is_used_and_how_often(browser):
    said = re.sub(r"\s+", " ", browser.get(LIST).content.decode())
    assert re.search(r"Лист замера</strong>.*?Замер.*?редакция 1.*?заполнена 0 раз", said)
    assert f"{NEW}?from=windows:measurement" in said
    assert f"{NEW}?from=projects:project_start" in said


def test_the_list_asks_as_often_for_one_form_as_for_thirty(browser, anna):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get(LIST).status_code == 200
        return len(queries)

    asked()
    before, kind = asked(), VisitKind.objects.get(code="measurement")
    for number in range(30):
        forms.add(forms.Wish({"ru": f"Форма {number}"}, [kind], SMALL), by=anna)
    assert asked() == before


def test_what_the_editor_shows_is_what_it_publishes(browser, form):
    page = browser.get(PAGE)
    given = given_in(page)
    again = typed(given["definition"], name_ru="Лист замера", name_en="Measurement form", edition="1")
    assert browser.post(PAGE, again)["Location"] == PAGE
    assert form.versions.count() == 1
    given["definition"]["sections"][0]["fields"][0]["name"]["ru"] = "Который этаж"
    assert browser.post(PAGE, {**again, "definition": json.dumps(given["definition"])}).status_code == 302
    newest = forms.newest_of(form)
    assert (newest.number, newest.definition) == (2, given["definition"])


def test_whoever_was_too_late_keeps_what_he_has_built(browser, form, anna):
    newer = deepcopy(SMALL)
    forms.change(form, forms.Wish(form.words, [], newer), by=anna)
    mine = deepcopy(SMALL)
    mine["sections"][0]["name"] = {"ru": "Моё"}
    answer = browser.post(PAGE, typed(mine, edition="1"))
    assert answer.status_code == 409
    assert given_in(answer)["definition"] == mine
    assert "Показать новую редакцию" in answer.content.decode()
    assert forms.newest_of(form).definition == newer


def test_a_form_is_made_from_nothing_with_codes_out_of_its_names(browser):
    made = deepcopy(SMALL)
    made["sections"][0]["fields"].append({"code": "new_abcd12", "name": {"ru": "Мансарда"}, "kind": "yes_no"})
    assert browser.post(NEW, typed(made))["Location"] == f"{LIST}osmotr_kryshi/"
    definition = forms.newest_of(FormKind.objects.get(code="osmotr_kryshi")).definition
    assert [one["code"] for one in definition["sections"][0]["fields"]] == ["height", "mansarda"]


def test_what_is_wrong_is_said_and_nothing_is_stored(browser):
    wrong = deepcopy(SMALL)
    wrong["sections"][0]["fields"][0]["name"] = {}
    answer = browser.post(NEW, typed(wrong))
    assert answer.status_code == 422
    assert "Раздел: Здесь нужно название." in unescape(answer.content.decode()) or "название" in answer.content.decode()
    assert given_in(answer)["definition"] == wrong
    assert not FormKind.objects.filter(words__ru="Осмотр крыши").exists()
    nameless = browser.post(NEW, {**typed(SMALL), "name_ru": " "})
    assert (nameless.status_code, "aria-invalid" in nameless.content.decode()) == (422, True)


@pytest.mark.parametrize(
    "definition",
    [
        "",
        "null",
        "[]",
        "{",
        "5",
        '{"sections": 5}',
        '{"sections": [{"code": "\\ud800"}]}',
        '{"a": "\\u0000"}',
        "[" * 9_000,
    ],
)
def test_nonsense_is_answered_in_words(browser, definition):
    answer = browser.post(NEW, {"name_ru": "Форма", "definition": definition})
    assert answer.status_code == 422
    told = browser.post("/office/sheet-forms-judgement/", {"definition": definition}).json()["faults"]
    assert told
    assert all(one["words"] for one in told)
    assert not FormKind.objects.filter(words__ru="Форма").exists()


def test_the_editor_hears_where_something_is_wrong(browser):
    wrong = deepcopy(SMALL)
    wrong["sections"][0]["checks"][0]["least"] = "ten"
    answer = browser.post("/office/sheet-forms-judgement/", {"definition": json.dumps(wrong)})
    assert answer.json() == {"faults": [{"path": ["sections", 0, "checks", 0, "least"], "words": "Здесь нужно число."}]}
    assert browser.post("/office/sheet-forms-judgement/", {"definition": json.dumps(SMALL)}).json() == {"faults": []}


@pytest.mark.parametrize(
    "chosen", ["windows:measurement", "projects:project_start", "form:measurement", "nothing:x", ""]
)
def test_where_a_new_form_begins(browser, chosen):
    definition = given_in(browser.get(NEW, {"from": chosen}))["definition"]
    assert bool(definition["sections"]) == (chosen not in ("nothing:x", ""))
    if definition["sections"]:
        assert forms.judged(definition)[1] == []


def test_a_copy_is_called_so(browser):
    assert 'value="Лист замера (копия)"' in browser.get(NEW, {"from": "form:measurement"}).content.decode()


def test_a_form_goes_out_as_a_file_and_comes_back_into_the_editor(browser, form):
    answer = browser.get(f"{PAGE}file/")
    assert answer["Content-Disposition"] == 'attachment; filename="form-measurement-1.yaml"'
    sent = BytesIO(answer.content)
    sent.name = "form.yaml"
    page = browser.post("/office/sheet-forms-file/", {"file": sent})
    assert given_in(page)["definition"] == forms.newest_of(form).definition
    assert FormKind.objects.filter(words__ru="Лист замера").count() == 1


def test_a_bad_file_is_refused_with_its_lines(browser):
    sent = BytesIO("name: {ru: Ф}\nsections:\n  - {code: a, name: {ru: Б}, fields: [{code: c, kind: x}]}\n".encode())
    sent.name = "<b>form.yaml"
    answer = browser.post("/office/sheet-forms-file/", {"file": sent})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "строка 3" in said
    assert "«x» здесь неизвестно." in said
    assert "<b>form" not in said
    assert browser.post("/office/sheet-forms-file/", {}).status_code == 422


def test_editions_can_be_read_and_come_back(browser, form, anna):
    newer = deepcopy(forms.newest_of(form).definition)
    newer["sections"][0]["fields"][0]["name"] = {"ru": "Который этаж"}
    forms.change(form, forms.Wish(form.words, list(form.visit_kinds.all()), newer), by=anna)
    assert "Который этаж, название" in browser.get(f"{PAGE}editions/").content.decode()
    page = browser.get(f"{PAGE}editions/1/").content.decode()
    assert "Который этаж" not in page.split("form-definition")[1].split("</script>")[0]
    assert browser.get(f"{PAGE}editions/9/").status_code == 404
    assert browser.post(f"{PAGE}editions/1/restoration/")["Location"] == f"{PAGE}editions/"
    assert (forms.newest_of(form).number, "Который" in str(forms.newest_of(form).definition)) == (3, False)


def test_the_phone_stands_in_a_frame_of_ours_only(browser):
    answer = browser.get("/office/sheet-forms-preview/")
    assert "<field-sheet>" in answer.content.decode()
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "connect-src 'none'" in answer["Content-Security-Policy"]


def test_only_whoever_changes_kinds_of_visits_builds_forms(enter, roza, egor):
    for person in (roza, egor):
        assert enter(person).get(LIST).status_code == 403
        assert enter(person).post(NEW, typed(SMALL)).status_code == 403
