"""For whoever sets an Asterisk up: what goes into which file, and what an examination may find."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Access
from svyazka.business.calls.setting_up.guide import Diagnosis, Guide, Part, Place, Step, Weight
from svyazka.connectors.asterisk.carrying_out import DialPlan
from svyazka.connectors.asterisk.snippets import NAMES, filled

# Of each file: what for, what makes Asterisk read it again, or else what to do.
_FILES: dict[str, tuple[object, str, object]] = {
    "manager.conf": (_("A login of its own for Svyazka"), 'asterisk -rx "manager reload"', ""),
    "asterisk.conf": (_("A name for this PBX"), "", _("Restart Asterisk: it reads this file only when it starts.")),
    "features.conf": (_("Passing calls on"), 'asterisk -rx "module reload features"', ""),
    "extensions.conf": (_("Dial plan and recording"), 'asterisk -rx "dialplan reload"', ""),
    "http.conf": (
        _("A way for browsers"),
        'asterisk -rx "module reload http"',
        _("Only for telephones in the browser. Name a certificate here that browsers believe."),
    ),
    "pjsip.conf": (
        _("Telephones in the browser"),
        'asterisk -rx "core restart when convenient"',
        _("Once for all of them. What each person needs besides is shown on his page, under “Phone”."),
    ),
}


def parts(access: Access, place: Place) -> Sequence[Part]:
    plan = DialPlan.of(access)
    values = {
        "login": access.login,
        "secret": access.secret,
        "address": place.address,
        "system": access.code.rpartition("/")[2],
        "context": plan.context,
        "transfer_context": plan.transfer_context or f"{plan.context}-xfer",
    }
    return [_part(name, filled(name, values)) for name in NAMES]


def _part(name: str, text: str) -> Part:
    title, run, then = _FILES[name]
    return Part(title, f"/etc/asterisk/{name}", text, run, then)


def _no_right(words: object) -> Diagnosis:
    return Diagnosis(Weight.FAULT, words, _("Put it into manager.conf and reload the manager."), Step.PARTS)


def _no_module(words: object) -> Diagnosis:
    return Diagnosis(Weight.WARNING, words, _("Load it in modules.conf, if you need that."))


DIAGNOSES = {
    "version": Diagnosis(Weight.GOOD, _("Asterisk {version}.")),
    "too_old": Diagnosis(
        Weight.FAULT,
        _("Asterisk {version} is older than 18: nobody has tried it with Svyazka."),
        _("Put in a newer one. Until then check each kind of call yourself."),
    ),
    "without_filters": Diagnosis(
        Weight.WARNING,
        _("Asterisk {version} refuses our filters and sends four times as much as is needed."),
        _("It works. From version 20 on only what is needed comes over the network."),
    ),
    "filters_refused": Diagnosis(
        Weight.WARNING,
        _("Our filters are refused, so that all events are sent."),
        _("Give our login the right “system” under write."),
        Step.PARTS,
    ),
    "rights": Diagnosis(Weight.GOOD, _("Our login may do all that Svyazka asks for.")),
    "no_right_system": _no_right(_("Our login has no right “system” under write: it cannot choose its events.")),
    "no_right_call": _no_right(_("Our login has no right “call” under write: nothing is passed on or hung up.")),
    "no_right_originate": _no_right(_("Our login has no right “originate” under write: no click rings a number.")),
    "no_right_agent": _no_right(_("Our login has no right “agent” under write: nobody takes a break in a queue.")),
    "calls_hidden": Diagnosis(
        Weight.FAULT,
        _("Calls are going on, and nothing is told of them."),
        _("Give our login the right “call” under read, and reload the manager."),
        Step.PARTS,
    ),
    "nothing_heard": Diagnosis(
        Weight.NOTE,
        _("Since we connected there was no call. Whether calls are told of shows the first one."),
        _("Make a test call. If it does not show, the right “call” is missing under read."),
        Step.TRIAL,
    ),
    "heard": Diagnosis(Weight.GOOD, _("Calls are told of.")),
    "no_records": Diagnosis(
        Weight.WARNING,
        _("A call has ended, and no CDR was told of."),
        _("Give our login the right “cdr” under read and switch cdr_manager on. Calls are right without it."),
        Step.PARTS,
    ),
    "no_times": Diagnosis(
        Weight.WARNING,
        _("Events come without the time: calls bear that of their arrival."),
        _("Put timestampevents = yes into manager.conf."),
        Step.PARTS,
    ),
    "recorded": Diagnosis(Weight.GOOD, _("Recordings are told of.")),
    "not_recorded": Diagnosis(
        Weight.WARNING,
        _("People have talked, and no recording was told of."),
        _("Put MixMonitor into the dial plan, and give our login the right “dialplan” under read."),
        Step.PARTS,
    ),
    "no_app_mixmonitor": _no_module(_("The module app_mixmonitor is not loaded: calls are not recorded.")),
    "no_app_queue": _no_module(_("The module app_queue is not loaded: there are no queues.")),
    "no_res_pjsip_transport_websocket": _no_module(
        _("The module res_pjsip_transport_websocket is not loaded: there is no telephone in the browser.")
    ),
    "named": Diagnosis(Weight.GOOD, _("The PBX calls itself {name}.")),
    "without_name": Diagnosis(
        Weight.WARNING,
        _("The PBX has no name (systemname)."),
        _("One Asterisk works without. Of several each needs its own: the ids of their calls begin with it."),
        Step.PARTS,
    ),
    "context": Diagnosis(Weight.GOOD, _("The dial plan has the context {context}.")),
    "context_missing": Diagnosis(
        Weight.FAULT,
        _("The dial plan has no context {context}."),
        _("Calls out and transfers are dialled there. Enter the one that your phones dial in, or make it."),
        Step.ACCESS,
    ),
    "context_unknown": Diagnosis(
        Weight.NOTE,
        _("Whether the context {context} is there cannot be told with the rights that we have."),
        _("The right “reporting” under write would show it."),
        Step.PARTS,
    ),
    "phones": Diagnosis(Weight.GOOD, _("Phones of our people that are connected: {phones}.")),
    "phones_unknown": Diagnosis(
        Weight.FAULT,
        _("The PBX knows no phone {phones}."),
        _("Correct the extension, or make the phone on the PBX."),
        Step.PHONES,
    ),
    "phones_away": Diagnosis(
        Weight.WARNING,
        _("Not connected to the PBX now: {phones}."),
        _("The phone is switched off, or its password is wrong. A softphone connects when its owner logs in."),
        Step.PHONES,
    ),
    "clock": Diagnosis(Weight.GOOD, _("The clock of the PBX is right.")),
    "clock_off": Diagnosis(
        Weight.WARNING,
        _("The clock of the PBX is off by {seconds} seconds."),
        _("Switch NTP on, there and here: what is rung up when, and what has vanished, is told by these clocks."),
    ),
    "prompts_unknown": Diagnosis(
        Weight.NOTE,
        _("Whether the prompts of Asterisk are installed cannot be told from here."),
        _("“Ask first” plays one (pbx-transfer). Try it once; without the prompt nothing happens."),
    ),
    "silent": Diagnosis(Weight.WARNING, _("The PBX did not answer all that we asked."), _("Check it again.")),
}

GUIDE = Guide(
    about=_("An Asterisk or FreePBX of your own, from version 18 on. Tried on a real one."),
    login="svyazka",
    makes_secret=True,
    records=True,
    help="asterisk",
    parts=parts,
    diagnoses=DIAGNOSES,
)
