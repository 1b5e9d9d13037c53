"""What a driver asks the office for, if browsers reach its system. Read by settings.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Option

SOFTPHONE = (
    Option(
        "softphone_socket",
        _("Address for browsers"),
        _("For calls out of the browser: wss://pbx.example.org:8089/ws. Empty: people have desk phones."),
    ),
    Option("softphone_domain", _("SIP domain"), _("Empty: the name in the address for browsers.")),
    Option(
        "softphone_ice",
        _("STUN and TURN servers"),
        _("Separated by commas: stun:stun.example.org:3478, turn:turn.example.org:3478"),
    ),
    Option("softphone_turn_login", _("Login for TURN")),
    Option("softphone_turn_secret", _("Secret for TURN"), is_secret=True),
)
