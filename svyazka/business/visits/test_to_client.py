"""What a client is told of his visit: once, by his channel or by somebody who rings."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from svyazka.business.clients.models import ContactPoint, Interaction
from svyazka.business.conversations.models import MailServer
from svyazka.business.deals.models import Task
from svyazka.business.visits import (
    booking,
    carry_out,
    client_rules,
    client_texts,
    confirming,
    links,
    remind_clients,
    to_client,
)
from svyazka.business.visits.models import ClientRules, ClientText, ClientWord, LinkMiss, Visit, VisitLink, What
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

RULES = {
    "company": "Окна", "phone": "8 495 000-00-00", "reminds_at": time(17),
    "quiet_from": time(21), "quiet_until": time(9), "changes_until_hours": 24, "most_moves": 2, "confirmed_hours": 24,
}  # fmt: skip


@pytest.fixture
def by_mail(vera):
    """The house writes letters, and Vera's address is known."""
    MailServer.objects.create(pk=1, host="127.0.0.1", sender="okna@example.ru")
    ContactPoint.objects.create(client=vera, kind="email", value="vera@example.ru")


@pytest.fixture
def at(monkeypatch):
    """As if it were then."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def words():
    return [(word.what, word.state) for word in ClientWord.objects.order_by("pk")]


def calls():
    return Task.objects.filter(done_at=None, of_stage=False, kind="call")


def test_without_a_channel_somebody_rings_once(visit, mikhail, settings):
    settings.ADDRESS = "https://okna.example.ru"
    for _time in range(2):
        to_client.tell(visit, "moved")
    (task,) = calls()
    assert task.what == f"Сообщить клиенту: {ClientWord.objects.get().title}"
    assert task.person_id == visit.deal.responsible_id
    (word,) = to_client.to_say(visit)
    assert links.link_of(visit) in word.text
    assert "/v/" not in ClientWord.objects.get().text
    assert "Егор" in word.text
    assert "Лесная" in word.text


def test_what_was_agreed_on_with_the_client_asks_nobody_to_ring(visit, of_egor, hour, olga):
    booking.move(visit, hour(15), of_egor, reason="Просит позже", by=olga)
    booking.cancel(visit, reason="Передумал", by=olga)
    assert not calls().filter(what__startswith="Сообщить").exists()
    assert words() == []


def test_with_a_channel_he_has_it_in_writing(by_mail, visit, of_egor, hour, olga):
    moved = booking.move(visit, hour(15), of_egor, reason="Просит позже", by=olga)
    to_client.tell(moved, "moved")
    assert words() == [("booked", "moot"), ("moved", "waiting")]
    word = ClientWord.objects.get(state="waiting")
    assert (word.channel, word.address) == ("email", "vera@example.ru")
    assert "14:00–16:00" in word.text
    assert "Просит позже" not in word.text
    booking.cancel(moved, reason="Передумал", by=olga)
    assert words() == [("booked", "moot"), ("moved", "moot"), ("called_off", "waiting")]


def test_only_another_person_is_no_news_for_the_client(by_mail, visit, of_ilya, olga):
    booking.move(visit, visit.starts_at, of_ilya, reason="Егор болен", by=olga)
    assert words() == [("booked", "waiting")]


@pytest.mark.parametrize("answer", ["confirm", "cancel", "done"])
def test_the_task_to_ring_goes_by_itself(visit, answer, olga, egor):
    to_client.tell(visit, "moved")
    if answer == "confirm":
        confirming.confirm(visit, by=olga)
    elif answer == "cancel":
        booking.cancel(visit, reason="Передумал", by=olga)
    else:
        carry_out.set_status(visit, Visit.Status.DONE, by=egor)
    assert words() == [("moved", "moot")]
    assert not calls().filter(what__startswith="Сообщить").exists()


def test_a_company_that_does_not_want_it_said(visit, anna):
    client_texts.change(What.MOVED, title="{what}", text="{day} {link}", is_on=True, by_hand=False, by=anna)
    assert to_client.tell(visit, "moved") is None
    client_texts.change(What.MOVED, title="{what}", text="{day} {link}", is_on=True, by_hand=True, by=anna)
    assert to_client.tell(visit, "moved") is not None


def test_texts_of_the_company(visit, anna, settings):
    settings.ADDRESS = ""
    with pytest.raises(Refused) as refusal:
        client_texts.change(What.REMINDER, title="{what}", text="{amount}", is_on=True, by_hand=True, by=anna)
    assert list(refusal.value.fields) == ["text"]
    client_texts.change(
        What.REMINDER, title="Завтра", text="{client}: {span}\n{link}", is_on=True, by_hand=True, by=anna
    )
    said = client_texts.said(client_texts.text_of(What.REMINDER), visit)
    assert (said.title, said.text) == ("Завтра", "Вера Павлова: 10:00–12:00")
    client_texts.take_back(What.REMINDER, by=anna)
    assert not ClientText.objects.exists()


def test_every_text_of_the_house_names_only_known_fields(visit, settings):
    settings.ADDRESS = "https://okna.example.ru"
    for what in What:
        text = client_texts.text_of(what)
        client_texts._checked("text", text.text, client_texts.fields_of(what))
        client_texts._checked("title", text.title, client_texts.fields_of(what) - {"link"})
        said = client_texts.said(text, visit)
        assert "{" not in said.title + client_texts.with_link(said.text, visit)
        assert said.text.startswith("Здравствуйте!")


@pytest.mark.parametrize(
    ("what", "title", "text", "field", "said"),
    [
        ("reminder", "{what}", "{day}, {span}", "text", "не хватает {link}"),
        ("moved", "{what}", "{day}, {span}", "text", "не хватает {link}"),
        ("offer", "{what}", "{day}, до {until}", "text", "не хватает {link}"),
        ("booked", "{what}", "До {until}", "text", "Поля {until} нет"),
        ("booked", "{what} {link}", "{day}", "title", "Поля {link} нет"),
        ("booked", "{what}", "{ day }", "text", "Поля { day } нет"),
        ("booked", "{what}", "{day", "text", "Скобки"),
        ("booked", "{what}", "{{day}}", "text", "Скобки"),
    ],
)
def test_what_a_letter_cannot_do_without_or_never_has(anna, what, title, text, field, said):
    with pytest.raises(Refused) as refusal:
        client_texts.change(What(what), title=title, text=text, is_on=True, by_hand=True, by=anna)
    assert list(refusal.value.fields) == [field]
    assert said in str(refusal.value.message)
    assert not ClientText.objects.exists()


def test_what_is_switched_off_needs_no_link(anna):
    client_texts.change(What.REMINDER, title="{what}", text="{day}", is_on=False, by_hand=True, by=anna)
    assert not client_texts.text_of(What.REMINDER).is_on


def test_without_an_address_of_the_house_there_is_no_line_with_a_link(visit, settings):
    settings.ADDRESS = ""
    said = client_texts.said(client_texts.text_of(What.REMINDER), visit)
    assert "/v/" not in said.text
    assert "Подтвердите" not in said.text


class TestLink:
    def test_one_for_a_visit_and_the_same_after_a_move(self, visit, of_egor, hour, olga, settings):
        settings.ADDRESS = "https://okna.example.ru"
        first = links.link_of(visit)
        moved = booking.move(visit, hour(15), of_egor, reason="Позже", by=olga)
        assert links.link_of(moved) == first
        token = first.split("/")[-2]
        assert len(token) == 22
        stored = VisitLink.objects.get()
        assert token not in stored.token + stored.fingerprint
        assert links.find(token, sender="10.0.0.1").visit == visit

    def test_revoked_it_opens_nothing(self, visit, olga):
        token = links.link_of(visit).split("/")[-2]
        links.revoke(visit, by=olga)
        assert links.find(token, sender="10.0.0.1") is None
        assert links.link_of(visit).split("/")[-2] != token

    def test_some_days_after_the_visit_it_is_over(self, visit, at):
        token = links.link_of(visit).split("/")[-2]
        at(visit.ends_at + timedelta(days=6))
        assert links.find(token, sender="10.0.0.1") is not None
        at(visit.ends_at + timedelta(days=8))
        assert links.find(token, sender="10.0.0.1") is None

    def test_whoever_guesses_is_looked_up_nothing_any_more(self, visit, at):
        token = links.link_of(visit).split("/")[-2]
        for number in range(links.MOST_MISSES):
            assert links.find(f"guess{number}", sender="10.0.0.1") is None
        with pytest.raises(links.TooManyGuesses):
            links.find(token, sender="10.0.0.1")
        assert links.find(token, sender="10.0.0.2") is not None
        at(clock.now() + timedelta(hours=2))
        links.forget_old_misses()
        assert not LinkMiss.objects.exists()


class TestReminder:
    def test_once_on_the_day_before_and_anew_after_a_move(self, by_mail, visit, of_egor, hour, olga, at):
        assert remind_clients.remind_due() == 0
        at(hour(16, 59, days=-1))
        assert remind_clients.remind_due() == 0
        at(hour(17, 1, days=-1))
        assert [remind_clients.remind_due(), remind_clients.remind_due()] == [1, 0]
        moved = booking.move(visit, hour(10, days=3), of_egor, reason="Позже", by=olga)
        assert remind_clients.remind_due() == 0
        at(hour(17, 1, days=2))
        assert remind_clients.remind_due() == 1
        assert [what for what, _state in words()].count("reminder") == 2
        assert ClientWord.objects.filter(visit=moved, what="reminder", state="waiting").count() == 1

    def test_what_was_agreed_on_after_that_hour_he_knows(self, by_mail, deal, measurement, of_egor, hour, olga, at):
        at(hour(18, days=-1))
        booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
        assert remind_clients.remind_due() == 0

    def test_never_at_night_but_in_the_morning(self, by_mail, visit, hour, at):
        for moment in (hour(23, days=-1), hour(8, 30)):
            at(moment)
            assert remind_clients.remind_due() == 0
        Visit.objects.update(starts_at=hour(14), ends_at=hour(15))
        at(hour(9, 5))
        assert remind_clients.remind_due() == 1

    def test_by_the_clients_clock(self, by_mail, visit, hour, at):
        Visit.objects.update(address="Новосибирск, Красный проспект, 1")
        at(hour(13, 5, days=-1))  # 17:05 there
        assert remind_clients.remind_due() == 1

    def test_where_the_stage_asks_somebody_to_ring_nobody_rings_twice(self, visit, hour, at):
        at(hour(17, 5, days=-1))
        assert remind_clients.remind_due() == 1
        assert not calls().exists()
        assert [word.what for word in to_client.to_say(visit)] == ["reminder"]

    def test_whoever_has_confirmed_needs_no_call(self, visit, hour, at, olga):
        confirming.confirm(visit, by=olga)
        at(hour(17, 5, days=-1))
        assert remind_clients.remind_due() == 0
        assert words() == [("reminder", "moot")]

    def test_called_off_meanwhile(self, by_mail, visit, hour, at, olga):
        at(hour(17, 5, days=-1))
        booking.cancel(visit, reason="Передумал", by=olga)
        assert remind_clients.remind_due() == 0


class TestRules:
    def test_stored_with_a_readable_phone(self, anna):
        client_rules.change(**RULES, by=anna)
        assert ClientRules.objects.get().phone == "+74950000000"

    @pytest.mark.parametrize(("given", "field"), [({"phone": "x"}, "phone"), ({"reminds_at": time(22)}, "reminds_at")])
    def test_what_cannot_be_is_named(self, anna, given, field):
        with pytest.raises(Refused) as refusal:
            client_rules.change(**{**RULES, **given}, by=anna)
        assert list(refusal.value.fields) == [field]


class UndoEverything(Exception):
    pass


DOINGS = ("move", "confirm", "unconfirm", "remind", "tell_moved", "tell_moved", "on_the_way", "back", "off")
doings = st.lists(st.sampled_from(DOINGS), max_size=14)


@given(doings=doings, writes=st.booleans())
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_told_exactly_once_whatever_happens_in_between(visit, of_egor, hour, olga, egor, doings, writes):
    try:
        with transaction.atomic():
            if writes:
                MailServer.objects.create(pk=1, host="127.0.0.1", sender="okna@example.ru")
                ContactPoint.objects.create(client=visit.client, kind="email", value="vera@example.ru")
            _play(doings, visit.pk, of_egor, hour, olga, egor)
            raise UndoEverything
    except UndoEverything:
        pass


def _play(doings, pk, of_egor, hour, olga, egor):
    times = iter(range(9, 10**6))
    for doing in doings:
        visit = Visit.objects.select_related("kind", "client", "resource", "deal").get(pk=pk)
        try:
            with transaction.atomic():
                if doing == "move":
                    number = next(times)
                    booking.move(visit, hour(9 + number % 8, days=7 * (number // 8)), of_egor, reason="так", by=olga)
                elif doing == "confirm":
                    confirming.confirm(visit, by=olga)
                elif doing == "unconfirm":
                    confirming.take_back(visit, by=olga)
                elif doing == "remind":
                    remind_clients.remind(visit)
                elif doing == "tell_moved" and visit.moves:
                    to_client.tell(visit, "moved")
                elif doing == "on_the_way":
                    carry_out.set_status(visit, Visit.Status.ON_WAY, by=egor)
                elif doing == "back":
                    carry_out.take_back(visit, by=egor)
                elif doing == "off":
                    booking.cancel(visit, reason="так", by=olga)
        except Refused:
            pass
        _is_sound(pk)


def _is_sound(pk):
    """Never two words for one occasion; a task for each that somebody has to say; nothing left once it is over."""
    said = list(ClientWord.objects.filter(visit_id=pk).select_related("task"))
    assert len({(word.what, word.occasion) for word in said}) == len(said)
    open_ = [word for word in said if word.state in ("waiting", "by_hand")]
    tasks_of = {word.task_id for word in open_ if word.task_id}
    ringing = Task.objects.filter(done_at=None, what__startswith="Сообщить клиенту")
    assert set(ringing.values_list("pk", flat=True)) == tasks_of
    visit = Visit.objects.get(pk=pk)
    matters = [word.what for word in open_]
    assert len(matters) == len(set(matters))
    if visit.status == "cancelled":
        assert set(matters) <= {"called_off"}
    if visit.confirmed_at and visit.status == "planned":
        assert not {word.what for word in open_ if word.state == "by_hand"}


def test_history_shows_what_was_sent(by_mail, visit):
    word = ClientWord.objects.get()
    from svyazka.business.visits import client_sending

    client_sending._settle(word, is_sent=True)
    shown = Interaction.objects.filter(kind="visit").latest("pk").data
    assert (shown["event"], shown["what"], shown["way"]) == ("told", "booked", "email")
