"""Every hole of a blueprint is said in words, with its line, before anything is stored."""

from __future__ import annotations

import re

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.business.company.blueprint import known, of_house, read, text_of_house
from svyazka.business.deals.paths.blueprint import PIPELINES
from svyazka.business.deals.paths.content import full

SMALL = """\
departments:
  - {code: sales, name: {ru: "Продажи"}}
sources:
  - {code: site, name: {ru: "Сайт"}}
fields:
  - {code: openings, kind: number, name: {ru: "Проёмов"}}
  - {code: sort, kind: choice, name: {ru: "Вид"}, choices: [{code: big, name: {ru: "Большой"}}]}
pipelines:
  - code: kitchens
    name: {ru: "Кухни"}
    department: sales
    distribution:
      - {how: round_robin, role: manager, source: site}
    stages:
      - {code: new, name: {ru: "Новая"}, required: [openings, client_name]}
      - {code: measured, name: {ru: "Замер"}, only_when: {sort: [big]}}
      - {code: won, kind: won, name: {ru: "Готово"}, hand_off: [{to: service}]}
      - {code: lost, kind: lost, name: {ru: "Отказ"}}
  - code: service
    name: {ru: "Сервис"}
    stages:
      - {code: first, name: {ru: "Новая"}}
      - {code: done, kind: won, name: {ru: "Готово"}}
      - {code: off, kind: lost, name: {ru: "Отказ"}}
visit_kinds:
  - {code: visit, name: {ru: "Выезд"}, skill: design, minutes: 60, booked_stage: measured}
"""


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def faults(text: str | bytes) -> list[tuple[int, str]]:
    found = read(text.encode() if isinstance(text, str) else text)
    return [(fault.line, fault.text) for fault in found.faults]


def changed(old: str, new: str) -> list[tuple[int, str]]:
    assert SMALL.count(old) == 1
    return faults(SMALL.replace(old, new))


def test_blueprints_of_the_house_have_no_fault_and_both_languages():
    assert known() == ["projects", "windows"]
    for code in known():
        assert faults(text_of_house(code)) == []
        # A letter stands there as it is read, one language under the other: for this it is one line.
        whole = re.sub(r"\bru: \|-\n.*?\n( +)en: \|-\n", r"ru: en: \n", text_of_house(code).decode(), flags=re.DOTALL)
        for text in whole.splitlines():
            if re.search(r"kind: (material|work)\b|\bvat: ", text):
                continue  # what is sold has one name, that of the company
            assert len(re.findall(r"\bru:", text)) == len(re.findall(r"\ben:", text)), text


def test_a_small_one_is_enough():
    assert faults(SMALL) == []


