"""Each provider's stand-in, and its events as the house reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from svyazka.business.calls.fold import fold
from svyazka.business.calls.models import Pbx
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.calls.summary import Summary, summarise
from svyazka.business.intake.connector import Ignore
from svyazka.business.intake.knock import Accepted, Account, Knock
from svyazka.business.intake.work_off import work_off
from svyazka.business.intake.write_down import NewArrival, write_down_now
from svyazka.connectors.cloud_pbx.read import read
from svyazka.connectors.cloud_pbx.stand_ins import STAND_INS, Delivery, StandIn, on_a_socket
from svyazka.connectors.cloud_pbx.verify import verify
from svyazka.kit import secrets


@dataclass
class Row:
    """What is read of a row of the ledger."""

    account: str
    connector: str
    headers: dict[str, str]
    body: bytes
    received_at: datetime


def account_of(stand_in: StandIn, **more) -> Account:
    known = {"login": stand_in.login, "secret": stand_in.secret, **more}
    return Account(f"{stand_in.code}/main", stand_in.code, **known)


def knock_of(delivery: Delivery) -> Knock:
    return Knock(delivery.headers, delivery.body, moment(delivery.at), delivery.path)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def row_of(stand_in: StandIn, delivery: Delivery, *, late: float = 0) -> Row:
    accepted = verify(knock_of(delivery), account_of(stand_in))
    assert isinstance(accepted, Accepted), accepted
    at = moment(delivery.at) + timedelta(seconds=late)
    headers = {"path": delivery.path} if delivery.path else {}
    return Row(f"{stand_in.code}/main", stand_in.code, headers, accepted.written, at)


def events_of(row: Row) -> Sequence[CallEvent]:
    try:
        return read(row)
    except Ignore:
        return []


def told(stand_in: StandIn, rows: Iterable[Row] | None = None) -> Summary:
    """The one call of which all these rows tell."""
    rows = [row_of(stand_in, delivery) for delivery in stand_in.sent] if rows is None else rows
    events = [event for row in rows for event in events_of(row) if event.kind != Kind.MERGE]
    (key,) = {event.call_key for event in events}
    return summarise(key, fold(key, events))


@pytest.fixture(params=sorted(STAND_INS))
def stand_in(request) -> StandIn:
    return STAND_INS[request.param]()


def pbx_of(stand_in: StandIn, **more) -> Pbx:
    """As the office has set it up."""
    given = {"code": f"{stand_in.code}/main", "driver": stand_in.code, "host": "127.0.0.1", "port": stand_in.port or 1}
    locked = secrets.lock_away(stand_in.secret)
    return Pbx.objects.create(
        **{**given, "login": stand_in.login, "secret": locked, "public_key": f"key-{stand_in.code}", **more}
    )


def taking_in(stand_in: StandIn, settings) -> Callable[[Delivery], None]:
    """What it tells goes through the ledger into the house."""

    def take_in(delivery: Delivery) -> None:
        accepted = verify(knock_of(delivery), account_of(stand_in))
        assert isinstance(accepted, Accepted), accepted
        headers = {"path": delivery.path} if delivery.path else {}
        ids = (accepted.outside_id, accepted.conversation)
        row = NewArrival(f"{stand_in.code}/main", stand_in.code, *ids, headers, accepted.written)
        try:
            with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as ledger:
                write_down_now(ledger, [row])
            work_off()
        finally:
            connection.close()

    return take_in


@pytest.fixture
def connected(stand_in, windows, transactional_db, settings) -> Iterator[StandIn]:
    """On its socket; what it tells is heard."""
    stand_in.deliver = taking_in(stand_in, settings)
    with on_a_socket(stand_in):
        yield stand_in
