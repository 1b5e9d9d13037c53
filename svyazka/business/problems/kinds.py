"""What is a problem: each kind one question over the open deals.

Each finds rows of (deal_id, kind, subject_id, since, person_id, why). `{of}` narrows it to some deals. What stands in
`why` must not change by itself as time goes by, or every sweep would write every row anew.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from svyazka.business.problems.models import Problem

Kind = Problem.Kind

TAKEN_WITHIN = timedelta(minutes=15)  # a new request is nobody's until somebody takes it up
STEP_GRACE = timedelta(minutes=5)
AWAY = timedelta(days=1)  # whoever is away for no longer comes back to his deals
ANSWERED_WITHIN = {"message": timedelta(minutes=15), "form": timedelta(hours=1)}
RUNG_BACK_WITHIN = timedelta(minutes=15)
CALLS_REMEMBERED = timedelta(days=14)
RESULT_WITHIN = timedelta(hours=1)
AGREED_WITHIN = timedelta(minutes=30)
MOVED_OFTEN = 3  # unless the company says another number
WAITS_AT_MOST = 7  # days; the company says otherwise in the rules of its waiting list
PING_PONG_FROM = 3
LATE_LOOKS = timedelta(hours=12)  # whoever runs late today does not keep tomorrow waiting

# What each question may be given, beside `deals` and what the company says of `confirmed_before`.
BOUNDS = {
    "taken_within": TAKEN_WITHIN,
    "step_grace": STEP_GRACE,
    "away": AWAY,
    "message_within": ANSWERED_WITHIN["message"],
    "form_within": ANSWERED_WITHIN["form"],
    "rung_back_within": RUNG_BACK_WITHIN,
    "calls_remembered": CALLS_REMEMBERED,
    "result_within": RESULT_WITHIN,
    "agreed_within": AGREED_WITHIN,
    "moved_often": MOVED_OFTEN,
    "waits_at_most": WAITS_AT_MOST,
    "late_looks": LATE_LOOKS,
    "ping_pong_from": PING_PONG_FROM,
    "zone": settings.TIME_ZONE,
}

_NO_PERSON = """
select d.id as deal_id, 'no_person' as kind, 0::bigint as subject_id, d.opened_at as since, null::bigint as person_id,
       '{}'::jsonb as why
from deals_deal d
where d.closed_at is null and d.responsible_id is null and d.opened_at < %(now)s::timestamptz - %(taken_within)s{of}
union all
select d.id, 'no_person', 0, coalesce(gone.at, d.stage_since), null, jsonb_build_object('gone', who.full_name)
from staff_person who
join deals_deal d on d.responsible_id = who.id and d.closed_at is null{of}
left join lateral (
    select max(at) as at from journal_entry e
    where e.kind = 'person' and e.object_id = who.id and e.verb = 'staff.let_go'
) gone on true
where not who.is_active
union all
select d.id, 'no_person', 0, greatest(lower(a.during), d.opened_at), null,
       jsonb_build_object('away', who.full_name, 'until', upper(a.during))
from staff_absence a
join staff_person who on who.id = a.person_id and who.is_active
join deals_deal d on d.responsible_id = who.id and d.closed_at is null{of}
where a.during @> %(now)s::timestamptz and a.during @> lower(a.during) + %(away)s
"""

_NO_STEP = """
select d.id, 'no_step', 0, greatest(d.stage_since, last.done_at), d.responsible_id, '{}'::jsonb
from deals_deal d
left join lateral (select max(done_at) as done_at from deals_task t where t.deal_id = d.id) last on true
where d.closed_at is null and d.next_step_at is null{of}
"""

_STEP_OVERDUE = """
select d.id, 'step_overdue', task.id, task.due_at, coalesce(task.person_id, d.responsible_id),
       jsonb_build_object('what', task.what, 'how', task.kind)
from deals_deal d
cross join lateral (
    select t.id, t.due_at, t.person_id, t.what, t.kind from deals_task t
    where t.deal_id = d.id and t.done_at is null order by t.due_at, t.id limit 1
) task
where d.closed_at is null and d.next_step_at < %(now)s::timestamptz - %(step_grace)s
  and task.due_at < %(now)s::timestamptz - %(step_grace)s{of}
"""

_STUCK = """
select d.id, 'stuck', 0, d.stage_due_at, d.responsible_id,
       jsonb_build_object('limit', round(extract(epoch from d.stage_due_at - d.stage_since)))