def test_what_a_file_leaves_out_is_what_the_editor_of_pipelines_leaves_out():
    for text in (SMALL.encode(), *map(text_of_house, known())):
        for pipeline in read(text).content["pipelines"]:
            assert full(PIPELINES.item.lean(pipeline)) == full(pipeline)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("minutes: 60", "minuts: 60", 26, "“minuts” is not known here."),
        ("minutes: 60", "minutes: soon", 26, "A whole number from 1 to 1440 is needed here."),
        ("minutes: 60", "minutes: ²", 26, "A whole number from 1 to 1440 is needed here."),
        ("minutes: 60", "minutes: 60, steps: [[3]]", 26, "A size and its minutes are written like [3, 240]."),
        ("minutes: 60", "minutes: 60, steps: [[8, 60], [3, 90]]", 26, "Each size is larger than the one before."),
        ('name: {ru: "Кухни"}', 'name: {ru: ""}', 10, "The text is missing."),
        ('name: {ru: "Кухни"}', "name:", 10, "The text is missing."),
        ('name: {ru: "Кухни"}', "name: Кухни", 10, "Here a text is needed as {ru: …, en: …}."),
        ('name: {ru: "Кухни"}', 'name: {russisch: "Кухни"}', 10, "“russisch” is no language: ru, en."),
        ('    name: {ru: "Кухни"}\n', "", 9, "“name” is missing."),
        ("department: sales", "department: buying", 11, "There is no department “buying”."),
        ("source: site", "source: agency", 13, "There is no source “agency”."),
        ("role: manager", "role: astronaut", 13, "There is no role “astronaut”: nobody has it."),
        ("how: round_robin", "how: by_lot", 13, "“by_lot” is not known here."),
        ("[openings, client_name]", "[openings, height]", 15, "There is no field “height”."),
        ("{sort: [big]}", "{colour: [red]}", 16, "There is no field “colour”."),
        ("{sort: [big]}", "{sort: [blue]}", 16, "“blue” cannot be chosen in the field “sort”."),
        ("{sort: [big]}", "{sort: []}", 16, "The condition names no value."),
        ("{sort: [big]}", "{openings: [3]}", 16, "A condition asks for something to choose from"),
        ("{to: service}", "{to: orbit}", 17, "There is no pipeline “orbit”."),
        ("[{to: service}]", "[{to: service}, {to: service}]", 17, "The stage hands on into “service” twice."),
        ("{to: service}", "{to: service, carried: [height]}", 17, "There is no field “height”."),
        ("booked_stage: measured", "booked_stage: somewhere", 26, "There is no stage “somewhere”."),
        ("booked_stage: measured", "booked_fact: openings", 26, "The day of the visit goes into a field of the deal"),
        ("kind: won, name: {ru: \"Готово\"}, hand_off", 'name: {ru: "Готово"}, hand_off', 15, "There is no won stage."),
        ('code: off, kind: lost', "code: off, kind: won", 22, "There is no lost stage."),
        ("only_when: {sort: [big]}", "kind: lost, hand_off: [{to: service}]", 16, "A lost deal is not handed on."),
        ("{code: first, name", "{code: first, kind: won, name", 22, "There is no first stage"),
        ("kind: number", "kind: number, of: visit", 15, "“openings” is no field of the deal"),
        ("{sort: [big]}", "{sort: [true]}", 16, "“True” cannot be chosen"),
        ("required: [openings, client_name]", "only_when: {sort: [big]}", 15, "The first stage is for every deal"),
        ("code: measured, name", "code: new, name", 16, "The code “new” stands here twice."),
        ("{code: lost, kind: lost", "{code: lost, kind: gone", 18, "“gone” is not known here."),
        ("code: service\n", "code: kitchens\n", 19, "The code “kitchens” stands here twice."),
        ("kind: number", "kind: colour", 6, "“colour” is not known here."),
        ("kind: number", "kind: choice", 6, "There is nothing to choose from"),
        ("kind: choice,", "kind: text,", 7, "Only fields of the kinds choice and choices"),
        ("code: openings", "code: amount", 6, "“amount” is a field that the house has by itself."),
        ("code: sales", "code: отдел", 2, "A code is needed here"),
        ("  - {code: site,", "  - nothing\n  - {code: site,", 4, "Here keys with values are needed: code, name."),
        ("sources:\n", "sources: {}\n  #", 3, "A list is needed here."),
        ("sources:\n", "reports: [{of: all}]\nsources:\n", 3, "This version cannot take “reports” over yet"),
        ("sources:\n", "departments: []\nsources:\n", 3, "“departments” stands here twice."),
        ("sources:\n", "sources: &all\n", 3, "References (& and *) are not read here"),
        ("sources:\n", "sources: !!python/object:os.system\n", 3, "Tags (!) are not read here."),
        ("sources:\n", "sources\n", 4, "This is not YAML"),
        ("sources:\n", "? [a]\n: b\nsources:\n", 3, "Here a name is needed, not a list."),
        ("visit_kinds:", "---\nvisit_kinds:", 26, "Here a second document begins; a blueprint is one."),
    ],
)  # fmt: skip
def test_a_hole_is_said_with_its_line(old, new, line, said):
    found = changed(old, new)
    assert any(text.startswith(said) and at == line for at, text in found), found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a: b: c", "a colon stands where none can be"),
        ("a: 'b", "a quotation mark is not closed"),
        ('a: "\\q"', "what stands behind a backslash is not known"),
        ("a:\n\t- b", "a tab, @, % or `"),
        ("a: [b", "a bracket is not closed"),
        ("a: {b: 1", "a bracket is not closed"),
        ("- a\nb: 1", "the indent is another one"),
        (" a: 1\nb: 2", "the indent is another one"),
        ("a: &", "a text that begins with & or *"),
        ("a: !<", "a text that begins with !"),
    ],
)
def test_what_the_yaml_reader_says_is_said_in_our_words(text, kind):
    ((_line, said),) = faults(text)
    assert said.startswith(f"This is not YAML: {kind}")


def test_hand_offs_in_a_circle_name_the_circle():
    found = changed('{code: done, kind: won, name: {ru: "Готово"}}',
                    '{code: done, kind: won, name: {ru: "Готово"}, hand_off: [{to: kitchens}]}')  # fmt: skip
    assert found == [(23, "Hand-offs go in a circle: kitchens → service → kitchens.")]


