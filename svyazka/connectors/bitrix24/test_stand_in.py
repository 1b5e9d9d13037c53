"""The stand-in before somebody else's client library: what fast_bitrix24 takes for Bitrix24 may be taken so here."""

from __future__ import annotations

import pytest
from aiohttp.client_exceptions import ClientResponseError
from fast_bitrix24 import Bitrix
from fast_bitrix24.server_response import ErrorInServerResponseException

from svyazka.connectors.bitrix24.conftest import COMPANY, CONTACT, DEAL, LEAD, fill
from svyazka.connectors.bitrix24.stand_in import KEY

# It would rather be asked in another way.
pytestmark = pytest.mark.filterwarnings("ignore:It's better to use get_all")


@pytest.fixture
def client(bitrix):
    fill(bitrix, clients=300, leads=60)
    return Bitrix(bitrix.url, verbose=False)


def ids(rows, name="ID") -> list[int]:
    return sorted(int(row[name]) for row in rows)


def test_fast_bitrix24_reads_all_of_it(bitrix, client):
    for kind in (LEAD, DEAL, CONTACT, COMPANY):
        rows = client.get_all("crm.item.list", {"entityTypeId": kind})
        assert ids(rows, "id") == sorted(bitrix.items[kind])
    for method, table in (
        ("user.get", "users"),
        ("crm.activity.list", "activities"),
        ("crm.requisite.list", "requisites"),
    ):
        assert ids(client.get_all(method)) == ids(bitrix.tables[table])
    assert ids(client.get_all("crm.stagehistory.list", {"entityTypeId": DEAL})) == ids(bitrix.moves[DEAL])


def test_fast_bitrix24_asks_for_many_at_once(bitrix, client):
    wanted = [{"filter": {"ENTITY_ID": number, "ENTITY_TYPE": "deal"}} for number in range(1, 121)]
    rows = client.call("crm.timeline.comment.list", wanted)
    assert ids(rows, "ENTITY_ID") == list(range(1, 121))  # the batches overtake each other
    assert bitrix.asked.count("batch") == 3


def test_fast_bitrix24_filters_as_the_documents_say(bitrix, client):
    some = client.get_all("crm.item.list", {"entityTypeId": CONTACT, "filter": {">id": 100, "<=id": 103}})
    assert ids(some, "id") == [101, 102, 103]
    several = client.get_all(
        "crm.item.list", {"entityTypeId": CONTACT, "filter": {"@id": [3, 5]}, "select": ["id", "name"]}
    )
    assert sorted(several[0]) == ["id", "name"]
    late = client.get_all(
        "crm.item.list", {"entityTypeId": CONTACT, "filter": {">=updatedTime": "2030-01-01T00:00:00+03:00"}}
    )
    assert late == []


def test_fast_bitrix24_sees_phones_only_with_all_fields(client):
    (whole,) = client.get_all("crm.item.list", {"entityTypeId": CONTACT, "filter": {"id": 3}})
    (part,) = client.get_all("crm.item.list", {"entityTypeId": CONTACT, "filter": {"id": 3}, "select": ["id", "fm"]})
    assert [one["value"] for one in whole["fm"] if one["typeId"] == "PHONE"] == ["8 916 0000003", "+74950000003"]
    assert "fm" not in part


def test_fast_bitrix24_understands_its_refusals(bitrix, client):
    with pytest.raises(ClientResponseError) as told:
        Bitrix(bitrix.url.replace(KEY, "wrong"), verbose=False).get_all("crm.item.list", {"entityTypeId": DEAL})
    assert told.value.status == 401
    bitrix.faults.scopes.discard("telephony")
    with pytest.raises(ClientResponseError) as told:
        client.get_all("voximplant.statistic.get")
    assert told.value.status == 403
    bitrix.faults.denied.add("crm.timeline.comment.list")
    with pytest.raises(ErrorInServerResponseException):
        client.call("crm.timeline.comment.list", [{"filter": {"ENTITY_ID": n, "ENTITY_TYPE": "deal"}} for n in (1, 2)])


def test_fast_bitrix24_tries_again_where_it_asks_too_often(bitrix, client):
    bitrix.burst = 50
    bitrix._level = 51
    assert client.get_all("crm.item.list", {"entityTypeId": DEAL, "filter": {"id": 1}})[0]["id"] == 1


def test_fast_bitrix24_is_told_that_a_method_has_worked_too_long(bitrix, client):
    bitrix.cost = 481
    client.get_all("crm.item.list", {"entityTypeId": DEAL, "filter": {"id": 1}})
    with pytest.raises(ClientResponseError) as told:
        Bitrix(bitrix.url, verbose=False, respect_velocity_policy=False).get_all(
            "crm.item.list", {"entityTypeId": DEAL}
        )
    assert told.value.status == 429