from deals_deal d where d.closed_at is null and d.stage_due_at < %(now)s::timestamptz{of}
"""

_SLOW = """
select d.id, 'slow', 0, d.stage_since + stay.long, d.responsible_id,
       jsonb_build_object('usual', round(extract(epoch from stay.usual)))
from problems_stagestay stay
join deals_deal d on d.stage_id = stay.stage_id and d.stage_since < %(now)s::timestamptz - stay.long
where d.closed_at is null and (d.stage_due_at is null or d.stage_due_at >= %(now)s::timestamptz){of}
"""

# Of several that wait in one deal the first: the client wants one answer.
_UNANSWERED = """
(select distinct on (d.id) d.id, 'unanswered', i.id, i.at, d.responsible_id, jsonb_build_object('by', i.kind)
from clients_interaction i
join deals_deal d on d.id = i.deal_id and d.closed_at is null{of}
where i.waiting and i.direction = 'in' and i.kind in ('message', 'form')
  and i.at < %(now)s::timestamptz - case i.kind when 'message' then %(message_within)s else %(form_within)s end
order by d.id, i.at, i.id)
"""

# Anything that shows that somebody has seen to it counts: a call in which both spoke, one that we tried, a word.
_MISSED_CALL = """
(select distinct on (d.id) d.id, 'missed_call', i.id, i.at, d.responsible_id, '{}'::jsonb
from clients_interaction i
join deals_deal d on d.id = i.deal_id and d.closed_at is null{of}
where i.kind = 'call' and i.direction = 'in' and i.data->'result' in ('"missed"', '"busy"')
  and i.at > %(now)s::timestamptz - %(calls_remembered)s and i.at < %(now)s::timestamptz - %(rung_back_within)s
  and not exists (
    select from clients_interaction later
    where later.client_id = i.client_id and later.at > i.at and (
        later.kind = 'note' or later.direction = 'out' and later.kind in ('call', 'message')
        or later.kind = 'call' and later.data->>'result' = 'answered'))
order by d.id, i.at, i.id)
"""

_QUESTION = """
select d.id, 'question', asked.id, asked.due_at, asked.person_id,
       jsonb_build_object('question', q.id, 'text', left(q.text, 200))
from deals_asked asked
join deals_question q on q.id = asked.question_id and q.closed_at is null
join deals_deal d on d.id = q.deal_id and d.closed_at is null{of}
where asked.answered_at is null and asked.due_at < %(now)s::timestamptz
"""

_NOT_ACCEPTED = """
select d.id, 'not_accepted', leg.id, leg.due_at, coalesce(leg.to_person_id, d.responsible_id),
       jsonb_build_object('from', leg.deal_id)
from deals_handoff leg
join deals_deal d on d.id = leg.to_deal_id and d.closed_at is null{of}
where leg.state = 'waiting' and leg.due_at < %(now)s::timestamptz
"""

_RETURNED = """
select d.id, 'returned', leg.id, leg.answered_at, d.responsible_id, jsonb_build_object('reason', leg.reason)
from deals_handoff leg
join deals_deal d on d.id = leg.deal_id and d.closed_at is null{of}
where leg.state = 'returned' and not exists (
    select from deals_handoff later
    where later.deal_id = leg.deal_id and later.to_pipeline_id = leg.to_pipeline_id and later.leg > leg.leg)
"""

_PING_PONG = """
select d.id, 'ping_pong', leg.id, leg.handed_at, coalesce(leg.to_person_id, d.responsible_id),
       jsonb_build_object('legs', leg.leg)
from deals_handoff leg
join deals_deal d on d.id = leg.to_deal_id and d.closed_at is null{of}
where leg.state = 'waiting' and leg.leg >= %(ping_pong_from)s
"""

# Switched off, let go, or without hours on that day; of those who go along, whether they are still there.
_VISIT_IMPOSSIBLE = """
select d.id, 'visit_impossible', v.id, v.created_at, d.responsible_id,
       jsonb_build_object('at', v.starts_at, 'who', gone.name)
from visits_visit v
join deals_deal d on d.id = v.deal_id and d.closed_at is null{of}
cross join lateral (
    select r.name
    from visits_booking b
    join visits_resource r on r.id = b.resource_id
    left join staff_person who on who.id = r.person_id
    cross join lateral (select (lower(b.during) at time zone %(zone)s)::date as day) at
    left join visits_shift s on s.resource_id = r.id and s.day = at.day
    where b.visit_id = v.id and (
        not r.is_active or not coalesce(who.is_active, true)
        or r.id = v.resource_id and coalesce(
            s.hours, r.hours->((extract(isodow from at.day) - 1)::int::text), '[]'::jsonb) = '[]'::jsonb)
    order by r.id limit 1
) gone
where v.status = 'planned' and v.starts_at > %(now)s::timestamptz
"""

_VISIT_ORPHANED = """
select d.id, 'visit_orphaned', v.id, v.lacks_since, d.responsible_id,
       jsonb_build_object('at', v.starts_at, 'who', r.name, 'resource', r.id)
