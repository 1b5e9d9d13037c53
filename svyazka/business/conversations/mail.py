"""The company's mail server: by which letters to clients leave the house."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations.client_channel import Letter, Undeliverable, Unreached, of_kind
from svyazka.business.conversations.models import MailServer
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import emails, secrets
from svyazka.kit.refusals import Refused


def server() -> MailServer:
    """As it is stored, or an empty one."""
    return MailServer.objects.filter(pk=1).first() or MailServer(pk=1)


@transaction.atomic
def change(
    *, host: str, port: int, security: str, user: str, password: str, sender: str, name: str, to: str, by: Actor
) -> MailServer:
    """Stored once it has taken a letter to `to`. An empty password is the one that is stored already."""
    known = server()
    place = (host.strip(), port, user.strip())
    known.password = _password(known, password, place)
    known.host, known.port, known.user = place
    known.security, known.sender, known.name, known.is_on = security, _address(sender, "sender"), name.strip(), True
    known.save()
    _try(_address(to, "to"))
    record("conversations.mail_changed", About("channel", 0), by=by, note=known.host)
    return known


@transaction.atomic
def switch(*, on: bool, by: Actor) -> None:
    known = server()
    if known.host and known.is_on != on:
        known.is_on = on
        known.save(update_fields=["is_on"])
        record("conversations.mail_changed", About("channel", 0), by=by, changes={"is_on": (not on, on)})


def _try(to: str) -> None:
    letter = Letter("trial", str(_("A letter from Svyazka")), str(_("Letters to clients go out in this way.")))
    try:
        of_kind("email").send(letter, to=to)
    except Undeliverable as refusal:
        words = _("The mail server takes no letter: {said}").format(said=refusal)
        raise Refused(words, fields={"user": words}) from None
    except Unreached as trouble:
        words = _("The mail server cannot be reached: {said}").format(said=trouble)
        raise Refused(words, fields={"host": words}) from None


def _password(known: MailServer, typed: str, place: tuple[str, int, str]) -> str:
    """What is stored goes to no other server: whoever can change the settings could read it there."""
    if typed:
        return secrets.lock_away(typed)
    if known.password and place != (known.host, known.port, known.user):
        words = _("Enter the password once more: it goes to another server now.")
        raise Refused(words, fields={"password": words})
    return known.password


def _address(typed: str, field: str) -> str:
    try:
        return emails.normalise(typed)
    except emails.NotAnEmail:
        words = _("This is no e-mail address.")
        raise Refused(words, fields={field: words}) from None
