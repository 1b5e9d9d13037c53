from __future__ import annotations

from svyazka.business.inbox import replies, rules
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Outage
from svyazka.kit import clock


def test_replies_are_added_changed_moved_and_removed(enter, anna):
    page = enter(anna)
    page.post("/office/quick-replies/", {"title": "Привет", "text": "Здравствуйте, {name}!"})
    page.post("/office/quick-replies/", {"title": "Пока", "text": "До свидания"})
    first, second = replies.list_all()
    page.post(f"/office/quick-replies/{second.pk}/place/", {"to": "up"})
    page.post(f"/office/quick-replies/{first.pk}/", {"title": "Добрый день", "text": "Добрый день!", "version": "1"})
    assert [one.title for one in replies.list_all()] == ["Пока", "Добрый день"]
    page.post(f"/office/quick-replies/{second.pk}/removal/")
    assert [one.title for one in replies.list_all()] == ["Добрый день"]
    assert Entry.objects.filter(kind="quick_reply").count() == 5


def test_what_is_wrong_is_said_beside_it(enter, anna):
    answer = enter(anna).post("/office/quick-replies/", {"title": "Привет", "text": "Ваш {номер}, {phone}"})
    assert (answer.status_code, replies.list_all()) == (422, [])
    assert "Поля {phone} нет." in answer.content.decode()


def test_what_a_colleague_changed_meanwhile_is_not_written_over(enter, anna):
    reply = replies.add("Привет", "Здравствуйте!", by=anna)
    replies.change(reply, "Привет", "Добрый день!", version=1, by=anna)
    url, typed = f"/office/quick-replies/{reply.pk}/", {"title": "Привет", "text": "Хай", "version": "1"}
    assert enter(anna).post(url, typed).status_code == 422
    assert replies.list_all()[0].text == "Добрый день!"


def test_the_order_of_ways_is_chosen(enter, anna, chats):
    typed = {"enter_sends": "on", "rings": "on", "down_minutes": "15", "way_1": "max", "way_2": "sms"}
    assert enter(anna).post("/office/answering/", typed).status_code == 302
    assert (rules.ways(), rules.rules().down_minutes) == (["max", "sms"], 15)
    assert enter(anna).post("/office/answering/", {**typed, "way_1": "pigeon"}).status_code == 422
    assert enter(anna).post("/office/answering/", {**typed, "down_minutes": "0"}).status_code == 422


def test_each_channel_has_a_light(enter, anna, chats):
    Outage.objects.create(account="max/main", why="unreached", since=clock.now(), tries=2, until=clock.now())
    lights = {row["account"].code: row["light"] for row in enter(anna).get("/office/channels/").context["rows"]}
    assert (lights["max/main"], lights["sms/main"]) == ("bad", "good")


def test_an_operator_changes_none_of_it(enter, olga):
    assert enter(olga).get("/office/quick-replies/").status_code == 403
    assert enter(olga).post("/office/answering/", {}).status_code == 403
