import asyncio

import pytest

from svyazka.connectors.oktell.conftest import an_oktell, listening, up
from svyazka.connectors.oktell.driver import Oktell
from svyazka.connectors.oktell.guide import DIAGNOSES, GUIDE


@pytest.fixture(autouse=True)
def _company(transactional_db, windows):
    """The driver writes on a connection of its own."""


def test_what_the_connection_has_learnt_is_found():
    async def story():
        peer = an_oktell()
        async with asyncio.timeout(15), peer.serving() as port, listening(port) as driver:
            await up(driver)
            return {one.what: one.about for one in await driver.examine(("101", "777"))}

    found = asyncio.run(story())
    assert found["phones"] == {"phones": "101"}
    assert found["phones_unknown"] == {"phones": "777"}
    assert found["numbers"] == {"count": "3"}
    assert {"subscribed", "never_tried"} < set(found) <= set(DIAGNOSES)


def test_nothing_is_found_without_a_connection():
    async def story():
        async with listening(1) as driver:
            return await driver.examine(())

    assert asyncio.run(story()) == []


def test_what_is_done_by_hand_has_nothing_to_copy():
    assert Oktell.guide is GUIDE
    assert {part.text for part in GUIDE.parts(None, None)} == {""}
