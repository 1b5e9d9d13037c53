from __future__ import annotations

import contextlib
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.connectors.web_form.fields import Fields, Unreadable, parse

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"


def of_json(**values) -> Fields:
    return parse(JSON, json.dumps(values).encode())


def test_json_and_urlencoded_say_the_same():
    sent = {
        "name": "Вера Павлова", "phone": "8 (916) 123-45-67", "email": " Vera@Mail.RU ", "message": "Два окна",
        "address": "Лесная, 5", "page": "https://okna.example.ru/?utm_source=yandex&utm_medium=cpc",
        "openings": "2", "utm_source": "direct", "colour": "white", "tranid": "17:42",
    }  # fmt: skip
    expected = Fields(
        name="Вера Павлова", phone="+79161234567", email="vera@mail.ru", message="Два окна", address="Лесная, 5",
        page="https://okna.example.ru/?utm_source=yandex&utm_medium=cpc", openings=2,
        utm={"utm_source": "direct", "utm_medium": "cpc"}, extra={"colour": "white"}, outside_id="17:42",
    )  # fmt: skip
    assert parse(JSON, json.dumps(sent).encode()) == expected
    assert parse(f"{URLENCODED}; charset=utf-8", urlencode(sent).encode()) == expected


def test_multipart_without_its_files():
    body = (
        '--xyz\r\nContent-Disposition: form-data; name="имя"\r\n\r\nВера\r\n'
        '--xyz\r\nContent-Disposition: form-data; name="plan"; filename="a.png"\r\n\r\n\x89\r\n'
        '--xyz\r\nContent-Disposition: form-data; name="tel"\r\n\r\n+7 916 123 45 67\r\n--xyz--\r\n'
    ).encode()
    fields = parse('multipart/form-data; boundary="xyz"', body)
    assert (fields.name, fields.phone, fields.extra) == ("Вера", "+79161234567", {})


@pytest.mark.parametrize(
    "spelling", ["Телефон", "Ваш телефон", "PHONE", "your-phone", "fields[phone][value]", "form[Телефон]", "tel"]
)
def test_a_phone_is_found_under_its_many_names(spelling):
    assert of_json(**{spelling: "+79161234567"}).phone == "+79161234567"


def test_the_first_of_several_values_counts_and_the_rest_is_kept():
    fields = parse(URLENCODED, b"phone=&phone=89161234567&tel=89160000000")
    assert (fields.phone, fields.extra) == ("+79161234567", {"tel": "89160000000"})


@pytest.mark.parametrize("value", [{"number": 1}, [1, 2], True, 1.5, ["+79161234567", None]])
def test_a_wrong_type_is_named(value):
    fields = of_json(phone=value, email="a@b.ru")
    assert (fields.wrong, fields.is_acceptable) == ({"phone": "not_text"}, True)
    assert fields.extra == {"phone": value}


def test_a_wrong_phone_beside_a_good_email_is_no_hindrance():
    fields = of_json(phone="call me", email="a@b.ru")
    assert (fields.wrong, fields.extra, fields.is_acceptable) == ({"phone": "not_a_phone"}, {"phone": "call me"}, True)


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("consent", "on", ("processing",)),
        ("agree", "1", ("processing",)),
        ("Согласие", "Я согласен на обработку персональных данных", ("processing",)),
        ("fields[Согласен][value]", "Да", ("processing",)),
        ("privacy-policy", True, ("processing",)),
        ("agreement", ["0", "1"], ("processing",)),
        ("рассылка", "yes", ("advertising",)),
        ("consent", "", ()),
        ("consent", "0", ()),
        ("consent", False, ()),
        ("consent", ["1", "0"], ()),
        ("consent", {"given": "on"}, ()),
        ("согласие", "не согласен", ()),
        ("согласие", "Согласие не даю", ()),
        ("policy", "https://okna.example.ru/policy", ()),
        ("comment", "Я согласен", ()),
    ],
)
def test_what_is_ticked_beneath_a_form_is_a_consent_and_nothing_else_is(name, value, found):
    assert of_json(phone="+79161234567", **{name: value}).consents == found


def test_a_tick_stays_among_what_the_visitor_has_sent():
    fields = parse(URLENCODED, b"phone=89161234567&agree=0&agree=on&newsletter=on")
    assert (fields.consents, fields.extra) == (
        ("processing", "advertising"),
        {"agree": ["0", "on"], "newsletter": "on"},
    )


def test_nobody_to_answer_to():
    assert of_json(name="Vera").wrong == {"phone": "no_contact"}
    assert of_json(phone="12", email="vera").wrong == {"phone": "not_a_phone", "email": "not_an_email"}
    assert of_json(phone=None).wrong == {"phone": "no_contact"}
    assert of_json(phone=79161234567).phone == "+79161234567"


def test_the_id_of_a_form_is_something_that_it_says_and_no_number_of_a_request():
    assert of_json(id="form7").extra == {"id": "form7"}
    assert (of_json(tranid="17:42").outside_id, of_json(request_id="7").outside_id) == ("17:42", "")


def test_what_is_not_a_count_is_kept_in_words():
    assert of_json(phone="+79161234567", openings="не знаю").extra == {"openings": "не знаю"}
    assert of_json(phone="+79161234567", openings="3 окна").openings == 3


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, b"\xff\xfe{}"),
        (JSON, b"{"),
        (JSON, b"[]"),
        (JSON, b"1" * 5000),
        (JSON, b"[" * 100_000),
        (URLENCODED, b"name=%FF%FE"),
        (URLENCODED, "имя=Вера".encode("cp1251")),
        (URLENCODED, b"&".join(b"a%d=1" % number for number in range(1000))),
        ("multipart/form-data", b"--x"),
    ],
)
def test_unreadable(content_type, body):
    with pytest.raises(Unreadable):
        parse(content_type, body)


_names = (
    st.sampled_from(["phone", "consent", "email", "name", "id", "page", "openings", "utm_source", "fields[x]"])
    | st.text()
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([JSON, URLENCODED, "text/plain", "", "multipart/form-data; boundary=x"]), st.binary())
def test_any_bytes(content_type, body):
    with contextlib.suppress(Unreadable):
        parse(content_type, body)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_names, _values))
def test_any_object_becomes_something_that_can_be_stored(values):
    fields = parse(JSON, json.dumps(values).encode())
    stored = json.dumps(fields.extra, ensure_ascii=False, allow_nan=False)
    assert "\\u0000" not in stored
    assert stored.encode()


def test_a_deep_value_is_cut():
    body = b'{"phone": "+79161234567", "deep": ' + b"[" * 400 + b"]" * 400 + b"}"
    assert parse(JSON, body).phone == "+79161234567"
