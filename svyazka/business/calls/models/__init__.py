"""What is stored of telephony: the systems and our numbers, the calls, what the systems are asked to do, recordings."""

from svyazka.business.calls.models.call import Call, CallQuerySet
from svyazka.business.calls.models.command import PhoneCommand
from svyazka.business.calls.models.pbx import Pbx, PhoneLine
from svyazka.business.calls.models.phone import Phone
from svyazka.business.calls.models.recording import KeepingRule, Listening, Recording

__all__ = ["Call", "CallQuerySet", "KeepingRule", "Listening", "Pbx", "Phone", "PhoneCommand", "PhoneLine", "Recording"]
