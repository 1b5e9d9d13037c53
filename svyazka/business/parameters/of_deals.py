"""What a formula of a deal may name, besides the company's own fields."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from svyazka.business.parameters.sources import DATE, LIST, MOMENT, MONEY, NUMBER, YES, Known, Source

DEAL = Source(
    _("Deal"),
    """
    select d.id, {columns} from deals_deal d
    join deals_stage stage on stage.id = d.stage_id join deals_pipeline pipeline on pipeline.id = d.pipeline_id
    join clients_client client on client.id = d.client_id left join clients_source source on source.id = d.source_id
    left join staff_department department on department.id = d.department_id
    left join deals_lossreason reason on reason.id = d.loss_reason_id where d.id = any(%(ids)s)
    """,
    (
        Known("deal.amount", MONEY, _("Amount of the deal"), "d.amount"),
        Known("deal.pipeline", LIST, _("Pipeline"), "pipeline.code", choices="pipelines"),
        Known("deal.stage", LIST, _("Stage"), "pipeline.code || '/' || stage.code", choices="stages"),
        Known("deal.source", LIST, _("Source"), "source.code", choices="sources"),
        Known("deal.department", LIST, _("Department"), "department.code", choices="departments"),
        Known("deal.responsible", LIST, _("Responsible"), "d.responsible_id::text", choices="people"),
        Known("deal.loss_reason", LIST, _("Reason of the loss"), "reason.code", choices="reasons"),
        Known("deal.opened", MOMENT, _("Deal opened"), "d.opened_at"),
        Known("deal.stage_since", MOMENT, _("At the stage since"), "d.stage_since"),
        Known("deal.closed", MOMENT, _("Deal closed"), "d.closed_at"),
        Known("deal.next_step", MOMENT, _("Next step at"), "d.next_step_at"),
        Known("deal.is_open", YES, _("Deal is open"), "d.closed_at is null"),
        Known("deal.is_won", YES, _("Deal is won"), "stage.kind = 'won'"),
        Known("deal.is_lost", YES, _("Deal is lost"), "stage.kind = 'lost'"),
        Known("deal.client_since", MOMENT, _("Client since"), "client.created_at"),
        Known("deal.is_company", YES, _("Client is a company"), "client.kind = 'company'"),
    ),
    hears=("deal", "client"),
)

_CALL = "i.kind = 'call'"
_WE_SPOKE = "i.kind = 'call' and i.data ->> 'result' = 'answered'"
_THEY, _WE = (f"i.direction = '{way}' and i.kind in ('call', 'message')" for way in ("in", "out"))
_CONTACT = f"(({_WE_SPOKE}) or i.kind in ('message', 'form'))"


def history(key: str) -> Source:
    """Calls and messages: of a deal by `deal_id`, of a client by `client_id`."""
    counted = {
        "calls.all": (_("Calls"), _CALL),
        "calls.in": (_("Calls of the client"), f"{_CALL} and i.direction = 'in'"),
        "calls.out": (_("Calls to the client"), f"{_CALL} and i.direction = 'out'"),
        "calls.spoken": (_("Calls that were answered"), _WE_SPOKE),
        "calls.missed": (
            _("Calls that we missed"),
            f"{_CALL} and i.direction = 'in' and i.data ->> 'result' in ('missed', 'busy')",
        ),
        "messages.in": (_("Messages of the client"), "i.kind = 'message' and i.direction = 'in'"),
        "messages.out": (_("Messages to the client"), "i.kind = 'message' and i.direction = 'out'"),
        "notes.all": (_("Notes"), "i.kind = 'note'"),
    }
    moments = {
        "contact.first": (_("First contact"), "min", _CONTACT),
        "contact.last": (_("Last contact"), "max", _CONTACT),
        "contact.theirs": (
            _("Client wrote or rang last"),
            "max",
            _THEY,
        ),
        "contact.ours": (_("We wrote or rang last"), "max", _WE),
    }
    return Source(
        _("Calls and messages"),
        f"select i.{key}, {{columns}} from clients_interaction i where i.{key} = any(%(ids)s) group by 1",  # noqa: S608  # our own words
        (
            *(Known(code, NUMBER, said, f"count(*) filter (where {which})") for code, (said, which) in counted.items()),
            *(
                Known(code, MOMENT, said, f"{how}(i.at) filter (where {which})")
                for code, (said, how, which) in moments.items()
            ),
        ),
        hears=("interaction", "call", "client", "deal"),
    )


def visits(key: str) -> Source:
    done = "v.status = 'done'"
    ahead = "v.status in ('planned', 'on_way', 'started')"
    return Source(
        _("Visits"),
        f"select v.{key}, {{columns}} from visits_visit v where v.{key} = any(%(ids)s) group by 1",  # noqa: S608
        (
            Known("visits.all", NUMBER, _("Visits that were booked"), "count(*)"),
            Known("visits.done", NUMBER, _("Visits that are done"), f"count(*) filter (where {done})"),
            Known("visits.off", NUMBER, _("Visits called off"), "count(*) filter (where v.status = 'cancelled')"),
            Known("visits.moves", NUMBER, _("How often visits were moved"), "coalesce(sum(v.moves), 0)"),
            Known("visits.first_done", MOMENT, _("First visit done"), f"min(v.starts_at) filter (where {done})"),
            Known("visits.last_done", MOMENT, _("Last visit done"), f"max(v.starts_at) filter (where {done})"),
            Known("visits.next", MOMENT, _("Next visit"), f"min(v.starts_at) filter (where {ahead})"),
        ),
        hears=("visit",),
    )


def invoices(key: str) -> Source:
    late = "coalesce(sum(m.open_amount) filter (where m.due_on < %(today)s), 0)"
    return Source(
        _("Money"),
        f"""
        select m.{key}, {{columns}} from money_invoice m
        where m.{key} = any(%(ids)s) and not m.is_called_off group by 1
        """,  # noqa: S608
        (
            Known("money.invoiced", MONEY, _("Invoiced"), "coalesce(sum(m.amount), 0)"),
            Known("money.debt", MONEY, _("Debt"), "coalesce(sum(m.open_amount), 0)"),
            Known(
                "money.overdue",
                MONEY,
                _("Debt overdue"),
                late,
                "day",
            ),
            Known(
                "money.due", DATE, _("Oldest unpaid invoice is due"), "min(m.due_on) filter (where m.open_amount > 0)"
            ),
        ),
        hears=(),
    )


def payments(key: str) -> Source:
    return Source(
        _("Money"),
        f"select m.{key}, {{columns}} from money_payment m where m.{key} = any(%(ids)s) group by 1",  # noqa: S608
        (
            Known("money.paid", MONEY, _("Paid"), "coalesce(sum(m.amount), 0)"),
            Known("money.payments", NUMBER, _("Number of payments"), "count(*) filter (where m.amount > 0)"),
            Known("money.last_paid", DATE, _("Last payment"), "max(m.paid_on) filter (where m.amount > 0)"),
        ),
        hears=(),
    )


PRODUCTS = Source(
    _("Products and services"),
    "select p.deal_id, {columns} from offers_pricing p where p.deal_id = any(%(ids)s) group by 1",
    (
        Known("products.total", MONEY, _("Sum of products and services"), "sum(p.total)"),
        Known("products.net", MONEY, _("The same without VAT"), "sum(p.total - p.vat)"),
        Known("products.discount", MONEY, _("Discount on them"), "sum(p.discount)"),
        Known("products.lines", NUMBER, _("Number of products and services"), "sum(p.lines)"),
    ),
    hears=("deal",),
)
TASKS = Source(
    _("Tasks and questions"),
    "select t.deal_id, {columns} from deals_task t where t.deal_id = any(%(ids)s) group by 1",
    (
        Known("tasks.open", NUMBER, _("Open tasks"), "count(*) filter (where t.done_at is null)"),
        Known("tasks.done", NUMBER, _("Tasks done"), "count(*) filter (where t.done_at is not null)"),
        Known(
            "tasks.overdue",
            NUMBER,
            _("Tasks overdue"),
            "count(*) filter (where t.done_at is null and t.due_at < %(now)s)",
            "hour",
        ),
    ),
    hears=(),
)
QUESTIONS = Source(
    _("Tasks and questions"),
    "select q.deal_id, {columns} from deals_question q where q.deal_id = any(%(ids)s) group by 1",
    (
        Known("questions.all", NUMBER, _("Questions of the controller"), "count(*)"),
        Known(
            "questions.open", NUMBER, _("Questions without an answer"), "count(*) filter (where q.closed_at is null)"
        ),
    ),
    hears=(),
)
BEFORE_VISIT = Source(
    _("Calls and messages"),
    """
    select v.deal_id, {columns} from (
        select deal_id, min(starts_at) as at from visits_visit
        where deal_id = any(%(ids)s) and status = 'done' group by 1
    ) v left join clients_interaction i on i.deal_id = v.deal_id and i.at < v.at group by 1
    """,
    (
        Known(
            "calls.before_visit",
            NUMBER,
            _("Calls until the first visit"),
            "count(*) filter (where i.kind = 'call')",
            nought=False,  # of one that was never visited it is not known how many it took
        ),
    ),
    hears=(),
)
HAND_OFFS = Source(
    _("Hand-offs"),
    "select h.deal_id, {columns} from deals_handoff h where h.deal_id = any(%(ids)s) group by 1",
    (
        Known("hand_offs.all", NUMBER, _("How often it was handed on"), "count(*)"),
        Known(
            "hand_offs.returned", NUMBER, _("How often it was returned"), "count(*) filter (where h.state = 'returned')"
        ),
    ),
    hears=("deal",),
)
SOURCES = (
    DEAL,
    history("deal_id"),
    BEFORE_VISIT,
    visits("deal_id"),
    PRODUCTS,
    invoices("deal_id"),
    payments("deal_id"),
    TASKS,
    QUESTIONS,
    HAND_OFFS,
)
