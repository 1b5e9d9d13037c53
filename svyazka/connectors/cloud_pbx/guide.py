"""For whoever sets a cloud PBX up: what goes where in its cabinet, and what an examination may find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Access
from svyazka.business.calls.setting_up.guide import Diagnosis, Guide, Part, Place, Step, Weight


@dataclass(frozen=True)
class Cabinet:
    """`access`: where login and secret of ours are found there; `events`: where our address goes."""

    access: object
    events: object
    recordings: object = ""  # what they need there, where it is more than a link


_CABINETS = {
    "mango": Cabinet(
        _("Integrations → API connector: the unique code of your PBX is the login, the signature key the secret."),
        _("Integrations → API connector → address of the external system"),
        _("Recording is on, and goes into the cloud storage of your PBX. They come a minute or two after the call."),
    ),
    "uis": Cabinet(
        _("The login is a virtual number of yours, the secret the access key of a user with Call API."),
        _("Notifications → HTTP, one for each event; the texts stand in docs/how-to/cloud-pbx.md"),
    ),
    "zadarma": Cabinet(
        _("Settings → Integrations and API: Key is the login, Secret the secret."),
        _("Integrations and API → Notifications of calls on the PBX, all kinds"),
        _("Recording into the cloud is on for each extension. They come a minute or two after the call."),
    ),
    "sipuni": Cabinet(
        _("The login is the account number, the secret the integration key."),
        _("Integrations → Events of calls, HTTP"),
    ),
    "megafon": Cabinet(
        _("The host is <yours>.megapbx.ru, the secret the key of the PBX (token); the login stays empty."),
        _("Settings → Integration with CRM → Own CRM"),
    ),
}


def guide_of(code: str) -> Guide:
    cabinet = _CABINETS[code]
    return Guide(
        about=_("In the cloud: nothing stands in your office. Not tried on the live service yet."),
        records=True,
        help="cloud",
        parts=_parts(cabinet),
        diagnoses=DIAGNOSES,
    )


def _parts(cabinet: Cabinet) -> Callable[[Access, Place], Sequence[Part]]:
    def parts(_access: Access, place: Place) -> Sequence[Part]:
        return (
            Part(_("Key and secret of its API"), cabinet.access),
            Part(_("Address for its events"), cabinet.events, place.events, then=_("Ring one of your numbers.")),
            *([Part(_("Recordings"), cabinet.recordings)] if cabinet.recordings else []),
        )

    return parts


DIAGNOSES = {
    "key_right": Diagnosis(Weight.GOOD, _("The provider accepts our key and secret.")),
    "key_wrong": Diagnosis(
        Weight.FAULT,
        _("The provider refuses our key and secret."),
        _("Copy both from its cabinet once more."),
        Step.ACCESS,
    ),
    "key_unknown": Diagnosis(
        Weight.NOTE,
        _("Whether key and secret are right, this provider only says when something is asked of it."),
        _("Make a test call out."),
        Step.TRIAL,
    ),
    "no_answer": Diagnosis(
        Weight.FAULT,
        _("The provider's API does not answer."),
        _("Check the host, and whether this machine reaches the internet."),
        Step.ACCESS,
    ),
    "address_unknown": Diagnosis(
        Weight.NOTE,
        _("Whether the provider reaches our address cannot be told from here."),
        _("It must be open with https from outside. Ring one of your numbers: the test call shows what comes."),
        Step.TRIAL,
    ),
}
