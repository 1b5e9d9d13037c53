"""The address of a client's own page: made when it is first told, the same after a move, open until some days after
the visit."""

from __future__ import annotations

import secrets as randomness
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import Actor, record
from svyazka.business.visits.models import LinkMiss, Visit, VisitLink
from svyazka.business.visits.telling import about
from svyazka.kit import clock, secrets
from svyazka.kit.refusals import Refused

OPEN_AFTER = timedelta(days=7)
# Whoever tries addresses finds none: there are 2¹²⁸. So many misses in an hour, and nothing is looked up for him.
MOST_MISSES = 50
REMEMBERED = timedelta(hours=1)


class TooManyGuesses(Refused):
    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many wrong addresses. Try again in an hour."))


def link_of(visit: Visit) -> str:
    """The whole address; without the house's own, which the settings name, only its path."""
    return f"{settings.ADDRESS}/v/{_token_of(visit)}/"


def known(visit: Visit) -> str:
    """The same, if it was made already."""
    return link_of(visit) if VisitLink.objects.filter(visit=visit).exists() else ""


@transaction.atomic
def revoke(visit: Visit, *, by: Actor) -> None:
    """It opens nothing any more; the next message has another one. A second click changes nothing."""
    if VisitLink.objects.filter(visit=visit).delete()[0]:
        record("visits.link_revoked", about(visit), by=by)


def find(token: str, *, sender: str) -> VisitLink | None:
    """`sender`: who asks, by address. None: never given, revoked, or over. Raises TooManyGuesses."""
    refuse_guesses(sender)
    related = ("visit__kind", "visit__client", "visit__resource", "visit__deal__responsible")
    found = VisitLink.objects.select_related(*related).filter(fingerprint=secrets.fingerprint(token)).first()
    if found is None:
        note_miss(sender)
        return None
    return found if found.visit.ends_at > clock.now() - OPEN_AFTER else None


def refuse_guesses(sender: str) -> None:
    if LinkMiss.objects.filter(sender=sender, at__gt=clock.now() - REMEMBERED).count() >= MOST_MISSES:
        raise TooManyGuesses


def note_miss(sender: str) -> None:
    LinkMiss.objects.create(sender=sender, at=clock.now())


def forget_old_misses() -> None:
    LinkMiss.objects.filter(at__lt=clock.now() - REMEMBERED).delete()


def _token_of(visit: Visit) -> str:
    if known := VisitLink.objects.filter(visit=visit).first():
        return secrets.take_out(known.token)
    token = randomness.token_urlsafe(16)
    made = {"token": secrets.lock_away(token), "fingerprint": secrets.fingerprint(token), "made_at": clock.now()}
    # Of two who ask at once both are told the one that is there first.
    stored, _is_new = VisitLink.objects.get_or_create(visit=visit, defaults=made)
    return secrets.take_out(stored.token)
