"""Telephone systems that we listen to: adding one, changing its access, switching it off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import Pbx
from svyazka.business.calls.phone_system import Option
from svyazka.business.calls.recordings import source
from svyazka.business.calls.setting_up import phones
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,200}")


def options_of(driver: str) -> tuple[Option, ...]:
    """What only this driver asks for, and how recordings come from there."""
    return (*getattr(_driver(driver), "options", ()), *source.options_of(driver))


def add(
    *,
    driver: str,
    code: str,
    host: str,
    port: int,
    login: str,
    secret: str,
    by: Actor,
    options: Mapping[str, str] | None = None,
) -> Pbx:
    if not _CODE.fullmatch(code):
        words = _("Up to 30 Latin letters, digits and dashes.")
        raise Refused(words, fields={"code": words})
    pbx = Pbx(code=f"{driver}/{code}", driver=driver, host=host.strip(), port=port, login=login.strip())
    pbx.secret = secrets.lock_away(secret) if secret else ""
    _set_options(pbx, options or {})
    _check(pbx)
    pbx.public_key = token_urlsafe(32) if way_in(pbx) else ""
    try:
        with transaction.atomic():
            pbx.save(force_insert=True)
            record("calls.pbx_added", About("pbx", pbx.pk), by=by, note=pbx.code)
            phones.stay(pbx, by=by)
    except IntegrityError as conflict:
        words = _("There is a telephone system of this name already.")
        raise Refused(words, fields={"code": words}) from conflict
    return pbx


@transaction.atomic
def change(pbx: Pbx, *, by: Actor, secret: str = "", options: Mapping[str, str] | None = None, **values: Any) -> Pbx:
    """`values`: host, port, login or is_active. A secret that is empty leaves the old one, also among the options."""
    pbx = Pbx.objects.select_for_update().get(pk=pbx.pk)
    changes = {name: (getattr(pbx, name), value) for name, value in values.items() if getattr(pbx, name) != value}
    for name, (_old, value) in changes.items():
        setattr(pbx, name, value)
    if secret:
        pbx.secret = secrets.lock_away(secret)
        changes["secret"] = ("", "•••")
    changes |= _set_options(pbx, options or {})
    _check(pbx)
    if changes:
        pbx.save(update_fields=list(changes))
        record("calls.pbx_changed", About("pbx", pbx.pk), by=by, changes=changes)
        if "is_active" in changes and pbx.is_active:
            phones.stay(pbx, by=by)
    return pbx


def _set_options(pbx: Pbx, given: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What of it is new, as the journal may know it."""
    known, was, now = dict(pbx.options), [], []
    for option in options_of(pbx.driver):
        value, old = given.get(option.name, "").strip(), str(known.get(option.name, option.default))
        if option.name not in given or value == old or (option.is_secret and not value):
            continue
        if option.choices and value not in dict(option.choices):
            raise Refused(_("This cannot be chosen."))
        known[option.name] = secrets.lock_away(value) if option.is_secret else value
        was.append(f"{option.name}={'' if option.is_secret else old}")
        now.append(f"{option.name}={'•••' if option.is_secret else value}")
    pbx.options = known
    return {"options": (", ".join(was), ", ".join(now))} if now else {}


@transaction.atomic
def renew_address(pbx: Pbx, *, by: Actor) -> Pbx:
    """Whoever knew the old one tells us nothing any more, the provider itself too until it is given the new one."""
    pbx = Pbx.objects.select_for_update().get(pk=pbx.pk)
    if not way_in(pbx):
        raise Refused(_("This telephone system is listened to; it has no address here."))
    pbx.public_key = token_urlsafe(32)
    pbx.save(update_fields=["public_key"])
    record("calls.pbx_changed", About("pbx", pbx.pk), by=by, changes={"address": ("", "•••")})
    return pbx


def way_in(pbx: Pbx) -> str:
    """What stands in the address at which it tells of its calls; empty: it is listened to."""
    return str(getattr(_driver(pbx.driver), "way_in", ""))


def title_of(driver: str) -> str:
    return str(getattr(_driver(driver), "title", driver.capitalize()))


def place_of(driver: str) -> dict[str, str | int]:
    """Where a system of this kind usually is, as far as that is known."""
    host, port = getattr(_driver(driver), "place", ("", 0))
    return {"host": host, "port": port or ""}


def _driver(name: str) -> object:
    path = settings.PHONE_SYSTEMS.get(name)
    return import_string(path) if path else None


def _check(pbx: Pbx) -> None:
    faults: dict[str, object] = {}
    if pbx.driver not in settings.PHONE_SYSTEMS:
        faults["driver"] = _("There is no driver of this name.")
    if not _HOST.fullmatch(pbx.host):
        faults["host"] = _("An address is a name or numbers, without http:// and without a port.")
    if not 1 <= pbx.port <= 65535:
        faults["port"] = _("A port is a number from 1 to 65535.")
    if faults:
        raise Refused(next(iter(faults.values())), fields=faults)
