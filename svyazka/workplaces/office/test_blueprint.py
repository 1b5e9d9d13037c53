"""The page of the blueprint: download, compare, take over."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from svyazka.business.company.blueprint import company, read, text_of_house
from svyazka.business.deals.models import Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.kit.yaml_text import LONGEST

PAGE = "/office/blueprint/"


@pytest.fixture
def newer():
    """The house's blueprint as a newer version of it might be."""
    text = text_of_house("windows").decode()
    assert "limit_hours: 96" in text
    radio = '  - {code: radio, name: {ru: "Радио", en: "Radio"}}\n'
    return text.replace("limit_hours: 96", "limit_hours: 48").replace("\nfields:", f"{radio}\nfields:")


def send(client, text):
    given = text if isinstance(text, bytes) else text.encode()
    return client.post(PAGE, {"file": SimpleUploadedFile("company.yaml", given)})


def compared(client, text):
    """The inputs of the comparison, as the browser would send them, without ticks."""
    page = send(client, text).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(name|seen|given)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in hidden}


def test_the_company_is_downloaded_as_a_file_that_reads_as_it_was(anna, enter):
    answer = enter(anna).get(f"{PAGE}file/")
    assert "attachment" in answer["Content-Disposition"]
    found = read(answer.content)
    assert (found.content, found.faults) == (company(), ())


def test_all_faults_are_said_with_their_lines(anna, enter, newer):
    broken = newer.replace("kind: money", "kind: gold", 1).replace("  - {code: office,", "  - {code: кадры,")
    answer = send(enter(anna), broken)
    assert answer.status_code == 422
    page = answer.content.decode()
    lines = [number for number, line in enumerate(broken.splitlines(), 1) if "gold" in line or "кадры" in line]
    assert re.findall(r"строка (\d+)", page) == [str(number) for number in lines]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "Файл пуст"),
        (b"\xff\xfe\x00", "не текст в UTF-8"),
        (b"sources: [a", "Это не YAML: не закрыта скобка или пропущена запятая."),
        (b"sources:\n\t- a", "Это не YAML: табуляция"),
        (b"a: &a [*a]", "Ссылки"),
        (b"#" * (LONGEST + 1), "Файл больше 1 МБ"),
        (b"[" * 5000, "Вложенность или длина"),
    ],
)
def test_what_is_no_blueprint_is_said_in_our_words(anna, enter, given, said):
    answer = send(enter(anna), given)
    assert answer.status_code == 422
    assert said in html.unescape(answer.content.decode())


def test_without_a_file_nothing_happens(anna, enter):
    assert enter(anna).post(PAGE, {}).status_code == 422


def test_what_is_ticked_is_taken_over_and_the_rest_stays(anna, vera, enter, newer):
    stage = Stage.objects.get(code="measurement_booked")
    deal = open_deal(vera, by=anna)
    type(deal).objects.filter(pk=deal.pk).update(stage=stage)
    client = enter(anna)
    page = send(client, newer).content.decode()
    assert "1 открытая сделка" in page
    assert re.search(r'value="sources/radio" checked', page)
    assert re.search(r'value="pipelines/windows/measurement_booked">', page)
    given = compared(client, newer)
    answer = client.post(f"{PAGE}taking/", {**given, "part": ["pipelines/windows/measurement_booked"]})
    assert answer.status_code == 200
    assert Stage.objects.get(code="measurement_booked").limit_hours == 48
    assert "radio" not in [one["code"] for one in company()["sources"]]
    client.post(f"{PAGE}taking/", {**compared(client, newer), "part": ["sources/radio"]})
    assert "radio" in [one["code"] for one in company()["sources"]]
    assert Entry.objects.filter(verb="company.taken_over", note="sources/radio", by_id=anna.pk).count() == 1


def test_a_company_that_changed_meanwhile_is_compared_anew(anna, enter, newer):
    client = enter(anna)
    given = compared(client, newer)
    Stage.objects.filter(code="contacted").update(limit_hours=5)
    answer = client.post(f"{PAGE}taking/", {**given, "part": ["sources/radio"]})
    assert answer.status_code == 409
    assert re.search(r'value="sources/radio" checked', answer.content.decode())
    assert "radio" not in [one["code"] for one in company()["sources"]]


def test_what_does_not_fit_together_says_what_is_missing(anna, enter, newer):
    text = newer.replace("\nloss_reasons:", '  - {code: floor, kind: number, name: {ru: "Этаж"}}\n\nloss_reasons:')
    text = text.replace("required: [", "required: [floor, ", 1)
    client = enter(anna)
    given = compared(client, text)
    pipeline = re.findall(r'value="(pipelines/[^"]+)"', send(client, text).content.decode())[0]
    answer = client.post(f"{PAGE}taking/", {**given, "part": [pipeline]})
    assert answer.status_code == 422
    assert "Поля «floor» нет" in html.unescape(answer.content.decode())


def test_the_blueprint_of_this_version_is_compared_too(anna, enter):
    page = enter(anna).post(PAGE, {"of": "windows"})
    assert page.status_code == 200
    assert "Оконная компания" in page.content.decode()


def test_nothing_ticked_and_a_part_that_is_not_there(anna, enter, newer):
    client = enter(anna)
    given = compared(client, newer)
    assert client.post(f"{PAGE}taking/", given).status_code == 422
    assert client.post(f"{PAGE}taking/", {**given, "part": ["fields/nothing"]}).status_code == 422
    assert client.get(f"{PAGE}taking/").status_code == 302


def test_only_whoever_changes_the_settings(roza, enter):
    assert enter(roza).get(PAGE).status_code == 403
