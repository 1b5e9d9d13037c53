"""What a client is shown besides what was measured: the company, the work, where, when we come again, its terms.

It goes to the phone sealed, for each language, and comes back with the signature: what the house freezes is what stood
on the glass, also where the office has changed something meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import formats, translation
from django.utils.translation import gettext as _

from svyazka.business.agreements import terms
from svyazka.business.sheets.models import FormKind, FormVersion
from svyazka.business.visits.client_rules import rules, span_of
from svyazka.business.visits.models import Visit
from svyazka.kit import clock, phones, words
from svyazka.kit.refusals import Refused

_SIGNER = signing.Signer(salt="svyazka.agreements.shown")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def of_visit(visit: Visit, form: FormKind, language: str) -> dict[str, Any]:
    """As it stands on the page of the client, in his language."""
    kept, again = rules(), _next(visit)
    with translation.override(language):
        return {
            "language": language,
            "company": kept.company,
            "details": terms.details(),
            "phone": phones.readable(kept.phone) if kept.phone else "",
            "client": visit.client.name,
            "form": words.here(form.words),
            "work": words.here(visit.kind.words),
            "at": visit.starts_at.isoformat(),
            "address": visit.address,
            "next": _told(again) if again else "",
            "terms": words.here(terms.of(form)),
        }


def sealed(content: Mapping[str, Any], visit: Visit, written: FormVersion) -> str:
    """So that nobody agrees to what the house has never said."""
    whole = {"visit": visit.pk, "form": written.form_id, "version": written.number, "content": content}
    return _SIGNER.sign_object(whole, compress=True)


def opened(seal: Any, visit: Visit, form: FormKind) -> tuple[int, dict[str, Any]]:
    """The version of the form, and what was shown."""
    try:
        whole = _SIGNER.unsign_object(seal) if isinstance(seal, str) else None
    except signing.BadSignature:
        whole = None
    if not whole or (whole["visit"], whole["form"]) != (visit.pk, form.pk):
        raise Refused(_("What was shown to the client could not be read: show it to him once more."))
    return whole["version"], whole["content"]


def _next(visit: Visit) -> Visit | None:
    """When we come again, as far as it is booked."""
    ahead = Visit.objects.filter(deal=visit.deal_id, status__in=Visit.MOVABLE).exclude(pk=visit.pk)
    return ahead.filter(starts_at__gt=visit.starts_at).select_related("kind").order_by("starts_at").first()


def _told(visit: Visit) -> str:
    begins, ends = span_of(visit.starts_at)
    day = formats.date_format(clock.local(begins), "j E Y")
    return f"{words.here(visit.kind.words)}: {day}, {clock.local(begins):%H:%M}–{clock.local(ends):%H:%M}"
