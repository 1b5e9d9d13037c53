"""A request that a program brings and has answered at once: into the ledger, and made a client and a deal, in one
transaction."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_form import take_request
from svyazka.business.intake.ways_in import FormFilled
from svyazka.business.intake.write_down import STATEMENT, NewArrival, parameters
from svyazka.business.journal.record import Actor
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused

CONNECTOR = "api"


class SaidOtherwise(Refused):
    """The caller's own number stands for one request: he may send it again, and not another one under it."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("Another request came with this id before. Give this one an id of its own."))


@dataclass(frozen=True)
class Answer:
    """What became of it. `decision`: certain, doubtful or new; `likely`: who the new client may be after all."""

    client_id: int
    deal_id: int
    decision: str
    likely: list[Suspicion]
    is_repeat: bool


def account_of(key_id: int) -> str:
    """As which account of the ledger a key's requests stand there."""
    return f"{CONNECTOR}/{key_id}"


@transaction.atomic
def take_in(
    form: FormFilled, body: bytes, *, account: str, own_id: str, by: Actor, source: Source | None = None
) -> Answer:
    """The same id again changes nothing and is answered the same, for as long as the ledger knows it; two at the same
    time wait for each other. `body`: the request as it came, whole."""
    arrival, is_new = _written_down(NewArrival(account, CONNECTOR, own_id, f"{account}/{own_id}", {}, body))
    if not is_new:
        if bytes(arrival.body) != body:
            raise SaidOtherwise
        return _answer(arrival, is_repeat=True)
    taken = take_request(form, arrival=arrival, by=by, source=source)
    arrival.made = {**taken.ids, "decision": taken.decision.kind if taken.decision else "certain"}
    done = {"made": arrival.made, "state": Arrival.State.DONE, "done_at": clock.now(), "attempts": 1}
    Arrival.objects.filter(pk=arrival.pk, received_at=arrival.received_at).update(**done)
    return _answer(arrival, is_repeat=False)


def _written_down(given: NewArrival) -> tuple[Arrival, bool]:
    said = parameters([given])
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, said)
        is_new = bool(cursor.fetchall())
    found = rows.read(Arrival, _BY_ID, [said["account"][0], said["outside_id"][0]])
    if not found:
        raise SaidOtherwise  # so long ago that only its id is left
    return found[0], is_new


# By the time of the key, so that only one week of the ledger is looked into.
_BY_ID = """
join intake_arrivalkey key on key.account = intake_arrival.account and key.outside_id = intake_arrival.outside_id
    and key.received_at = intake_arrival.received_at
where key.account = %s and key.outside_id = %s
"""


def _answer(arrival: Arrival, *, is_repeat: bool) -> Answer:
    made = arrival.made
    likely: list[Suspicion] = []
    if made["decision"] == "doubtful":
        likely = list(Suspicion.objects.filter(client_id=made["client"], deal_id=made["deal"]).order_by("-probability"))
    return Answer(made["client"], made["deal"], made["decision"], likely, is_repeat)
