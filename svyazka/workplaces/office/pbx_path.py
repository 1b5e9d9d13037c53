"""The way from nothing to a telephone system that works: its steps, and how far one is."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls import links
from svyazka.business.calls.models import Pbx, PhoneLine
from svyazka.business.calls.setting_up import examine
from svyazka.business.calls.setting_up.guide import Step, Weight
from svyazka.business.calls.setting_up.phones import people_on

# The word of each, the address, and what is said where it is missing. In the order in which one needs the other.
_STEPS: tuple[tuple[Step, Promise, str, Promise], ...] = (
    (Step.ACCESS, _("Access"), "pbx", _("Where the PBX is, and how it lets us in.")),
    (Step.PARTS, _("The other side"), "pbx_parts", _("It does not let us in yet: see what has to stand there.")),
    (Step.CHECK, _("The check"), "pbx_check", _("Let the listener look what is wrong.")),
    (Step.TRIAL, _("Test call"), "pbx_trial", _("No call was heard yet: make one.")),
    (Step.NUMBERS, _("Our numbers"), "pbx_numbers", _("Without our numbers no call has a source.")),
    (Step.PHONES, _("Phones"), "pbx_phones", _("Nobody has a phone: no card comes up while it rings.")),
)


@dataclass(frozen=True)
class OnTheWay:
    step: Step
    name: Promise
    url: str
    missing: Promise
    is_done: bool
    more: str = ""


def path_of(pbx: Pbx) -> list[OnTheWay]:
    people, numbers = len(people_on(pbx)), PhoneLine.objects.count()
    looked = examine.latest(pbx)
    found = examine.said(pbx, looked)
    faults = [one for one in found if one.weight == Weight.FAULT]
    is_up = links.is_up(pbx)
    done = {
        Step.ACCESS: (True, f"{pbx.host}:{pbx.port}"),
        Step.PARTS: (is_up, ""),
        Step.CHECK: (bool(looked and looked.done_at and not faults), str(len(faults) or "")),
        Step.TRIAL: (bool(examine.last_call_at(pbx)), ""),
        Step.NUMBERS: (bool(numbers), str(numbers or "")),
        Step.PHONES: (bool(people), str(people or "")),
    }
    return [
        OnTheWay(step, name, reverse(url, args=[pbx.pk]), missing, *done[step]) for step, name, url, missing in _STEPS
    ]


def address_of_step(pbx: Pbx, step: Step) -> str:
    return next(reverse(url, args=[pbx.pk]) for one, _name, url, _missing in _STEPS if one == step)
