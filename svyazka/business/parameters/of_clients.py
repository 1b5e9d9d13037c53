"""What a formula of a client may name, besides the company's own fields of clients."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from svyazka.business.parameters.of_deals import history, invoices, payments, visits
from svyazka.business.parameters.sources import MOMENT, MONEY, NUMBER, YES, Known, Source

CLIENT = Source(
    _("Client"),
    "select c.id, {columns} from clients_client c where c.id = any(%(ids)s)",
    (
        Known("client.since", MOMENT, _("Client since"), "c.created_at"),
        Known("client.is_company", YES, _("Client is a company"), "c.kind = 'company'"),
    ),
    hears=("client",),
)
DEALS = Source(
    _("Deals"),
    """
    select d.client_id, {columns} from deals_deal d join deals_stage stage on stage.id = d.stage_id
    where d.client_id = any(%(ids)s) group by 1
    """,
    (
        Known("deals.all", NUMBER, _("Deals"), "count(*)"),
        Known("deals.open", NUMBER, _("Open deals"), "count(*) filter (where d.closed_at is null)"),
        Known("deals.won", NUMBER, _("Deals won"), "count(*) filter (where stage.kind = 'won')"),
        Known("deals.lost", NUMBER, _("Deals lost"), "count(*) filter (where stage.kind = 'lost')"),
        Known("deals.sum", MONEY, _("Sum of all deals"), "coalesce(sum(d.amount), 0)"),
        Known(
            "deals.sum_won",
            MONEY,
            _("Sum of deals won"),
            "coalesce(sum(d.amount) filter (where stage.kind = 'won'), 0)",
        ),
        Known(
            "deals.sum_open",
            MONEY,
            _("Sum of open deals"),
            "coalesce(sum(d.amount) filter (where d.closed_at is null), 0)",
        ),
        Known("deals.first", MOMENT, _("First deal opened"), "min(d.opened_at)"),
        Known("deals.last", MOMENT, _("Last deal opened"), "max(d.opened_at)"),
        Known("deals.last_won", MOMENT, _("Last deal won"), "max(d.closed_at) filter (where stage.kind = 'won')"),
    ),
    hears=("deal",),
)
SOURCES = (
    CLIENT,
    DEALS,
    history("client_id"),
    visits("client_id"),
    invoices("client_id"),
    payments("client_id"),
)
