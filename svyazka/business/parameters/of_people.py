"""What a formula of one of the staff may name: of this month and of the last one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.parameters.sources import MONEY, NUMBER, Known, Source

# Which of the two, and the bounds of it.
_THIS, _LAST = "{at} >= %(month)s", "{at} >= %(last_month)s and {at} < %(month)s"


def _both(code: str, kind: Any, this: Any, last: Any, sql: str, at: str) -> tuple[Known, Known]:
    """`sql`: with {when}."""
    return (
        Known(f"{code}.this_month", kind, this, sql.replace("{when}", _THIS.replace("{at}", at)), "hour"),
        Known(f"{code}.last_month", kind, last, sql.replace("{when}", _LAST.replace("{at}", at)), "hour"),
    )


DEALS = Source(
    _("Deals"),
    """
    select d.responsible_id, {columns} from deals_deal d join deals_stage stage on stage.id = d.stage_id
    where d.responsible_id = any(%(ids)s) group by 1
    """,
    (
        Known("deals.open", NUMBER, _("Open deals"), "count(*) filter (where d.closed_at is null)"),
        Known(
            "deals.sum_open",
            MONEY,
            _("Sum of open deals"),
            "coalesce(sum(d.amount) filter (where d.closed_at is null), 0)",
        ),
        *_both(
            "deals.opened",
            NUMBER,
            _("Deals opened this month"),
            _("Deals opened last month"),
            "count(*) filter (where {when})",
            "d.opened_at",
        ),
        *_both(
            "deals.won",
            NUMBER,
            _("Deals won this month"),
            _("Deals won last month"),
            "count(*) filter (where stage.kind = 'won' and {when})",
            "d.closed_at",
        ),
        *_both(
            "deals.lost",
            NUMBER,
            _("Deals lost this month"),
            _("Deals lost last month"),
            "count(*) filter (where stage.kind = 'lost' and {when})",
            "d.closed_at",
        ),
        *_both(
            "deals.sum_won",
            MONEY,
            _("Sum won this month"),
            _("Sum won last month"),
            "coalesce(sum(d.amount) filter (where stage.kind = 'won' and {when}), 0)",
            "d.closed_at",
        ),
    ),
)
TASKS = Source(
    _("Tasks"),
    "select t.person_id, {columns} from deals_task t where t.person_id = any(%(ids)s) group by 1",
    (
        Known("tasks.open", NUMBER, _("Open tasks"), "count(*) filter (where t.done_at is null)"),
        Known(
            "tasks.overdue",
            NUMBER,
            _("Tasks overdue"),
            "count(*) filter (where t.done_at is null and t.due_at < %(now)s)",
            "hour",
        ),
        *_both(
            "tasks.done",
            NUMBER,
            _("Tasks done this month"),
            _("Tasks done last month"),
            "count(*) filter (where {when})",
            "t.done_at",
        ),
    ),
)
DEBTS = Source(
    _("Money"),
    """
    select d.responsible_id, {columns} from money_invoice m join deals_deal d on d.id = m.deal_id
    where d.responsible_id = any(%(ids)s) and not m.is_called_off and m.open_amount > 0 group by 1
    """,
    (
        Known("money.debt", MONEY, _("Debt in own deals"), "coalesce(sum(m.open_amount), 0)"),
        Known(
            "money.overdue",
            MONEY,
            _("Debt overdue in own deals"),
            "coalesce(sum(m.open_amount) filter (where m.due_on < %(today)s), 0)",
            "day",
        ),
    ),
)
PAID = Source(
    _("Money"),
    """
    select d.responsible_id, {columns} from money_payment m join deals_deal d on d.id = m.deal_id
    where d.responsible_id = any(%(ids)s) and m.paid_on >= %(last_month_day)s group by 1
    """,
    (
        Known(
            "money.paid.this_month",
            MONEY,
            _("Paid this month in own deals"),
            "coalesce(sum(m.amount) filter (where m.paid_on >= %(month_day)s), 0)",
            "day",
        ),
        Known(
            "money.paid.last_month",
            MONEY,
            _("Paid last month in own deals"),
            "coalesce(sum(m.amount) filter (where m.paid_on < %(month_day)s), 0)",
            "day",
        ),
    ),
)
SOURCES = (DEALS, TASKS, DEBTS, PAID)