def test_all_faults_are_said_at_once_in_the_order_of_the_lines():
    text = SMALL.replace("department: sales", "department: buying").replace("source: site", "source: agency")
    found = faults(text.replace("{to: service}", "{to: orbit}"))
    assert [line for line, _text in found] == [11, 13, 17]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "The file is empty."),
        (b"# only a remark\n", "The file is empty."),
        (b"just words", "Here keys with values are needed"),
        (b"a: \xff\xfe", "This is no text in UTF-8."),
        (b"code: a\x00b", "There is a sign in it that is no letter."),
        (b"PK\x03\x04", "There is a sign in it that is no letter."),
        (b"code: x\n" * 200_000, "The file is longer than 1 MB"),
        (b"sources: " + b"[" * 50_000, "This is deeper or longer than a blueprint can be."),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "References (& and *) are not read here"),
        (b"sources: [" + b"x, " * 120_000 + b"x]", "This is deeper or longer than a blueprint can be."),
    ],
)  # fmt: skip
def test_what_is_no_blueprint_at_all_is_refused_in_words(given, said):
    found = faults(given)
    assert found[0][1].startswith(said), found[:3]


_LINES = SMALL.splitlines(keepends=True)


@given(
    st.integers(0, len(_LINES) - 1),
    st.sampled_from(["", "x\n", "  - {}\n", "    stages: {a: b}\n", "\t\n", "- [[]]\n"]),
)
@settings(max_examples=150, deadline=None)
def test_whatever_line_is_spoilt_the_reader_answers_with_faults_and_never_breaks(line, instead):
    text = "".join([*_LINES[:line], instead, *_LINES[line + 1 :]])
    for at, said in faults(text):
        assert 0 <= at <= len(_LINES) + 1
        assert said


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(given):
    assert read(given).faults


def test_a_log_in_twice_and_hours_that_end_before_they_begin():
    text = (
        SMALL
        + """\
demonstration:
  staff:
    - {login: olga, name: "Ольга", role: operator, department: sales}
    - {login: olga, name: "Ольга", role: operator, department: nowhere}
  resources:
    - {name: "Бригада", kind: crew, skills: [design], days: [1], hours: [["18:00", "09:00"]]}
"""
    )
    assert faults(text) == [(32, "Working hours are written like [“09:00”, “18:00”].")]
    assert faults(text.replace('hours: [["18:00", "09:00"]]', "at: [55.7, north]")) == [
        (32, "Degrees are written like 55.7558."),
    ]
    assert faults(text.replace('"18:00", "09:00"', '"09:00", "18:00"')) == [
        (30, "“olga” stands here twice."),
        (30, "There is no department “nowhere”."),
    ]


def test_a_place_of_a_demonstration_has_a_point_somebody_and_one_line():
    text = (
        SMALL
        + """\
demonstration:
  staff:
    - {login: dina, name: "Дина", role: manager, department: sales}
  places:
    - {address: "Москва, Лесная, 5", at: "55.7789, 37.5879", by: dina}
    - {address: "Москва, Лесная, 5", at: "north of here", by: dina}
"""
    )
    assert faults(text) == [(32, "A point is written like “55.7789, 37.5879”.")]
    assert faults(text.replace("north of here", "55.7, 37.5")) == [(32, "“Москва, Лесная, 5” stands here twice.")]
    assert faults(
        text.replace('"Москва, Лесная, 5", at: "north of here", by: dina', '"Тула", at: "54.2, 37.6", by: egor')
    ) == [(32, "Nobody in the demonstration has the log-in “egor”.")]


def test_reading_one_of_the_house_twice_gives_the_same_object():
    assert of_house("windows") is of_house("windows")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('{code: weekdays, begins: "9:00", ends: "21:00"}', "A time is written like “09:00”."),
        ('{code: weekdays, begins: "09:00", ends: "24:00"}', "A time is written like “09:00”."),
        ('{code: weekdays, begins: "09:00"}', "“ends” is missing."),
        ('{code: weekdays, begins: "21:00", ends: "09:00"}', "This must be later than the beginning."),
        ('{code: monday, begins: "09:00", ends: "21:00"}', "“monday” is not known here. Known: weekdays, weekend."),
    ],
)
def test_hours_for_calls_out_that_cannot_be_are_said_with_their_line(given, said):
    last = SMALL.count("\n") + 2
    assert faults(f"{SMALL}calling_hours:\n  - {given}\n") == [(last, said)]
