"""The phone has noticed that somebody came to an address or left it."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site.kinds import Answer, Kind
from svyazka.business.visits.whereabouts import marks
from svyazka.kit.refusals import Refused


def _near(action: Action, visit: Visit, by: Person) -> Answer:
    accuracy = action.data.get("accuracy")
    if not isinstance(accuracy, int) or isinstance(accuracy, bool):
        raise Refused(_("The position was not exact enough."))
    mark = marks.note(visit, action.kind, at=action.happened_at, accuracy=accuracy, by=by)
    return {"kept": mark is not None}


def _said_came(_action: Action) -> str:
    return gettext("came to the address")


def _said_left(_action: Action) -> str:
    return gettext("left the address")


KINDS = (
    Kind("came", gettext_lazy("Came to the address"), _near, _said_came, is_noted_only=True),
    Kind("left", gettext_lazy("Left the address"), _near, _said_left, is_noted_only=True),
)
