"""What the office asks of an administrator for an Oktell, beside address, login and secret."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Option

_ON_OR_OFF = (("off", _("off")), ("on", _("on")))

OPTIONS = (
    Option(
        "handshake",
        _("How we introduce ourselves"),
        _("As a CRM we hear of all telephones; as a user, only where the server insists on a log-in."),
        default="server",
        choices=(("server", _("As a CRM, from server to server")), ("user", _("As a user, with login and secret"))),
    ),
    Option(
        "http_login",
        _("How its web server asks for login and secret"),
        default="basic",
        choices=(("basic", "Basic"), ("digest", "Digest"), ("none", _("not at all"))),
    ),
    Option(
        "tls",
        _("Encryption"),
        _("Off: we connect to port 443 encrypted as soon as the server asks for it."),
        default="off",
        choices=_ON_OR_OFF,
    ),
    Option(
        "certificate",
        _("Certificate of the server"),
        default="checked",
        choices=(("checked", _("is checked")), ("any", _("is not checked"))),
    ),
    Option(
        "lines",
        _("Our numbers by line"),
        _("For the source of a call: 00012=+74951000101, 00013=+74951000102"),
    ),
    Option(
        "raw_log",
        _("Write all messages into a file"),
        _("For a day, to find out what went wrong. Clients' numbers stand in it, passwords do not."),
        default="off",
        choices=_ON_OR_OFF,
    ),
)
