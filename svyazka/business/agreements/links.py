"""The address at which a client reads what he is to agree to, signs it, and gets his PDF.

It is made anew each time that it is told: a copy of the database opens nothing. One that has come into wrong hands is
revoked; whoever opens it then reads that there may be another one.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from svyazka.business.agreements.models import Agreement, OldLink
from svyazka.business.deals.held import held
from svyazka.business.journal.record import Automaton
from svyazka.business.visits import links
from svyazka.kit import clock, secrets
from svyazka.kit.refusals import Refused

CLIENT = Automaton("client")
OPEN_FOR = timedelta(days=365)  # what was agreed is read again for as long as a window is new
_RELATED = ("form", "written", "sheet", "visit__kind", "visit__resource", "deal__responsible", "client")


class Revoked(Refused):
    """Somebody of the house has revoked it."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("This link holds no more. Open the newest one that we have sent you, or ring us."))


def link_of(agreement: Agreement) -> str:
    """The whole address, in the client's language; without the house's own, which the settings name, only its path."""
    own = f"{settings.ADDRESS}/a/{_token(agreement.request_id, agreement.link_number)}/"
    return own if agreement.language == settings.LANGUAGE_CODE else f"{own}?language={agreement.language}"


def fingerprint_of(request_id: UUID, number: int = 0) -> str:
    """By which it is found again."""
    return secrets.fingerprint(_token(request_id, number))


def find(token: str, *, sender: str) -> Agreement | None:
    """`sender`: who asks, by address. None: never given, or long over. Raises Revoked and TooManyGuesses."""
    links.refuse_guesses(sender)
    asked = secrets.fingerprint(token)
    found = Agreement.objects.select_related(*_RELATED).filter(fingerprint=asked).first()
    is_revoked = bool(found.link_revoked_at) if found else OldLink.objects.filter(fingerprint=asked).exists()
    if is_revoked:
        raise Revoked
    if found is None:
        links.note_miss(sender)
        return None
    is_open = found.outcome != Agreement.Outcome.THINKS and found.shown_at > clock.now() - OPEN_FOR
    return found if is_open else None


def held_agreement(agreement: Agreement) -> Agreement:
    """As it is now; nobody changes its deal before we have done."""
    deal = held(agreement.deal_id)
    current = Agreement.objects.select_related(*_RELATED).select_for_update(of=("self",)).get(pk=agreement.pk)
    current.deal = deal
    return current


def _token(request_id: UUID, number: int) -> str:
    """The number only where there was one before it: those that were told stay as they are."""
    return secrets.derived(f"agreement/{request_id}/{number}" if number else f"agreement/{request_id}")
