"""Who of us is on the phone just now: his phone rings, or he dials, talks, or asks a colleague first.

Said once as SQL (`ON`: the wallboard, the states of people and the card of a call ask it of all calls that go on), and
once of a leg that is at hand already (`fold.Leg.is_on`): whoever has the call shall not ask the database for it again,
and hundreds of calls are not unfolded for a figure. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection

from svyazka.business.calls import phones
from svyazka.business.calls.follow import LONGEST
from svyazka.business.calls.phone_system import At
from svyazka.business.calls.whose_phone import PhoneKey
from svyazka.kit import clock
from svyazka.kit.asking import Asking, answered, ask

# Of one `call` of those that go on, which are few and have an index of their own. `lifted_at`: null while it rings; of
# whose answer nothing was heard, when he spoke; whoever dials has lifted. That a leg has a key tells the planner that
# they are few: of 100 each, as it thinks otherwise, it would start workers for a millisecond's work.
ON = """
select leg->>'extension' as extension, coalesce(
    leg->>'answer_at', case when leg ? 'rang_at' then leg#>>'{joined,0,1}' else leg->>'first_at' end
)::timestamptz as lifted_at
from jsonb_array_elements(call.legs) leg
where leg ? 'key' and leg->>'extension' <> '' and not leg ?| array['hung_up_at', 'refusal']
  and not (leg ? 'vanished_at' and (leg->>'vanished_at')::timestamptz >= (leg->>'last_at')::timestamptz)
"""
_IN_CALLS = f"""
select distinct asked.pbx_code, asked.extension
from calls_call call
cross join lateral ({ON}) on_phone
join unnest(%(codes)s::text[], %(extensions)s::text[]) as asked (pbx_code, extension)
    on asked.extension = on_phone.extension and asked.pbx_code in ('', call.pbx_code)
where call.state <> 'ended' and call.started_at > %(since)s
"""  # noqa: S608  # our own


def phones_at(keys: Collection[PhoneKey]) -> dict[PhoneKey, At]:
    """As the telephone system says it of its phones; of one that says nothing, as far as the calls that go on tell."""
    return answered(ask_phones_at(keys))


def ask_phones_at(keys: Collection[PhoneKey]) -> Asking[dict[PhoneKey, At]]:
    wanted = {key for key in keys if key.extension}
    if not wanted:
        return {}
    known = yield from phones.ask_states(wanted)
    untold = wanted - known.keys()
    busy = (yield from _ask_in_calls(untold)) if untold else set()
    return known | dict.fromkeys(busy, At.BUSY)


def _ask_in_calls(keys: Collection[PhoneKey]) -> Asking[set[PhoneKey]]:
    codes, extensions = map(list, zip(*keys, strict=True))
    found = yield from ask(_IN_CALLS, {"since": clock.now() - LONGEST, "codes": codes, "extensions": extensions})
    return {PhoneKey(*row) for row in found}
