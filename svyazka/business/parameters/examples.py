"""Formulas to begin with: of what companies ask first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.parameters.names import CLIENT, DEAL, PERSON, Name


@dataclass(frozen=True)
class Example:
    code: str
    of: str
    name: Any  # lazy
    formula: str  # by codes
    decimals: int = 0
    why: Any = ""  # what it is good for


EXAMPLES = (
    Example(
        "share_paid",
        DEAL,
        _("Share paid, %"),
        "percent([money.paid]; [deal.amount])",
        1,
        _("How much of the sum is here."),
    ),
    Example(
        "debt_share",
        DEAL,
        _("Debt share, %"),
        "percent([money.debt]; [deal.amount])",
        1,
        _("What is still owed of it."),
    ),
    Example(
        "quiet_days",
        DEAL,
        _("Days since the last contact"),
        "days(coalesce([contact.last]; [deal.opened]); today)",
        why=_("Whom nobody has spoken with for long."),
    ),
    Example(
        "calls_to_meet",
        DEAL,
        _("Calls until the first meeting"),
        "[calls.before_visit]",
        why=_("How hard it was to get there."),
    ),
    Example(
        "pressing",
        DEAL,
        _("How pressing it is"),
        'if([money.overdue] > 0 or [tasks.overdue] > 2; "A"; if([questions.open] > 0; "B"; "C"))',
        why=_("A class for lists and boards."),
    ),
    Example(
        "worth",
        CLIENT,
        _("Average deal of the client"),
        "[deals.sum_won] / [deals.won]",
        2,
        _("Who is worth a call more."),
    ),
    Example(
        "overdue_share",
        CLIENT,
        _("Overdue share of the debt, %"),
        "if([money.debt] = 0; 0; percent([money.overdue]; [money.debt]))",
        1,
        _("Who pays late."),
    ),
    Example(
        "away_days",
        CLIENT,
        _("Days without a deal"),
        "days([deals.last]; today)",
        why=_("Who has not ordered for long."),
    ),
    Example(
        "conversion",
        PERSON,
        _("Conversion this month, %"),
        "percent([deals.won.this_month]; [deals.opened.this_month])",
        1,
        _("How many of the deals become orders."),
    ),
    Example(
        "average",
        PERSON,
        _("Average order this month"),
        "[deals.sum_won.this_month] / [deals.won.this_month]",
        2,
        _("How large they are."),
    ),
    Example(
        "own_debt",
        PERSON,
        _("Overdue share in own deals, %"),
        "if([money.debt] = 0; 0; percent([money.overdue]; [money.debt]))",
        1,
        _("Whose clients pay late."),
    ),
)
BY_CODE: Mapping[str, Example] = {one.code: one for one in EXAMPLES}
MARGIN = ("costs", "cost", "prime_cost", "sebestoimost")


def of_holder(of: str, names: Mapping[str, Name]) -> list[Example]:
    """Those that can be counted here; the margin where there is a field for what was spent."""
    found = [one for one in EXAMPLES if one.of == of]
    spent = next((f"field.{code}" for code in MARGIN if f"field.{code}" in names), None) if of == DEAL else None
    if spent:
        formula = f"percent([deal.amount] - [{spent}]; [deal.amount])"
        found.insert(0, Example("margin", DEAL, _("Margin, %"), formula, 1, _("What is left of the sum.")))
    return found
