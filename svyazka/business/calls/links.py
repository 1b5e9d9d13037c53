"""How the connections to the telephone systems stand."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import Pbx
from svyazka.business.calls.phone_system import Access, Link
from svyazka.business.calls.systems import options_of
from svyazka.business.journal.record import About, Actor, Automaton, record
from svyazka.kit import clock, secrets
from svyazka.kit.strongbox import WrongKey

BY = Automaton("listener")
LOCKED = "locked"
TROUBLES = {
    "wrong_secret": _("The PBX does not accept our login and secret. Check them in the settings of the PBX."),
    "not_allowed": _("The PBX lets us in but refuses to send events. Give our login the rights “call” and “cdr”."),
    "unreachable": _("The PBX cannot be reached. Check its address and port, and whether it is running."),
    "cut": _("The connection to the PBX was cut. We are connecting again."),
    "silent": _("The PBX is connected but does not answer. We are connecting again."),
    "not_understood": _("What answers at this address is not the manager interface of a PBX."),
    "already_in": _("The PBX says that somebody has logged in with our login already. Give us one of our own."),
    "licence_full": _("The licence of the PBX allows no more users at the same time."),
    "not_ready": _("The PBX is still starting. We are connecting again."),
    LOCKED: _("The secrets of this PBX do not open: the key of the installation has changed. Enter them once more."),
    "broken": _("The listener stopped because of a mistake of ours. It has been started again."),
}


def active() -> list[tuple[str, Access]]:
    """Driver and access of each telephone system that we are to listen to. One that does not open keeps nobody else."""
    opened = []
    for pbx in Pbx.objects.filter(is_active=True).order_by("code"):
        try:
            opened.append((pbx.driver, access(pbx)))
        except WrongKey:
            if pbx.trouble != LOCKED or is_up(pbx):
                notice(pbx.code, Link(is_up=False, trouble=LOCKED), by=BY)
    return opened


def in_trouble() -> list[Pbx]:
    """Those that are switched on and not connected, for a reason that is known."""
    return [pbx for pbx in Pbx.objects.filter(is_active=True).exclude(trouble="").order_by("code") if not is_up(pbx)]


def access(pbx: Pbx) -> Access:
    """Raises WrongKey."""
    secret = secrets.take_out(pbx.secret) if pbx.secret else ""
    locked = {option.name for option in options_of(pbx.driver) if option.is_secret}
    options = {option.name: option.default for option in options_of(pbx.driver) if option.default}
    options |= {name: secrets.take_out(value) if name in locked else str(value) for name, value in pbx.options.items()}
    return Access(pbx.code, pbx.host, pbx.port, pbx.login, secret, tuple(sorted(options.items())))


@transaction.atomic
def notice(code: str, link: Link, *, by: Actor) -> None:
    """The connection came up or was lost; the same news twice is one."""
    pbx = Pbx.objects.select_for_update().filter(code=code).first()
    if pbx is None or (link.trouble == pbx.trouble and link.is_up == is_up(pbx)):
        return
    changes = {"trouble": (pbx.trouble, link.trouble)}
    pbx.trouble = link.trouble
    if link.is_up:
        pbx.connected_at = clock.now()
    elif is_up(pbx) or pbx.lost_at is None:
        pbx.lost_at = clock.now()
    pbx.save(update_fields=["trouble", "connected_at", "lost_at"])
    record("calls.pbx_connected" if link.is_up else "calls.pbx_lost", About("pbx", pbx.pk), by=by, changes=changes)


def is_up(pbx: Pbx) -> bool:
    return bool(pbx.connected_at and (pbx.lost_at is None or pbx.lost_at < pbx.connected_at))


def trouble_of(pbx: Pbx) -> str:
    """What is wrong, in words for the page; empty when all is well."""
    return str(TROUBLES.get(pbx.trouble, pbx.trouble))
