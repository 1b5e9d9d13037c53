# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""Mikhail links a messenger by himself, hears there of a question, and stops it; clients notice nothing of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.clients.models import Client
from svyazka.business.conversations import accounts, bots
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Deal
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.models import LiveEvent
from svyazka.business.notices import delivering, linking
from svyazka.business.notices.models import Chat, LinkCode, Outgoing
from svyazka.business.notices.tell import tell
from svyazka.business.staff.hire import take_back
from svyazka.business.visits import dismissal
from svyazka.connectors.max.conftest import max_peer  # noqa: F401
from svyazka.connectors.telegram.conftest import telegram_peer  # noqa: F401
from svyazka.kit import clock
from svyazka.workplaces.shared import push

LINKED = "Готово: теперь уведомления из «Связки» приходят сюда. Отключить — /stop."
UNKNOWN = "Эта ссылка больше не действует. Если хотите о чём-то спросить, просто напишите сюда."
TAKEN = "В этот чат уже приходят уведомления коллеги. Сначала отправьте /stop, затем откройте ссылку ещё раз."
STOPPED = "Уведомления сюда больше не приходят. Подключить чат снова можно на своей странице в «Связке»."
UNREAD = (
    "Сюда приходят только уведомления, ответы здесь никто не читает. Чтобы ответить, откройте сделку. "
    "Отключить уведомления — /stop."
)


@pytest.fixture(params=["telegram", "max"])
def peer(request):
    found = request.getfixturevalue(f"{request.param}_peer")
    found.pace = 0
    return found


@pytest.fixture
def account(windows, peer) -> ChannelAccount:
    account = ChannelAccount.objects.filter(kind=peer.kind).first()
    if account is None:
        account, _secret = accounts.open_account(peer.kind, code="main", name="Бот", by=windows["anna"])
    bots.connect(account, token=peer.token, base=peer.url, proxy="", by=windows["anna"])
    return account


def arrive(account: ChannelAccount, update: dict) -> Arrival:
    """What the edge writes down, worked off; and what there is to say to it is said."""
    now = clock.now()
    arrival = Arrival.objects.create(
        received_at=now,
        account=account.code,
        connector=account.kind,
        outside_id=str(uuid4()),
        conversation=f"{account.code}/{uuid4()}",
        body=json.dumps(update).encode(),
        next_try_at=now,
    )
    work_off()
    speak(account)
    arrival.refresh_from_db()
    return arrival


def speak(account: ChannelAccount) -> None:
    Outgoing.objects.update(try_at=clock.now())
    while delivering.deliver_due(account.kind, push.write, bots.reach):
        Outgoing.objects.update(try_at=clock.now())


def code_on_page(page: str) -> str:
    return re.search(r"/start (me-[\w-]{32})", page)[1]


def test_from_the_page_to_the_chat_and_back(peer, account, mikhail, konstantin, enter):
    client = enter(mikhail)
    page = client.post("/account/chats/", {"bot": account.code}).content.decode()
    code = code_on_page(page)
    assert f"/svyazka_test_bot?start={code}" in page
    assert not LinkCode.objects.filter(fingerprint__contains=code).exists()
    peer.person(5, "mikhail")
    arrival = arrive(account, peer.started(5, code))
    assert (arrival.state, arrival.made) == ("done", {"person": mikhail.pk})
    assert peer.texts(5) == [LINKED]
    assert LiveEvent.objects.filter(topic="person", object_id=mikhail.pk, people=[mikhail.pk]).exists()
    page = client.get("/account/chats/").content.decode()
    assert "@mikhail" in page
    assert "подключено" in page
    assert code not in page
    tell([mikhail.pk], "question.asked", by=konstantin, deal_id=17)
    speak(account)
    assert peer.texts(5)[1:] == ["Вам задали вопрос\nСделка № 17"]
    arrive(account, peer.written(5, "А что ответить?"))
    assert peer.texts(5)[2:] == [UNREAD]
    arrive(account, peer.written(5, "/stop"))
    assert peer.texts(5)[3:] == [STOPPED]
    assert not Chat.objects.exists()
    assert (Client.objects.count(), Deal.objects.count()) == (0, 0)


def test_a_code_is_good_once_for_one_bot_and_for_minutes(peer, account, mikhail):
    peer.person(5)
    peer.person(6)
    code = linking.invite(mikhail, account.code)
    arrive(account, peer.started(5, code))
    arrive(account, peer.started(6, code))
    assert peer.texts(6) == [UNKNOWN]
    late = linking.invite(mikhail, account.code)
    LinkCode.objects.update(until=clock.now() - timedelta(seconds=1))
    arrive(account, peer.started(6, late))
    elsewhere = linking.invite(mikhail, "telegram/another")
    arrive(account, peer.started(6, elsewhere))
    earlier, _later = linking.invite(mikhail, account.code), linking.invite(mikhail, account.code)
    arrive(account, peer.started(6, earlier))
    arrive(account, peer.started(6, "me-guessed"))
    assert peer.texts(6) == [UNKNOWN] * 5
    assert Chat.objects.get().user_id == "5"
    assert not Client.objects.exists()


