"""For whoever sets an Oktell up: what to switch on there, and what an examination may find."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Access
from svyazka.business.calls.setting_up.guide import Diagnosis, Finding, Guide, Part, Place, Step, Weight
from svyazka.connectors.oktell.directory import Directory


def parts(_access: Access, _place: Place) -> Sequence[Part]:
    return (
        Part(
            _("Web integration by WebSocket, from CRM to Oktell"),
            _("Oktell, settings of the web server. Oktell serves one CRM at a time."),
        ),
        Part(
            _("A user of our own, if its web server asks for login and secret"),
            _("Not one that a person uses: Oktell lets each in once."),
        ),
        Part(
            _("The port of the embedded web server, open for the machine of Svyazka"),
            _("80 or 4055; with TLS 443."),
        ),
        Part(_("Recording, as you need it"), _("Links are taken from Oktell's journal of calls.")),
        Part(
            _("A user of their own for the recordings, if they are to come here"),
            _("Nobody works with it. Enter it with the access, under “User for the recordings”."),
        ),
    )


def found(directory: Directory, dated: int, extensions: Collection[str]) -> list[Finding]:
    """What the connection has learnt: a handshake that was refused leaves none."""
    numbers = [number for number in directory.numbers.values() if number]
    result = [Finding("subscribed"), Finding("dated", {"dated": str(dated)}) if dated else Finding("not_dated")]
    result.append(Finding("numbers", {"count": str(len(numbers))}) if numbers else Finding("no_numbers"))
    known = [one for one in extensions if directory.user_at(one)]
    unknown = [one for one in extensions if not directory.user_at(one)] if numbers else []
    result += [Finding("phones", {"phones": ", ".join(known)})] if known else []
    result += [Finding("phones_unknown", {"phones": ", ".join(unknown)})] if unknown else []
    return [*result, Finding("never_tried")]


DIAGNOSES = {
    "subscribed": Diagnosis(Weight.GOOD, _("Oktell has greeted us and accepted what we want to hear.")),
    "dated": Diagnosis(Weight.GOOD, _("Version of Oktell: {dated}.")),
    "not_dated": Diagnosis(Weight.NOTE, _("Oktell does not say which version it is.")),
    "numbers": Diagnosis(Weight.GOOD, _("Oktell has told us numbers of its users: {count}.")),
    "no_numbers": Diagnosis(
        Weight.WARNING,
        _("Oktell has told us no numbers of its users: whose phone rings may stay unknown."),
        _("See whether the user that we log in as may see the others."),
        Step.ACCESS,
    ),
    "phones": Diagnosis(Weight.GOOD, _("Phones of our people that Oktell knows: {phones}.")),
    "phones_unknown": Diagnosis(
        Weight.FAULT,
        _("Oktell knows no number {phones}."),
        _("Enter the main number of his Oktell user with each of the staff."),
        Step.PHONES,
    ),
    "never_tried": Diagnosis(
        Weight.NOTE,
        _("Nobody has tried this on a live Oktell."),
        _("Let it run beside the old CRM for a day and send us the messages of that day: the help says how."),
    ),
}

GUIDE = Guide(
    about=_("An Oktell of your own, over its WebSocket. Not tried on a live one yet."),
    records=True,
    help="oktell",
    parts=parts,
    diagnoses=DIAGNOSES,
)
