"""A condition that is a formula over all that is known of the deal, or of the client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked
from svyazka.business.automation.action import Case
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.conditions.saying import DEAL
from svyazka.business.parameters import names, values, wording
from svyazka.engines.formulas.check import check
from svyazka.engines.formulas.evaluate import evaluate
from svyazka.engines.formulas.formula import Formula, Kind, Wrong, names_in
from svyazka.engines.formulas.parse import parse
from svyazka.engines.formulas.settle import in_words, settle
from svyazka.engines.formulas.written import written
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


class FormulaHolds:
    """Kept by the codes of what it names, so that a field may be renamed. Where something is not known, it does not
    hold."""

    code: ClassVar[str] = "formula"
    title: ClassVar[Any] = _("A formula")
    group: ClassVar[Any] = DEAL

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        whose = ((names.DEAL, _("of the deal")), (names.CLIENT, _("of the client")))
        return [
            Ask("holder", "choice", _("Over what is known"), choices=whose, required=True, initial=names.DEAL),
            Ask(
                "formula", "formula", _("Formula"), required=True, help=_("For example: [Amount of the deal] > 100 000")
            ),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        found = asked.read(self.form(typed), typed)
        known = names.names_of(found["holder"])
        try:
            formula = settle(parse(found["formula"]), known)
            kind = check(formula, {code: one.kind for code, one in known.items()})
        except Wrong as wrong:
            said = wording.of_wrong(wrong)
            raise Refused(said, fields={"formula": said}) from wrong
        if kind != Kind.YES:
            said = gettext("It must be yes or no: compare something, for example [Amount of the deal] > 100 000.")
            raise Refused(said, fields={"formula": said})
        return {**found, "formula": written(formula)}

    def words(self, given: Mapping[str, Any]) -> str:
        try:
            return written(in_words(_parsed(given["formula"]), names.names_of(given["holder"])))
        except Wrong:
            return str(given["formula"])

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        about = case.deal if given["holder"] == names.DEAL else case.client
        if about is None:
            return False
        formula = _parsed(given["formula"])
        known = values.values_of(given["holder"], [about.pk], names_in(formula))[about.pk]
        return evaluate(formula, known, now=clock.now()) is True

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        return None


@lru_cache(maxsize=200)
def _parsed(text: str) -> Formula:
    return parse(text)