from visits_visit v
join visits_resource r on r.id = v.lacks_id
join deals_deal d on d.id = v.deal_id and d.closed_at is null{of}
where v.status = 'planned' and v.starts_at > %(now)s::timestamptz
"""

# What was done without signal and nobody has decided on.
_VISIT_BESIDE = """
select d.id, 'visit_beside', v.id, aside.since, d.responsible_id,
       jsonb_build_object('at', v.starts_at, 'who', who.full_name)
from (
    select visit_id, min(came_at) as since, min(person_id) as person_id
    from visits_action where outcome = 'beside' and decided_at is null group by visit_id
) aside
join visits_visit v on v.id = aside.visit_id
join deals_deal d on d.id = v.deal_id and d.closed_at is null{of}
join staff_person who on who.id = aside.person_id
"""

# Of those who are at work now, or should be, the visits that begin before that is over.
_VISIT_LATE = """
select d.id, 'visit_late', v.id, v.starts_at, d.responsible_id,
       jsonb_build_object('at', v.starts_at, 'who', r.name, 'resource', r.id)
from visits_visit running
join visits_visit v on v.resource_id = running.resource_id and v.id <> running.id and v.status = 'planned'
  and v.lacks_id is null and v.starts_at > running.starts_at and v.starts_at < %(now)s::timestamptz + %(late_looks)s
  and v.starts_at < greatest(
    running.ends_at + running.late_minutes * interval '1 minute',
    case when running.status = 'started' then %(now)s::timestamptz
         when running.status = 'on_way' and running.starts_at < %(now)s::timestamptz
         then %(now)s::timestamptz + (running.ends_at - running.starts_at) else running.ends_at end)
join visits_resource r on r.id = v.resource_id
join deals_deal d on d.id = v.deal_id and d.closed_at is null{of}
where running.status in ('planned', 'on_way', 'started') and running.lacks_id is null
  and (running.starts_at < %(now)s::timestamptz or running.late_minutes > 0)
  and running.ends_at > %(now)s::timestamptz - %(late_looks)s
"""

_VISIT_UNCONFIRMED = """
select d.id, 'visit_unconfirmed', v.id, greatest(v.starts_at - %(confirmed_before)s, v.created_at), d.responsible_id,
       jsonb_build_object('at', v.starts_at)
from visits_visit v
join deals_deal d on d.id = v.deal_id and d.closed_at is null{of}
where v.status = 'planned' and v.confirmed_at is null
  and v.starts_at > %(now)s::timestamptz and v.starts_at < %(now)s::timestamptz + %(confirmed_before)s
"""

_VISIT_MOVED = """
select d.id, 'visit_moved', v.id, coalesce(moved.at, v.created_at), d.responsible_id,
       jsonb_build_object('moves', v.moves, 'at', v.starts_at, 'reason', v.reason)
from visits_visit v
join deals_deal d on d.id = v.deal_id and d.closed_at is null{of}
left join lateral (
    select max(at) as at from journal_entry e
    where e.kind = 'visit' and e.object_id = v.id and e.verb = 'visits.moved'
) moved on true
where v.status = 'planned' and v.confirmed_at is null
  and v.moves >= coalesce((select moves_are_many from visits_visitrules where id = 1), %(moved_often)s)
  and v.starts_at > %(now)s::timestamptz
"""

_VISIT_WITHOUT_RESULT = """
select d.id, 'visit_without_result', v.id, v.ends_at, d.responsible_id, jsonb_build_object('at', v.starts_at)
from visits_visit v
join deals_deal d on d.id = v.deal_id and d.closed_at is null{of}
where v.status in ('planned', 'on_way', 'started') and v.ends_at < %(now)s::timestamptz - %(result_within)s
"""

# Until such work is booked again in the deal, or the client waits for a window.
_VISIT_NOT_DONE = """
select d.id, 'visit_not_done', v.id, gone.at, d.responsible_id,
       jsonb_build_object('at', v.starts_at, 'reason', gone.said, 'kind', k.words, 'booked', k.code)
