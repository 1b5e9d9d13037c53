"""Yandex SmartCaptcha, asked at the door: whether whoever sent a form has passed it. Without Django: for the edge.

Source: its documentation of 2026 (`/validate`; a token holds for five minutes and once). Not tried on the live service.
Who is asked in vain does not keep a client out: without an answer the form is taken.
"""

from __future__ import annotations

import aiohttp

from svyazka.business.intake.knock import Account, Knock
from svyazka.connectors.web_form.bodies import Unreadable, read

ADDRESS = "https://smartcaptcha.cloud.yandex.ru/validate"
PATIENCE = 2.0  # seconds, in which a visitor waits


async def vouch(knock: Knock, account: Account) -> dict[str, str]:
    """What is noted beside the arrival: passed, failed, or unanswered; nothing, where nobody is asked."""
    if not (account.options.get("captcha") or {}).get("site_key") or not account.secret:
        return {}
    token = _token(knock)
    # From a server there is no captcha: only a page of a site shows one.
    if not token:
        return {"captcha": "failed"} if "origin" in knock.headers else {}
    return {"captcha": await _asked(account.secret, token, knock.sender)}


async def _asked(secret: str, token: str, sender: str) -> str:
    given = {"secret": secret, "token": token, "ip": sender}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session,
            session.post(ADDRESS, data=given) as answer,
        ):
            said = await answer.json(content_type=None) if answer.status == 200 else None
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return "unanswered"
    status = said.get("status") if isinstance(said, dict) else ""
    return {"ok": "passed", "failed": "failed"}.get(str(status), "unanswered")


def _token(knock: Knock) -> str:
    try:
        found = read(knock.headers.get("content-type", ""), knock.body).get("smart-token", "")
    except Unreadable:
        return ""
    return found[:4000] if isinstance(found, str) else ""
