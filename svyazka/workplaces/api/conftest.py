"""A program with a key, and what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client as Browser

from svyazka.business.staff import api_keys


class Caller:
    """Speaks as a program does: no cookies, a key, JSON."""

    def __init__(self, token: str = "", language: str = "en") -> None:
        self.browser = Browser(raise_request_exception=False, enforce_csrf_checks=True)
        self.headers = {"Accept-Language": language, **({"Authorization": f"Bearer {token}"} if token else {})}

    def get(self, address: str, **query: Any) -> Any:
        return self.browser.get(f"/api/v1{address}", query, headers=self.headers)

    def post(self, address: str, said: object) -> Any:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return self.browser.generic(
            "POST", f"/api/v1{address}", body, content_type="application/json", headers=self.headers
        )


@pytest.fixture
def caller_of(windows):
    def made(login: str = "anna", **options: Any) -> Caller:
        _key, token = api_keys.give("1C", windows[login], by=windows["anna"])
        return Caller(token, **options)

    return made


@pytest.fixture
def program(caller_of) -> Caller:
    return caller_of()
