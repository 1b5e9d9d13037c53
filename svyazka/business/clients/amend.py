"""Something that happened goes on while it stands in the history already: a call ends, photos come in one by one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import announce

NEAR = timedelta(days=1)


def amend(number: int, *, near: datetime, data: dict[str, Any], waiting: bool = False, text: str | None = None) -> None:
    """Sets what is known of it now. What somebody has taken up does not begin to wait again.

    Without `text` its words stay. `near`: about when it happened; only the pieces of the table around it are looked
    into.
    """
    rows = Interaction.objects.filter(pk=number, at__range=(near - NEAR, near + NEAR))
    happened = rows.select_for_update().get()
    waiting = waiting and happened.taken_at is None
    text = happened.text if text is None else text
    if (happened.data, happened.waiting, happened.text) == (data, waiting, text):
        return
    rows.update(data=data, waiting=waiting, text=text)
    ids = {"client": happened.client_id, **({"deal": happened.deal_id} if happened.deal_id else {})}
    announce("interaction", number, data=ids)
