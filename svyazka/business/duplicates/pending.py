"""Which suspicions have still to be decided, as a piece of plain SQL.

Clients who were merged since point on, and what was decided of them holds for whoever they are now: so nothing is
rewritten when two are merged, and nothing has to be put right when that is undone.
"""

from __future__ import annotations

_TOP = """(
    with recursive up as (
        select id, merged_into_id from clients_client where id = {who}
        union all
        select c.id, c.merged_into_id from clients_client c join up on c.id = up.merged_into_id)
    select id from up where merged_into_id is null)"""

# Behind `from`: the suspicion `s`, and who the two are by now.
NOW = f"""duplicates_suspicion s cross join lateral (
    select {_TOP.format(who="s.client_id")} as client_id, {_TOP.format(who="s.other_id")} as other_id) now"""
# Behind `where`.
OPEN = """s.state = 'open' and now.client_id <> now.other_id and not exists (
    select from clients_apart said where said.one_id = least(now.client_id, now.other_id)
    and said.other_id = greatest(now.client_id, now.other_id))"""
