"""What WhatsApp refuses, by its codes. Source: Meta's list of error codes, as its documentation and pywa have it.

A reason is an English text and the code in brackets; it is shown in the language of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from svyazka.business.conversations.channel import Unsure
from svyazka.business.notices.messengers import Denied, Undeliverable, Unreached
from svyazka.kit.outside import Answer

LATE = 131047
_NO_ADVERTISING = gettext_noop("WhatsApp holds back advertising from this client.")
_PAYMENT = gettext_noop("Meta waits for a payment of the company.")
_UNREGISTERED = gettext_noop("Our number is not registered at WhatsApp.")
_WORDS: Mapping[int, str] = {
    LATE: gettext_noop("More than 24 hours have passed since the client wrote: WhatsApp takes only a template."),
    130472: _NO_ADVERTISING,
    130497: gettext_noop("WhatsApp does not let us write to numbers of this country."),
    131008: gettext_noop("WhatsApp misses something in this message."),
    131009: gettext_noop("WhatsApp takes something in this message for wrong."),
    131021: gettext_noop("This is our own number."),
    131026: gettext_noop("It cannot be delivered: the number has no WhatsApp, or an old one."),
    131030: gettext_noop("A test number writes only to numbers that were entered at Meta before."),
    131042: _PAYMENT,
    131044: _PAYMENT,
    131045: _UNREGISTERED,
    131049: _NO_ADVERTISING,
    131050: gettext_noop("The client does not want advertising from us."),
    131051: gettext_noop("WhatsApp does not take this kind of message."),
    131052: gettext_noop("WhatsApp could not get the client's file."),
    131053: gettext_noop("WhatsApp does not take this file."),
    131062: gettext_noop("This can be sent only to a phone number, which the client hides."),
    132000: gettext_noop("The template has another number of places."),
    132001: gettext_noop("There is no such template in this language, or it is not approved."),
    132005: gettext_noop("With what was filled in, the template becomes too long."),
    132007: gettext_noop("WhatsApp takes the template for a breach of its rules."),
    132008: gettext_noop("What was filled in does not fit the template."),
    132012: gettext_noop("What was filled in does not fit the template."),
    132015: gettext_noop("The template rests: too many have complained of it."),
    132016: gettext_noop("The template is switched off: too many have complained of it."),
    133010: _UNREGISTERED,
}
_OTHER = gettext_noop("WhatsApp does not take this message.")
_DENIED = frozenset({0, 3, 10, 190, 131005, *range(200, 300)})
# What passes, and after how many seconds it is worth another try.
_WAIT: Mapping[int, float] = {
    1: 30, 2: 30, 4: 60, 368: 3600, 613: 60, 80007: 60, 130429: 5, 131000: 30, 131016: 60, 131031: 3600, 131048: 1800,
    131056: 6, 131057: 600, 131064: 3600, 133004: 60, 133016: 3600,
}  # fmt: skip


def reason_of(code: object, title: str = "") -> str:
    """`title`: in their words, where we have none of our own."""
    number = code if isinstance(code, int) and not isinstance(code, bool) else 0
    theirs = f": {title[:80]}" if title and number not in _WORDS else ""
    return f"{_WORDS.get(number, _OTHER)} [{number or '?'}{theirs}]"


def refusal_of(answer: Answer, *, says: bool = False) -> Exception:
    """`says`: it must not be said twice."""
    error = answer.said.get("error")
    if says and answer.status in (502, 504):  # whoever stood in between may have passed it on
        return Unsure(f"answered {answer.status}")
    if not isinstance(error, dict):  # some page that stands in the way, of a provider or a proxy
        return Unreached(f"answered {answer.status}", after=answer.after)
    code = _number(error, "code")
    if code in _DENIED and answer.status < 500:
        return Denied()
    if code in _WAIT or answer.status in (429, 500, 503):
        return Unreached(f"code {code}", after=answer.after or _WAIT.get(code, 30.0))
    return Undeliverable(reason_of(code, str(error.get("message", ""))[:100]))


def _number(error: Mapping[str, Any], name: str) -> int:
    found = error.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else -1