def test_a_chat_of_one_colleague_is_refused_to_another_until_he_ends_it(peer, account, mikhail, dina):
    peer.person(5)
    arrive(account, peer.started(5, linking.invite(mikhail, account.code)))
    code = linking.invite(dina, account.code)
    arrive(account, peer.started(5, code))
    assert peer.texts(5) == [LINKED, TAKEN]
    assert Chat.objects.get().person == mikhail
    arrive(account, peer.written(5, "/stop"))
    arrive(account, peer.started(5, code))
    assert Chat.objects.get().person == dina


def test_another_chat_takes_the_place_of_the_first(peer, account, mikhail, konstantin):
    peer.person(5)
    peer.person(6)
    arrive(account, peer.started(5, linking.invite(mikhail, account.code)))
    tell([mikhail.pk], "question.asked", by=konstantin)
    arrive(account, peer.started(6, linking.invite(mikhail, account.code)))
    speak(account)
    assert (peer.texts(5), peer.texts(6)) == ([LINKED], [LINKED])
    assert Chat.objects.get().user_id == "6"


def test_the_bot_answers_in_the_persons_language(peer, account, mikhail):
    mikhail.language = "en"
    mikhail.save()
    peer.person(5)
    arrive(account, peer.started(5, linking.invite(mikhail, account.code)))
    assert peer.texts(5) == ["Done: what concerns you in Svyazka is said here from now on. /stop ends it."]


def test_whoever_leaves_is_unlinked_and_becomes_a_client_like_anybody(peer, account, mikhail, anna, konstantin):
    peer.person(5)
    arrive(account, peer.started(5, linking.invite(mikhail, account.code)))
    unused = linking.invite(mikhail, account.code)
    dismissal.let_go(mikhail, to=dismissal.To.DEPARTMENT, by=anna)
    assert not Chat.objects.exists()
    arrive(account, peer.started(5, unused))
    assert peer.texts(5) == [LINKED, UNKNOWN]
    take_back(mikhail, by=anna)
    arrive(account, peer.started(5, unused))
    assert not Chat.objects.exists()
    arrive(account, peer.written(5, "Сколько стоит окно?"))
    assert Client.objects.count() == 1


def test_clients_are_clients_whatever_their_link_brought_along(peer, account, mikhail):
    peer.person(9)
    for number, update in enumerate([peer.started(9, "balcony"), peer.written(9, "Сколько стоит окно?")]):
        arrival = arrive(account, update)
        assert (arrival.state, Deal.objects.count()) == ("done", 1), number
    assert peer.texts(9) == []


def test_an_administrator_sees_that_and_not_who_and_can_end_it(peer, account, mikhail, anna, roza, enter):
    peer.person(5, "secret_nick")
    arrive(account, peer.started(5, linking.invite(mikhail, account.code)))
    path = f"/office/staff/{mikhail.pk}/"
    page = enter(anna).get(path).content.decode()
    assert "подключено" in page
    assert "secret_nick" not in page
    assert enter(roza).post(f"{path}chats/ending/").status_code == 403
    assert enter(anna).post(f"{path}chats/ending/").status_code == 302
    assert not Chat.objects.exists()


def test_nobody_ends_the_chat_of_another_on_the_page(peer, account, mikhail, olga, enter):
    peer.person(5)
    arrive(account, peer.started(5, linking.invite(mikhail, account.code)))
    chat = Chat.objects.get()
    enter(olga).post(f"/account/chats/{chat.pk}/ending/")
    assert Chat.objects.exists()
    page = enter(mikhail).post(f"/account/chats/{chat.pk}/ending/").content.decode()
    assert "Подключить" in page
    assert not Chat.objects.exists()


def test_a_bot_that_is_not_for_the_staff_is_not_offered(peer, account, mikhail, anna, enter):
    accounts.change(account, for_staff=False, by=anna)
    assert "нет бота" in enter(mikhail).get("/account/").content.decode()
    assert enter(mikhail).post("/account/chats/", {"bot": account.code}).status_code == 422


@pytest.mark.parametrize("many", [1, 30])
def test_the_page_asks_the_same_with_one_bot_and_with_thirty(
    account, mikhail, anna, enter, many, django_assert_num_queries
):
    ChannelAccount.objects.bulk_create(
        ChannelAccount(kind=account.kind, code=f"{account.kind}/{n}", name="x", public_key=f"k{n}", nick="x")
        for n in range(many)
    )
    Chat.objects.bulk_create(
        Chat(person=mikhail, account=f"{account.kind}/{n}", user_id="5", linked_at=clock.now()) for n in range(many)
    )
    client = enter(mikhail)
    client.get("/account/chats/")
    with django_assert_num_queries(4):
        client.get("/account/chats/")


def test_whoever_writes_a_hundred_times_is_answered_once(peer, account, windows):
    for _time in range(5):
        linking.hear("/start me-guessed", account=account.code, user_id="6", shown="")
    assert Outgoing.objects.count() == 1
