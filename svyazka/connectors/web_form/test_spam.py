"""What of a site is held to be no client's, and what only looks so."""

from __future__ import annotations

import json

import pytest
from django.utils import translation

from svyazka.business.intake.connector import Spam
from svyazka.business.intake.models import Arrival
from svyazka.connectors.web_form.read import read

pytestmark = pytest.mark.django_db
VERA = {"name": "Вера Павлова", "phone": "+79161234567", "message": "см. https://okna.example.ru/prices"}


def arrived(given: dict, **headers: str) -> Arrival:
    body = json.dumps({**VERA, **given}).encode()
    return Arrival(account="web_form/okna", headers={"content-type": "text/plain", **headers}, body=body)


@pytest.mark.parametrize(
    ("given", "headers", "why"),
    [
        ({"_trap": "http://x"}, {}, "a field that people do not see was filled in"),
        ({"_seconds": 0}, {}, "it was filled in quicker than people type"),
        ({"_seconds": "1"}, {}, "it was filled in quicker than people type"),
        ({"name": "Купи www.spam.ru"}, {}, "a link stands in the name"),
        ({"name": "bit.ly/x"}, {}, None),
        ({"name": "casino.xyz/win"}, {}, "a link stands in the name"),
        ({}, {"held": "address"}, "too many requests from one address"),
        ({}, {"held": "phone"}, "too many requests with one phone"),
        ({}, {"captcha": "failed"}, "the captcha was not passed"),
        ({}, {"captcha": "unanswered"}, None),
        ({"_seconds": 40, "_trap": ""}, {}, None),
        ({"_seconds": "quick"}, {}, None),
        ({"_trap": "x"}, {"not_spam": "1"}, None),
    ],
)
def test_what_is_spam(given, headers, why):
    if why is None:
        assert len(read(arrived(given, **headers))) == 1
        return
    with translation.override("en"), pytest.raises(Spam) as verdict:
        read(arrived(given, **headers))
    assert str(verdict.value) == f"Spam: {why}."
