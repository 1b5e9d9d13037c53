# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""Vera writes to the company's bot in MAX and is answered: through the door, the history and the worker."""

from __future__ import annotations

import pytest

from svyazka.business.clients.models import Client, Interaction
from svyazka.business.conversations import accounts, bots, channel, messages, reach, sending
from svyazka.business.conversations.channel import Button
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.models import Attachment, ChannelAccount
from svyazka.business.intake.work_off import work_off
from svyazka.connectors.max.conftest import max_peer  # noqa: F401
from svyazka.edge.conftest import house  # noqa: F401
from svyazka.kit.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

VERA, ACCOUNT = 5550101, "max/clients"


class World:
    def __init__(self, house, peer, windows, account) -> None:
        self.house, self.peer, self.people, self.account = house, peer, windows, account

    def tell(self, update: dict, **headers) -> int:
        shown = {"X_Max_Bot_Api_Secret": self.peer.webhook["secret"], **headers}
        answer = self.house.ask("POST", f"/in/max/{self.account.public_key}/", update, **shown)
        while work_off():
            pass
        return answer.status

    @property
    def client(self) -> Client:
        return Client.objects.get(contact_points__value=str(VERA))

    def say(self, text, **more):
        given = {"account": ACCOUNT, "user_id": str(VERA), "by": self.people["olga"], **more}
        message = messages.say(self.client.pk, text, **given)
        sending.send_due("max", bots.reach)
        message.refresh_from_db()
        return message


@pytest.fixture
def world(house, max_peer, windows, attachments_root):
    account, _secret = accounts.open_account("max", code="clients", name="MAX", by=windows["anna"])
    bots.connect(account, token=max_peer.token, base=max_peer.url, proxy="", by=windows["anna"])
    bots.call_here(account, f"https://crm.example.ru/in/max/{account.public_key}/", by=windows["anna"])
    max_peer.person(VERA, "vera_p")
    max_peer.pace = 0
    return World(house, max_peer, windows, account)


def test_she_writes_with_a_picture_and_is_answered_with_a_file(world):
    picture = b"\xff\xd8\xff\xe0picture"
    update = world.peer.written(VERA, "Сколько стоит?", attachments=[world.peer.sends("image", picture)])
    assert world.tell(update, X_Max_Bot_Api_Secret="wrong") == 403
    assert [world.tell(update), world.tell(update)] == [200, 200]
    assert list(Interaction.objects.filter(kind="message").values_list("text", flat=True)) == ["Сколько стоит?"]
    world.peer.let_links_die()
    [file] = Attachment.objects.all()
    assert b"".join(channel.of_account(ACCOUNT)(bots.reach(ACCOUNT)).fetch(file.ref)) == picture
    paper = Attached("Смета.pdf", "application/pdf", b"%PDF-1.7 2")
    answer = world.say("Вот смета", files=(paper,))
    assert (answer.state, world.peer.texts(VERA)) == ("sent", ["Вот смета"])
    assert paper.content in world.peer.files.values()


def test_she_edits_takes_back_and_presses(world):
    update = world.peer.written(VERA, "Два окна")
    world.tell(update)
    world.tell(world.peer.edited(update, "Три окна"))
    line = Interaction.objects.get(kind="message")
    assert (line.text, [one["text"] for one in line.data["edits"]]) == ("Три окна", ["Два окна"])
    world.tell(world.peer.removed(update))
    line.refresh_from_db()
    assert "taken_back" in line.data
    answer = world.say("Подходит?", buttons=[[Button("Да", code="yes")]])
    world.tell(world.peer.pressed(VERA, answer.outside_id, "yes"))
    assert Interaction.objects.filter(kind="message", direction="in").order_by("-pk").first().text == "Да"
    world.say("Записали")
    assert [way for way, _given in world.peer.asked][-2:] == ["POST /answers", "POST /messages"]


def test_she_stops_the_bot_and_starts_it_again(world):
    world.tell(world.peer.written(VERA, "Здравствуйте"))
    world.tell(world.peer.stopped(VERA))
    [way] = [one for one in reach.ways_of(world.client.pk) if one.account == ACCOUNT]
    assert (way.can_write, way.why_not) == (False, str(reach._WHY[reach.BLOCKED]))
    with pytest.raises(Refused):
        world.say("Добрый день")
    world.tell(world.peer.started(VERA, ""))
    assert world.say("Добрый день").state == "sent"


def test_whoever_blocks_without_a_word_is_found_out_by_writing(world):
    world.tell(world.peer.written(VERA, "Здравствуйте"))
    world.peer.block(VERA)
    assert world.say("Добрый день").state == "failed"
    assert ChannelAccount.objects.get(code=ACCOUNT).is_active
    [way] = [one for one in reach.ways_of(world.client.pk) if one.account == ACCOUNT]
    assert not way.can_write
