from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from svyazka.business.intake.connector import NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FormFilled
from svyazka.connectors.web_form.read import read

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent / "samples"
URLENCODED = "application/x-www-form-urlencoded"


def arrived(body: bytes, content_type: str = "application/json", **headers: str) -> Arrival:
    return Arrival(account="web_form/okna", headers={"content-type": content_type, **headers}, body=body)


def test_a_form_of_tilda():
    assert read(arrived((SAMPLES / "tilda.txt").read_bytes(), URLENCODED)) == [
        FormFilled(
            name="Вера Павлова",
            phone="+79161234567",
            email="vera@example.com",
            message="Два окна и балкон",
            utm={"utm_source": "yandex", "utm_campaign": "okna-vesna"},
            extra={"formid": "form42"},
        )
    ]


def test_a_form_in_json_with_the_page_it_stood_on():
    body = (SAMPLES / "own_site.json").read_bytes()
    assert read(arrived(body, referer="https://okna.example/")) == [
        FormFilled(
            name="Вера Павлова",
            phone="+79161234567",
            message="Два окна и балкон",
            address="Москва, ул. Лесная, 5, кв. 12",
            openings=3,
            page="https://okna.example/zamer?utm_source=vk&utm_medium=cpc",
            referrer="https://okna.example/",
            utm={"utm_source": "vk", "utm_medium": "cpc"},
            extra={"Удобное время": "после 18"},
        )
    ]


def test_a_wrong_phone_beside_a_right_address_is_kept_as_it_was_typed():
    [form] = read(arrived(b'{"phone": "12-34", "email": "vera@example.com", "list": [1, {"a": null}]}'))
    assert (form.phone, form.email) == ("", "vera@example.com")
    assert form.extra == {"phone": "12-34", "list": '[1, {"a": null}]'}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"name": "Vera"}', "The form has neither a phone nor an e-mail address."),
        (b'{"phone": "12"}', "What stands as the phone is no phone number, and there is no e-mail address."),
        (b'{"email": "vera"}', "What stands as the e-mail address is none, and there is no phone."),
        (b"\xff\xfe{", "The form cannot be read: it is not the text it says it is."),
        (b'{"phone": ["+79161234567", {"a": 1}]}', "The form has neither a phone nor an e-mail address."),
    ],
)
def test_whom_nobody_can_answer_stands_where_a_person_sees_it(body, said):
    with pytest.raises(NotUnderstood) as refusal:
        read(arrived(body))
    with translation.override("en"):
        assert str(refusal.value.reason) == said
