# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""The settings of what comes in: fields of a form, SMS, whether all is in, categories, rules, quick replies."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from svyazka.business.conversations import proofs
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.inbox import replies, route_rules
from svyazka.business.intake.models import ArrivalTally, Reckoning
from svyazka.business.intake.test_form_fields import arrives
from svyazka.business.sorting import rules
from svyazka.business.sorting.models import Category
from svyazka.connectors.sms.conftest import sms, smsc  # noqa: F401
from svyazka.kit import clock

pytestmark = pytest.mark.slow
STRANGE = {
    "field_7": "8 916 123-45-67",
    "field_8": "Вера Павлова",
    "Какие у вас окна и когда вам удобно, чтобы мы приехали?": "Балкон и две створки на кухне, " * 12,
    "api": "x" * 120,
}
LONG = "Здравствуйте, {имя}! Спасибо за обращение, ваша заявка принята. " * 4


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SVYAZKA_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def filled(windows, sms) -> dict[str, str]:
    """A company that has set all of it. Says which page is where."""
    anna, form = windows["anna"], ChannelAccount.objects.get(code="web_form/okna")
    arrives(STRANGE)
    for number in range(5):
        replies.add(f"Ответ {number}", LONG if number % 2 else "Добрый день!", by=anna)
    for category in Category.objects.all()[:5]:
        given = {"any_of": ["кредит", "займ", "продвижение вашего сайта"], "kinds": ["message"]}
        rules.add(f"Правило «{category}» на каждый день", category, given, by=anna)
    of_all = {"department": windows["olga"].department, "skill": "", "minutes": 20, "language": "ru"}
    for name in ("Продажи", "Все, кто пишет по-русски вечером и в выходные"):
        route_rules.add({**of_all, "name": name}, by=anna)
    _counted(form, anna)
    return {
        "fields": f"/office/channels/{form.pk}/fields/",
        "sms": f"/office/channels/{sms().pk}/sms/",
        "all-in": "/office/arrivals/channels/",
        "route-rules": "/office/route-rules/",
        "route-rule-new": "/office/route-rules/new/",
        "categories": "/office/categories/",
        "category": f"/office/categories/{Category.objects.first().code}/",
        "sort-rules": "/office/sort-rules/",
        "sort-rule-new": "/office/sort-rules/new/",
        "quick-replies": "/office/quick-replies/",
        "channels": "/office/channels/",
    }


def _counted(form: ChannelAccount, anna: object) -> None:
    now, bot = clock.now(), ChannelAccount.objects.get(code="telegram/main")
    proofs.ask_for(form, "header", "X-Api-Key", by=anna)
    trouble = "The other side does not answer. [ConnectError]"
    Reckoning.objects.create(account=bot.code, at=now, since=now - timedelta(hours=24), trouble=trouble)
    ArrivalTally.objects.create(account=form.code, hour=now - timedelta(hours=2), count=1790, last_at=now)


@pytest.mark.parametrize(
    ("look", "width", "dark"),
    [("wide-light", 1440, False), ("phone-light", 390, False), ("wide-dark", 1440, True), ("phone-dark", 390, True)],
)
def test_every_page_fits_and_shuts_nobody_out(open_page, accessible, windows, filled, look, width, dark):
    page = open_page(windows["anna"], width=width, dark=dark)
    for name, path in filled.items():
        page.goto(path)
        picture(page, f"{name}-{look}")
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide == 0, f"{path} at {width}"
        accessible(page)
