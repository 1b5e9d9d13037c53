"""Letters of an agency become requests, by a template that was made out of one of them."""

from __future__ import annotations

import pytest

from svyazka.business.clients.models import Client, Interaction, Source
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Deal
from svyazka.business.intake import mail_templates, repair
from svyazka.business.intake.models import Arrival, MailTemplate
from svyazka.business.intake.work_off import work_off
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

TEXT = "Новая заявка\n\nИмя: {name}\nТелефон: {phone}\nКампания: vesna\nКомментарий: Два окна"
WORDS = {"name": "Вера Павлова", "phone": "8 916 123-45-67", "campaign": "vesna", "message": "Два окна"}


@pytest.fixture(autouse=True)
def company(windows, attachments_root):
    options = {"address": "okna@example.ru"}
    ChannelAccount.objects.create(kind="email", code="email/sales", name="s", public_key="s", options=options)
    return windows


def came(number="1", *, name="Вера Павлова", phone="8 916 123-45-67", sender="leads@agency.ru", text=TEXT, run=True):
    head = f"From: Agency <{sender}>\r\nTo: okna@example.ru\r\nSubject: Заявка № {number}"
    body = text.format(name=name, phone=phone)
    raw = f"{head}\r\nAuto-Submitted: auto-generated\r\nMessage-ID: <{number}@agency.ru>\r\n\r\n{body}".encode()
    now = clock.now()
    arrival = Arrival.objects.create(
        received_at=now, account="email/sales", connector="email", outside_id=str(Arrival.objects.count()),
        conversation="email/sales", body=raw, next_try_at=now,
    )  # fmt: skip
    if run:
        work_off()
        arrival.refresh_from_db()
    return arrival


@pytest.fixture
def save(anna):
    def made(arrival, *, template=None, **other):
        given = {"name": "Агентство", "sender": "leads@agency.ru", "subject": "заявка №", "source": None}
        given["words"] = WORDS
        return mail_templates.save(template or MailTemplate(), arrival=arrival, by=anna, **{**given, **other})

    return made


def forms():
    return list(Interaction.objects.filter(kind="form").order_by("pk"))


def test_c1_a_letter_of_an_agency_becomes_a_request_with_its_source(save):
    source = Source.objects.create(code="agency", words={"ru": "Агентство"})
    save(came("0"), source=source)
    arrival = came("1", name="Пётр Сомов", phone="+7 903 765 43 21")
    [line] = forms()
    client, deal = Client.objects.get(pk=line.client_id), Deal.objects.get(pk=line.deal_id)
    assert (arrival.state, client.name, line.text, line.waiting) == ("done", "Пётр Сомов", "Два окна", True)
    assert (deal.source, deal.origin["utm"]) == (source, {"utm_campaign": "vesna"})
    assert Interaction.objects.filter(kind="message").count() == 0


def test_the_same_letter_about_the_same_person_is_one_request(save):
    save(came("0"))
    for _twice in range(2):
        came("1")
    came("2", text=TEXT.replace("Два окна", "Ещё дверь"))
    assert [line.text for line in forms()] == ["Два окна", "Ещё дверь"]
    assert Deal.objects.count() == 1


def test_what_fits_half_goes_to_a_person(save):
    save(came("0"))
    arrival = came("1", phone="позже")
    assert (arrival.state, forms()) == ("stuck", [])
    assert arrival.reason == "A template is for this letter, and could not read all of it. [Агентство, phone]"
    arrival = came("2", text="Имя: {name}\nТел. {phone}")
    assert arrival.reason.endswith("[Агентство, phone, message, campaign]")


@pytest.mark.parametrize("other", [{"sender": "spam@agency.ru"}, {"text": "Новости агентства"}])
def test_other_letters_go_their_own_way(save, other):
    save(came("0"), subject="")
    came("1", **other)
    assert forms() == []


def test_what_waited_is_run_again_once_there_is_a_template(save, anna):
    waiting = came("1")
    assert waiting.state == "ignored"  # nobody wrote it, and nobody knew what it was
    save(waiting)
    repair.run_again(waiting, anna)
    work_off()
    assert len(forms()) == 1


def test_switched_off_and_removed_it_reads_nothing(save, anna):
    template = save(came("0"))
    mail_templates.switch(template, on=False, by=anna)
    came("1")
    mail_templates.switch(template, on=True, by=anna)
    mail_templates.remove(template, by=anna)
    came("2")
    assert forms() == []


def test_all_who_write_from_there(save):
    save(came("0"), sender=" @Agency.ru ")
    came("1", sender="other@agency.ru")
    came("2", sender="other@notagency.ru")
    assert len(forms()) == 1


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"words": {**WORDS, "name": "Кого тут нет"}}, "name"),
        ({"words": {"name": "Вера Павлова"}}, "phone"),
        ({"words": {**WORDS, "email": "Два окна"}}, "email"),
        ({"sender": "agency"}, "sender"),
        ({"sender": "others@agency.ru"}, "sender"),
        ({"subject": "Счёт"}, "sender"),
        ({"name": " "}, "name"),
    ],
)
def test_what_does_not_read_its_own_letter_is_not_stored(save, other, field):
    with pytest.raises(Refused) as refusal:
        save(came("0"), **other)
    assert field in refusal.value.fields
    assert not MailTemplate.objects.exists()


def test_only_out_of_a_letter(save):
    arrival = came("0")
    Arrival.objects.filter(pk=arrival.pk).update(connector="telegram")
    arrival.refresh_from_db()
    with pytest.raises(Refused):
        save(arrival)
