"""Whatever is sent to the settings: an answer in words, never a broken page, and no text that is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client as Browser

from tests.test_doors import doors, samples

__all__ = ["samples"]
MARKUP = "<script>alert(1)</script>"
NONSENSE = ("\x00", "-1", "9" * 30, "²", "9999-12-31", MARKUP)
MOST_SENT = 800_000  # letters in one form: what is larger is refused before any page sees it
NAME = re.compile(r"""<(?:input|select|textarea|button)\b[^>]*?\bname="([^"]+)"[^>]*>""")
VALUE = re.compile(r"""\bvalue="([^"]*)\"""")
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
ACTION = re.compile(r"""\b(?:action|hx-post)="([^"]+)\"""")
NUMBER = re.compile(r"[0-9a-f]{6,}|\d+")
Form = dict[str, str]


@pytest.mark.django_db
@pytest.mark.slow
def test_nonsense_in_any_input_of_the_settings_is_answered(windows, samples, enter):
    browser = enter(windows["anna"])
    browser.raise_request_exception = False
    faults, asked = [], 0
    for address, form in _forms(browser, samples):
        for given in _spoiled(form):
            answer, asked = _ask(browser, address, given), asked + 1
            if answer.status_code >= 500 or MARKUP.encode() in answer.content:
                spoiled = [name for name in form if given.get(name) != form[name]]
                faults.append(f"{address} {spoiled}: {answer.status_code}")
    assert asked > 500
    assert not faults, "\n".join(faults)


def _forms(browser: Browser, samples: dict[str, Any]) -> Iterator[tuple[str, Form]]:
    """Each form of these pages once, as it stands there."""
    seen = set()
    for door in doors(samples):
        if not door.address.startswith(("/office/", "/account/")):
            continue
        page = browser.get(door.address)
        if page.status_code != 200 or "text/html" not in page.headers["Content-Type"]:
            continue
        for address, form in _on(page.content.decode(), door.address):
            key = (_without_numbers(address), frozenset(map(_without_numbers, form)))
            if key not in seen:
                seen.add(key)
                yield address, form


def _on(page: str, address: str) -> Iterator[tuple[str, Form]]:
    for head, inside in FORM.findall(page):
        to = ACTION.search(head)
        if 'method="post"' in head or "hx-post" in head:
            form: Form = {}
            for found in NAME.finditer(inside):
                value = VALUE.search(found.group(0))
                form.setdefault(unescape(found.group(1)), unescape(value.group(1)) if value else "")
            yield unescape(to.group(1)) if to else address, form


def _spoiled(form: Form) -> Iterator[Form]:
    """Every input at once; then each kind of input by itself, and without it."""
    yield from (dict.fromkeys(form, bad) for bad in (*NONSENSE, "х" * (MOST_SENT // max(len(form), 4))))
    kinds = {_without_numbers(name.rpartition(".")[2]): name for name in form}
    for name in kinds.values():
        yield from ({**form, name: bad} for bad in ("\x00", MARKUP))
        yield {other: given for other, given in form.items() if other != name}


def _without_numbers(name: str) -> str:
    return NUMBER.sub("N", name)


def _ask(browser: Browser, address: str, given: Form) -> Any:
    """Whatever it changes is taken back; whoever was logged out is in again."""
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    with transaction.atomic():
        answer = browser.post(address, given)
        transaction.set_rollback(True)
    browser.cookies[settings.SESSION_COOKIE_NAME] = session
    return answer
