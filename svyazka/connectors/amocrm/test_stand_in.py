"""The stand-in before somebody else's client library: what aioamocrm takes for amoCRM may be taken for it here."""

from __future__ import annotations

import asyncio

import pytest
from aioamocrm import (
    AmoCRMClient,
    AuthError,
    ForbiddenError,
    LongLivedToken,
    MemoryTokenStorage,
    OAuth2,
    PaymentRequiredError,
    RateLimitError,
    RetryPolicy,
)

from svyazka.connectors.amocrm.conftest import fill
from svyazka.connectors.amocrm.stand_in import CODE, SECRET, SEVEN, TOKEN


def drive(peer, work, *, auth=None, **more):
    async def go():
        async with AmoCRMClient(base_url=peer.url, auth=auth or LongLivedToken(TOKEN), **more) as client:
            return await work(client)

    return asyncio.run(go())


async def ids(rows) -> list:
    return [row.id async for row in rows]


def test_aioamocrm_reads_all_of_it(amo):
    fill(amo, clients=400)

    async def work(client):
        order = {"id": "asc"}
        return {
            "contacts": await ids(client.contacts.iterate(order=order)),
            "companies": await ids(client.companies.iterate(order=order)),
            "leads": await ids(client.leads.iterate(order=order, with_=["contacts", "loss_reason"])),
            "tasks": await ids(client.tasks.iterate(order=order)),
            "leads/notes": await ids(client.leads.notes.iterate(order=order)),
            "contacts/notes": await ids(client.contacts.notes.iterate(order=order)),
            "users": await ids(client.users.iterate(order=order)),
        }

    there = drive(amo, work, rate_limit=None)
    assert there == {part: sorted(amo.lists[part]) for part in there}


def test_aioamocrm_understands_the_cards(amo):
    fill(amo, clients=30)

    async def work(client):
        contact = await client.contacts.get_page(1, filter={"id": [700_003, 700_009]}, order={"id": "asc"})
        lead = await client.leads.get_page(1, with_=["contacts"], order={"id": "asc"})
        bare = await client.leads.get_page(1, order={"id": "asc"})
        pipelines = await client.pipelines.list()
        return contact.items, lead.items[0], bare.items[0], pipelines, await client.account.get()

    contacts, lead, bare, pipelines, account = drive(amo, work, rate_limit=None)
    assert contacts[0].field_values("PHONE") == ["+79160000003", "8 (495) 0000003"]
    assert contacts[1].custom_fields_values is None
    assert [one.is_main for one in lead.embedded.contacts] == [False, True]
    assert bare.embedded.contacts == []
    assert [[status.id for status in one.embedded.statuses][-2:] for one in pipelines] == [[142, 143]] * 2
    assert account.name == "Stand-in"


def test_aioamocrm_finds_an_empty_list_empty_and_a_delta_short(amo):
    fill(amo, clients=30)
    amo.change("contacts", 700_005, name="Другое имя")

    async def work(client):
        late = {"updated_at": {"from": 1_750_000_000}}
        return await ids(client.companies.iterate(filter=late)), await ids(client.contacts.iterate(filter=late))

    assert drive(amo, work, rate_limit=None) == ([], [700_005])


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [("token", AuthError), ("unpaid", PaymentRequiredError), ("forbidden", ForbiddenError), (429, RateLimitError)],
)
def test_aioamocrm_understands_its_refusals(amo, fault, trouble):
    amo.faults.unpaid = fault == "unpaid"
    amo.faults.forbidden = {"leads"} if fault == "forbidden" else set()
    if isinstance(fault, int):
        amo.faults.waiting.append(fault)
    auth = LongLivedToken("another") if fault == "token" else None
    with pytest.raises(trouble):
        drive(amo, lambda client: client.leads.get_page(1), auth=auth, retry=RetryPolicy(max_attempts=1))


def test_aioamocrm_is_slowed_down_when_it_asks_too_often(amo):
    amo.limit = SEVEN

    async def work(client):
        for _time in range(SEVEN + 1):
            await client.account.get()

    with pytest.raises(RateLimitError):
        drive(amo, work, rate_limit=None, retry=RetryPolicy(max_attempts=1))
    drive(amo, lambda client: asyncio.sleep(1.1))
    drive(amo, work)  # it keeps to the limit by itself, too


def test_aioamocrm_gets_tokens_and_renews_them_once_each(amo):
    storage = MemoryTokenStorage()

    def auth():
        return OAuth2(client_id="1", client_secret=SECRET, redirect_uri="https://crm.example.ru/", storage=storage)

    async def begin(client):
        await client.exchange_code(CODE)
        return (await client.account.get()).name

    assert drive(amo, begin, auth=auth(), rate_limit=None) == "Stand-in"
    amo.expire()
    assert drive(amo, lambda client: client.account.get(), auth=auth(), rate_limit=None).name == "Stand-in"
    with pytest.raises(AuthError):
        drive(amo, begin, auth=auth(), rate_limit=None)  # the code has been used
