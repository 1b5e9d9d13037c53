"""What is stored of telephony: the systems and our numbers, the calls, what the systems are asked to do, and whom we
do not ring."""

from svyazka.business.calls.models.call import Call, CallQuerySet
from svyazka.business.calls.models.command import PhoneCommand
from svyazka.business.calls.models.do_not_call import CallingHours, DoNotCall
from svyazka.business.calls.models.pbx import Pbx, PhoneLine
from svyazka.business.calls.models.phone import Phone

__all__ = ["Call", "CallQuerySet", "CallingHours", "DoNotCall", "Pbx", "Phone", "PhoneCommand", "PhoneLine"]
