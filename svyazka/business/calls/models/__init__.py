"""What is stored of telephony: systems and numbers, the calls with their recordings, what systems are asked to do."""

from svyazka.business.calls.models.call import Call, CallQuerySet
from svyazka.business.calls.models.command import PhoneCommand
from svyazka.business.calls.models.do_not_call import CallingHours, DoNotCall
from svyazka.business.calls.models.examination import Examination
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
from svyazka.business.calls.models.recording import KeepingRule, Listening, Recording
from svyazka.business.calls.models.sip_account import SipAccount

__all__ = [
    "BreakReason",
    "Call",
    "CallQuerySet",
    "CallQueue",
    "CallingHours",
    "CountedCall",
    "DoNotCall",
    "Examination",
    "FloorRules",
    "HourCount",
    "KeepingRule",
    "Listening",
    "Pbx",
    "PersonState",
    "Phone",
    "PhoneCommand",
    "PhoneLine",
    "Recording",
    "SipAccount",
    "StateSpan",
]
