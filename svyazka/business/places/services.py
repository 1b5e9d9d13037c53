"""The servers that the company has chosen to ask: entered, checked, switched on and off."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.places import geocoder as geocoders
from svyazka.business.places import travel_source
from svyazka.business.places.find import centre
from svyazka.business.places.geocoder import Access, Geocoder
from svyazka.business.places.models import PairTime, Place, Service
from svyazka.business.places.travel_source import TooMany, TravelSource
from svyazka.business.places.troubles import OF_PEOPLE, Trouble, in_words
from svyazka.engines.routing.problem import Point
from svyazka.kit import clock, secrets
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

RESTS = timedelta(minutes=1)
RESTS_UNTIL_A_PERSON_LOOKS = timedelta(hours=1)
PATIENCE = 10.0  # seconds for one question, where nobody waits for it
_SECRET = re.compile(r"[\x21-\x7e]{0,200}")
KINDS = {Service.What.PLACING: settings.GEOCODERS, Service.What.TRAVEL: settings.TRAVEL_SOURCES}


def service(what: Service.What) -> Service:
    return Service.objects.get_or_create(what=what)[0]


def ready(what: Service.What) -> Service | None:
    """None: nobody has chosen one, it is switched off, or it rests after a trouble."""
    found = Service.objects.filter(what=what, is_on=True).exclude(kind="").first()
    return None if found is None or (found.rests_until and found.rests_until > clock.now()) else found


def change(what: Service.What, *, kind: str, base: str, key: str = "", secret: str = "", by: Actor) -> Service:
    """Kept once it has answered. An empty key is the one that is stored already. What others have said before is not
    mixed with what this one says."""
    stored = service(what)
    entered = Service(what=what, kind=_kind(what, kind), base=_base(base))
    same_server = (stored.kind, stored.base) == (entered.kind, entered.base)
    entered.key = _locked(key, stored.key, same_server, "key")
    entered.secret = _locked(secret, stored.secret, same_server, "secret")
    _try(entered)
    with transaction.atomic():
        current = Service.objects.select_for_update().get(what=what)
        changes = {"kind": (current.kind, entered.kind), "base": (current.base, entered.base)}
        current.kind, current.base = entered.kind, entered.base
        current.key, current.secret = entered.key, entered.secret
        current.is_on, current.generation = True, current.generation + 1
        current.trouble, current.rests_until = "", None
        current.save()
        record("places.service_changed", _about(current), by=by, changes=changes)
        _begin_anew(what)
    return current


@transaction.atomic
def switch(what: Service.What, *, on: bool, by: Actor) -> Service:
    service(what)
    current = Service.objects.select_for_update().get(what=what)
    if on and not current.kind:
        raise Refused(_("First choose a server and check it."))
    if current.is_on != on:
        current.is_on, current.trouble, current.rests_until = on, "", None
        current.save()
        record("places.service_switched", _about(current), by=by, changes={"is_on": (not on, on)})
        if on:
            _begin_anew(what)
    return current


def check(what: Service.What, *, by: Actor) -> Service:
    """Whether what is stored answers just now; what is wrong, in words. It is asked at once again from then on."""
    stored = service(what)
    if not stored.kind:
        raise Refused(_("First choose a server and check it."))
    try:
        _try(stored)
    except Refused as refusal:
        failed(stored, _why(refusal))
        raise
    answered(stored)
    return stored


def geocoder(service: Service) -> Geocoder:
    return geocoders.of_kind(service.kind)(_access(service))


def source(service: Service, *, patience: float = PATIENCE) -> TravelSource:
    return travel_source.of_kind(service.kind)(service.base, patience=patience)


def failed(service: Service, why: str) -> None:
    """Nobody asks it for a while: a call must not wait for a server that is away."""
    rests = RESTS_UNTIL_A_PERSON_LOOKS if why in OF_PEOPLE else RESTS
    asked = Service.objects.filter(pk=service.pk, generation=service.generation)
    if asked.update(trouble=why, rests_until=clock.now() + rests) and service.trouble != why:
        announce("service", _number(service))
    service.trouble = why


def answered(service: Service) -> None:
    if service.trouble or service.rests_until:
        Service.objects.filter(pk=service.pk, generation=service.generation).update(trouble="", rests_until=None)
        service.trouble, service.rests_until = "", None
        announce("service", _number(service))


class _Troubled(Refused):
    def __init__(self, why: str) -> None:
        super().__init__(in_words(why), fields={_AT_FAULT.get(why, "base"): in_words(why)})
        self.why = why


_AT_FAULT = dict.fromkeys(("no_key", "wrong_key", "no_money"), "key")
# Two ends of one street in the middle of the company's town are on any map that is of use to it.
_APART = 0.02


def _try(service: Service) -> None:
    try:
        if service.what == Service.What.PLACING:
            _try_geocoder(service)
        else:
            _try_source(service)
    except Trouble as trouble:
        raise _Troubled(trouble.why) from None


def _try_geocoder(service: Service) -> None:
    if geocoders.of_kind(service.kind).has_key and not service.key:
        raise Trouble("no_key")
    with closing(geocoder(service)) as asked:
        if asked.find(asked.example) is None:
            raise Trouble("not_understood")


def _try_source(service: Service) -> None:
    lat, lon = centre() or Point(55.7522, 37.6156)
    with closing(source(service)) as asked:
        try:
            answer = asked.seconds([Point(lat, lon)], [Point(lat + _APART, lon + _APART)])
        except TooMany:
            raise Trouble("not_understood") from None
    if answer[0][0] is None:
        raise Trouble("no_map")


def _why(refusal: Refused) -> str:
    return refusal.why if isinstance(refusal, _Troubled) else "unreachable"


def _begin_anew(what: Service.What) -> None:
    """What another server did not know, this one may. What it said of times is kept by its own generation only."""
    if what == Service.What.PLACING:
        Place.objects.filter(lat=None).update(ask_at=clock.now(), tries=0)
    else:
        PairTime.objects.all().delete()


def _access(service: Service) -> Access:
    key, secret = (secrets.take_out(locked) if locked else "" for locked in (service.key, service.secret))
    return Access(service.base, key, secret)


def _kind(what: Service.What, given: str) -> str:
    if given not in KINDS[what]:
        raise Refused(_("Choose one of them."), fields={"kind": _("Choose one of them.")})
    return given


def _base(typed: str) -> str:
    base = storable(typed).strip().rstrip("/")
    try:
        parts = urlsplit(base)
        is_server = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query
    except ValueError:  # brackets with no IPv6 address in them
        is_server = False
    if base and (not is_server or len(base) > 200 or "@" in base):
        words = _("A server is written like https://example.com")
        raise Refused(words, fields={"base": words})
    return base


def _locked(typed: str, stored: str, same_server: bool, field: str) -> str:
    """What is stored goes to no other server: whoever can change the settings could read it there."""
    given = typed.strip()
    if not _SECRET.fullmatch(given):
        words = _("This is no key: it has signs in it that no key has.")
        raise Refused(words, fields={field: words})
    if given:
        return secrets.lock_away(given)
    return stored if same_server else ""


def _about(service: Service) -> About:
    return About("service", _number(service))


def _number(service: Service) -> int:
    """Its place among them: its key is a word."""
    return list(Service.What).index(Service.What(service.what)) + 1
