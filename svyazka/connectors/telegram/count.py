"""Whether Telegram has something that it could not hand over to us. Source: Bot API 10.1, getWebhookInfo.

It tells neither what it has had nor how much: only what waits there, at most a day, and what went wrong last.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

from django.utils.translation import gettext_noop

from svyazka.business.intake.counted_there import Asking, Counted
from svyazka.business.notices.messengers import Denied, Unreached
from svyazka.connectors.telegram.send import BASE
from svyazka.kit.outside import Line, Silent
from svyazka.kit.payload import object_in, text_in

ELSEWHERE = gettext_noop("It calls another address than ours.")
FAILED = gettext_noop("It could not hand something over to us.")


def count(asking: Asking) -> Counted:
    access = asking.access
    with closing(Line(f"{access.base or BASE}/bot{access.token}", proxy=access.proxy)) as line:
        try:
            answer = line.ask("POST", "/getWebhookInfo", {})
        except Silent as silence:
            raise Unreached(str(silence)) from None
    if answer.status in (401, 404) and answer.said.get("ok") is False:
        raise Denied
    if answer.status != 200 or answer.said.get("ok") is not True:
        raise Unreached(f"answered {answer.status}")
    told = object_in(dict(answer.said), "result")
    pending = told.get("pending_update_count")
    return Counted(waiting=pending if isinstance(pending, int) else 0, trouble=_trouble(told, asking))


def _trouble(told: dict[str, object], asking: Asking) -> str:
    called = text_in(told, "url")
    if asking.address and called != asking.address and not asking.access.options.get("asks"):
        return ELSEWHERE
    failed_at = told.get("last_error_date")
    if isinstance(failed_at, int) and datetime.fromtimestamp(failed_at, UTC) >= asking.since and called:
        return f"{FAILED} [{text_in(told, 'last_error_message')[:200]}]"
    return ""
