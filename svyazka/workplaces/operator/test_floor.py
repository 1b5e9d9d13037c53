from datetime import timedelta

from svyazka.business.calls.floor.states import Kind, states
from svyazka.business.calls.models import PersonState, PhoneCommand
from svyazka.kit import clock


def say(client, to):
    return client.post("/floor/mine/state/", {"to": to}, headers={"HX-Request": "true"})


def test_the_switch_offers_the_reasons_of_the_company_and_says_what_is_on(enter, olga):
    client = enter(olga)
    assert "Статус не выбран" in client.get("/floor/mine/").content.decode()
    page = say(client, "break/lunch").content.decode()
    assert "Обед" in page
    assert "data-ticks" in page
    assert states()[olga.pk].kind == Kind.BREAK
    assert "Готов" in say(client, "ready").content.decode()
    assert states()[olga.pk].kind == Kind.READY


def test_nonsense_is_no_state(enter, olga):
    client = enter(olga)
    assert [say(client, to).status_code for to in ("", "asleep", "break/nonsense", "break/\x00")] == [422] * 4
    assert states() == {}


def test_who_takes_no_calls_has_no_switch(enter, konstantin, olga):
    assert enter(konstantin).get("/floor/mine/").status_code == 403
    assert b"floor-state" not in enter(konstantin).get("/my-day/").content
    assert b"floor-state" in enter(olga).get("/queue/").content


def test_a_break_that_lasts_too_long_and_a_phone_that_was_not_paused_are_said(enter, olga):
    client = enter(olga)
    say(client, "break/rest")
    now = clock.now()
    command = PhoneCommand.objects.create(
        pbx_code="a", do="pause", person_id=olga.pk, extension="101", click="1", state="failed", trouble="no_link",
        asked_at=now, until=now,
    )  # fmt: skip
    PersonState.objects.update(until=now - timedelta(minutes=1), command_id=command.pk)
    page = client.get("/floor/mine/").content.decode()
    assert "Перерыв длится дольше разрешённого" in page
    assert "АТС сейчас не на связи" in page or "АТС" in page


def test_whoever_logs_out_is_away(enter, olga):
    client = enter(olga)
    say(client, "ready")
    client.post("/logout/")
    assert states()[olga.pk].kind == Kind.AWAY
