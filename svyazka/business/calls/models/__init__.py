"""What is stored of telephony: the systems and our numbers, the calls, what systems are asked to do, the floor."""

from svyazka.business.calls.models.call import Call, CallQuerySet
from svyazka.business.calls.models.command import PhoneCommand
from svyazka.business.calls.models.floor import (
    BreakReason,
    CallQueue,
    CountedCall,
    FloorRules,
    HourCount,
    PersonState,
    StateSpan,
)
from svyazka.business.calls.models.pbx import Pbx, PhoneLine
from svyazka.business.calls.models.phone import Phone
from svyazka.business.calls.models.sip_account import SipAccount

__all__ = [
    "BreakReason",
    "Call",
    "CallQuerySet",
    "CallQueue",
    "CountedCall",
    "FloorRules",
    "HourCount",
    "Pbx",
    "PersonState",
    "Phone",
    "PhoneCommand",
    "PhoneLine",
    "SipAccount",
    "StateSpan",
]