from visits_visit v
join visits_notdone gone on gone.visit_id = v.id
join visits_visitkind k on k.id = v.kind_id
join deals_deal d on d.id = v.deal_id and d.closed_at is null{of}
where v.status = 'not_done' and not exists (
    select from visits_visit again
    where again.deal_id = v.deal_id and again.kind_id = v.kind_id and again.id <> v.id
      and (again.status not in ('cancelled', 'not_done') and again.starts_at > v.starts_at
           or again.status = 'not_done' and again.status_since > v.status_since))
  and not exists (
    select from visits_waiting w where w.deal_id = v.deal_id and w.kind_id = v.kind_id and w.state = 'open')
"""

# Once for each visit, from the first such work on. Whoever is on site has a while to ask the client.
_NOT_AGREED = """
select d.id, 'not_agreed', v.id, asked.since, d.responsible_id,
       jsonb_build_object('at', v.starts_at, 'who', r.name, 'works', asked.names)
from (
    select visit_id, min(at) as since, left(string_agg(name, ', ' order by at, id), 200) as names
    from site_work_extrawork
    where consent = '' and removed_at is null and at < %(now)s::timestamptz - %(agreed_within)s
    group by visit_id
) asked
join visits_visit v on v.id = asked.visit_id
join visits_resource r on r.id = v.resource_id
join deals_deal d on d.id = v.deal_id and d.closed_at is null{of}
"""

_WAITS_TOO_LONG = """
select d.id, 'waits_too_long', w.id, w.since + most.span, d.responsible_id,
       jsonb_build_object('kind', k.words, 'begun', w.since)
from visits_waiting w
join deals_deal d on d.id = w.deal_id and d.closed_at is null{of}
join visits_visitkind k on k.id = w.kind_id
cross join (
    select make_interval(days => coalesce(max(days), %(waits_at_most)s::int)) as span from visits_waitingrules
) most
where w.state = 'open' and w.since < %(now)s::timestamptz - most.span
"""

# Its PDF could not be made, or no letter reaches the client.
_AGREEMENT_NOT_SENT = """
select d.id, 'agreement_not_sent', a.id, a.failed_at, d.responsible_id, 
       jsonb_build_object('number', d.id || '-' || a.number)
from agreements_agreement a
join deals_deal d on d.id = a.deal_id and d.closed_at is null{of}
where a.failed_at is not null
"""

# Of several in one deal the first: one word with the client is about all of them. Sums are not for everybody who reads
# this.
_INVOICE_OVERDUE = """
(select distinct on (d.id) d.id, 'invoice_overdue', i.id, (i.due_on + 1)::timestamp at time zone %(zone)s,
       d.responsible_id, jsonb_build_object('number', i.number, 'due', i.due_on)
from money_invoice i
join deals_deal d on d.id = i.deal_id and d.closed_at is null{of}
where i.open_amount > 0 and i.due_on < (%(now)s::timestamptz at time zone %(zone)s)::date
order by d.id, i.due_on, i.id)
"""

QUESTIONS: dict[Kind, str] = {
    Kind.NO_PERSON: _NO_PERSON,
    Kind.NO_STEP: _NO_STEP,
    Kind.STEP_OVERDUE: _STEP_OVERDUE,
    Kind.STUCK: _STUCK,
    Kind.SLOW: _SLOW,
    Kind.UNANSWERED: _UNANSWERED,
    Kind.MISSED_CALL: _MISSED_CALL,
    Kind.QUESTION: _QUESTION,
    Kind.NOT_ACCEPTED: _NOT_ACCEPTED,
    Kind.RETURNED: _RETURNED,
    Kind.PING_PONG: _PING_PONG,
    Kind.VISIT_IMPOSSIBLE: _VISIT_IMPOSSIBLE,
    Kind.VISIT_BESIDE: _VISIT_BESIDE,
    Kind.VISIT_ORPHANED: _VISIT_ORPHANED,
    Kind.VISIT_LATE: _VISIT_LATE,
    Kind.VISIT_UNCONFIRMED: _VISIT_UNCONFIRMED,
    Kind.VISIT_MOVED: _VISIT_MOVED,
    Kind.VISIT_NOT_DONE: _VISIT_NOT_DONE,
    Kind.NOT_AGREED: _NOT_AGREED,
    Kind.VISIT_WITHOUT_RESULT: _VISIT_WITHOUT_RESULT,
    Kind.AGREEMENT_NOT_SENT: _AGREEMENT_NOT_SENT,
    Kind.INVOICE_OVERDUE: _INVOICE_OVERDUE,
    Kind.WAITS_TOO_LONG: _WAITS_TOO_LONG,
}
