"""Chats are linked and ended in any order by two people with two chats; a chat is always one person's."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.journal.models import Entry
from svyazka.business.notices import linking
from svyazka.business.notices.models import Chat, LinkCode, Outgoing
from svyazka.kit import clock

BOT = "telegram/main"
PEOPLE, CHATS = st.integers(0, 1), st.sampled_from(["5", "6"])
DEEDS = st.one_of(
    st.tuples(st.just("invite"), PEOPLE),
    st.tuples(st.just("show"), CHATS, st.integers(0, 5)),
    st.tuples(st.just("stop"), CHATS),
    st.tuples(st.just("write"), CHATS),
    st.tuples(st.just("unlink"), PEOPLE),
)


class Expected:
    """What should be so, told without a database."""

    def __init__(self) -> None:
        self.codes: list[tuple[str, int]] = []  # all there were
        self.good: dict[int, str] = {}
        self.owners: dict[str, int] = {}

    def show(self, chat: str, code: str, person: int) -> None:
        if self.good.get(person) != code or self.owners.get(chat, person) != person:
            return
        del self.good[person]
        self.owners = {one: owner for one, owner in self.owners.items() if owner != person} | {chat: person}

    def unlink(self, person: int) -> None:
        self.good.pop(person, None)
        self.owners = {one: owner for one, owner in self.owners.items() if owner != person}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, max_size=14))
def test_in_any_order(mikhail, dina, anna, deeds):
    people = [mikhail, dina]
    with transaction.atomic():
        expected = Expected()
        for deed in deeds:
            _do(deed, expected, people, anna)
            owners = {chat.user_id: people.index(chat.person) for chat in Chat.objects.select_related("person")}
            assert owners == expected.owners
            assert LinkCode.objects.count() == len(expected.good)
        transaction.set_rollback(True)


def _do(deed, expected, people, anna) -> None:
    what, who, *more = deed
    if what == "invite":
        code = linking.invite(people[who], BOT)
        expected.codes.append((code, who))
        expected.good[who] = code
    elif what == "show" and expected.codes:
        code, person = expected.codes[more[0] % len(expected.codes)]
        assert linking.hear(f"/start {code}", account=BOT, user_id=who, shown="") is not None
        expected.show(who, code, person)
    elif what in ("stop", "write"):
        heard = linking.hear("/stop" if what == "stop" else "Привет", account=BOT, user_id=who, shown="")
        assert (heard.person if heard else None) == (people[expected.owners[who]] if who in expected.owners else None)
        if what == "stop":
            expected.owners.pop(who, None)
    elif what == "unlink":
        linking.end_all(people[who], by=anna)
        expected.unlink(who)


def test_a_code_is_stored_as_a_fingerprint_and_for_a_quarter_of_an_hour(mikhail):
    code = linking.invite(mikhail, BOT)
    stored = LinkCode.objects.get()
    assert code not in stored.fingerprint
    assert len(code) == 35
    assert timedelta(minutes=14) < stored.until - clock.now() <= timedelta(minutes=15)


def test_what_clients_write_is_none_of_the_staffs(db):
    for text in ("", "Привет", "/stop", "/start", "/start balcony", "см. /start me-x", "/start me-x и ещё"):
        assert linking.hear(text, account=BOT, user_id="9", shown="") is None
    assert not Outgoing.objects.exists()


def test_the_journal_says_who_linked_and_who_ended_and_nothing_of_the_chat(mikhail, anna):
    linking.hear(f"/start {linking.invite(mikhail, BOT)}", account=BOT, user_id="5", shown="@nick")
    linking.end_all(mikhail, by=anna)
    entries = list(Entry.objects.filter(verb__startswith="notices.").order_by("pk"))
    assert [(one.verb, one.by_id) for one in entries] == [
        ("notices.chat_linked", mikhail.pk),
        ("notices.chat_ended", anna.pk),
    ]
    assert "nick" not in "".join(f"{one.note}{one.changes}" for one in entries)
