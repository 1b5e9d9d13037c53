"""What is stored of telephony: the systems and our numbers, the calls, what the systems are asked to do,
and with what softphones register."""

from svyazka.business.calls.models.call import Call, CallQuerySet
from svyazka.business.calls.models.command import PhoneCommand
from svyazka.business.calls.models.pbx import Pbx, PhoneLine
from svyazka.business.calls.models.phone import Phone
from svyazka.business.calls.models.sip_account import SipAccount

__all__ = ["Call", "CallQuerySet", "Pbx", "Phone", "PhoneCommand", "PhoneLine", "SipAccount"]
