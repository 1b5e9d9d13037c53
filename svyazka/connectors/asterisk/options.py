"""What the office asks of an administrator for an Asterisk: how its dial plan wants to be spoken to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Option

OPTIONS = (
    Option("context", _("Context for calls out"), _("In which an operator's phone dials."), "from-internal"),
    Option("transfer_context", _("Context for transfers"), _("Empty: the same.")),
    Option("channel", _("What a phone is called there"), "", "PJSIP/{extension}"),
    Option(
        "queue_member", _("And as a member of a queue"), _("Empty: the same. FreePBX: Local/{extension}@from-queue/n")
    ),
    Option("trunk_prefix", _("Dialled before a number outside"), _("Usually nothing.")),
    Option(
        "caller_id",
        _("What the operator's phone shows while it rings"),
        _("{extension}, where the trunk takes its own number from it."),
        "{number}",
    ),
)
