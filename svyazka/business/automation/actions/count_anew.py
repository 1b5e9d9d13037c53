"""A computed parameter is counted anew at once, not only when the worker comes round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked
from svyazka.business.automation.action import CannotAct, Case, Done
from svyazka.business.automation.asked import Ask
from svyazka.business.journal.record import Actor
from svyazka.business.parameters import recompute
from svyazka.business.parameters.models import Parameter


class CountAnew:
    code: ClassVar[str] = "compute"
    title: ClassVar[Any] = _("Count a parameter anew")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        offered = tuple((one.code, one.name) for one in Parameter.objects.filter(is_active=True))
        return [Ask("parameter", "choice", _("Which parameter"), choices=offered, required=True)]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        found = Parameter.objects.filter(code=given["parameter"]).first()
        return gettext("count “{parameter}” anew").format(parameter=found.name if found else given["parameter"])

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({f"field:{given['parameter']}"})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        _whose(_parameter(given), case)
        return self.words(given)

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        parameter = _parameter(given)
        recompute.now(parameter, [_whose(parameter, case)])
        return Done(gettext("“{parameter}” is counted anew").format(parameter=parameter.name))


def _parameter(given: Mapping[str, Any]) -> Parameter:
    found = Parameter.objects.filter(code=given["parameter"], is_active=True).first()
    if found is None:
        raise CannotAct(gettext("The parameter that the rule names is gone."))
    return found


def _whose(parameter: Parameter, case: Case) -> int:
    """Of a person: whoever is responsible for the deal."""
    if parameter.of == Parameter.Of.DEAL:
        return case.its_deal.pk
    if parameter.of == Parameter.Of.CLIENT:
        return case.its_client.pk
    if case.its_deal.responsible_id is None:
        raise CannotAct(gettext("Nobody is responsible for the deal."))
    return case.its_deal.responsible_id
