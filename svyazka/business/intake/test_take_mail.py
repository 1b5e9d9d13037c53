"""What becomes of a letter, from its bytes to the history."""

from __future__ import annotations

from datetime import UTC, timedelta
from email.message import EmailMessage

import pytest

from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.conversations import letters
from svyazka.business.conversations.models import Attachment, ChannelAccount, Message, Reach
from svyazka.business.deals import opening
from svyazka.business.deals.models import Deal
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.kit import clock

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def company(windows, attachments_root):
    for code, address in (("sales", "okna@example.ru"), ("info", "info@example.ru")):
        ChannelAccount.objects.create(
            kind="email", code=f"email/{code}", name=code, public_key=code, options={"address": address}
        )
    return windows


def letter(text="Сколько стоит балкон?", *, number="1", **fields):
    made = EmailMessage()
    values = {"From": "Вера Павлова <vera.pavlova@mail.ru>", "To": "okna@example.ru", "Subject": "Балкон"}
    values |= {"Message-ID": f"<{number}@example.com>"}
    for name, value in {**values, **{name.replace("_", "-"): value for name, value in fields.items()}}.items():
        made[name] = value
    made.set_content(text)
    return made


def came(made, *, account="email/sales", **headers):
    raw = made if isinstance(made, bytes) else made.as_bytes()
    now = clock.now()
    arrival = Arrival.objects.create(
        received_at=now, account=account, connector="email", outside_id=str(Arrival.objects.count()),
        conversation=account, headers=headers, body=raw, next_try_at=now,
    )  # fmt: skip
    work_off()
    arrival.refresh_from_db()
    return arrival


def writes_from(client, address="vera.pavlova@mail.ru"):
    ContactPoint.objects.create(client=client, kind="email", value=address)
    filing.file([client.pk])


def lines():
    return list(Interaction.objects.filter(kind="message").order_by("pk"))


def said(client, *, deal=None, key=KEY, outside_id="", **given):
    """A letter of ours."""
    line = Interaction.objects.create(
        at=clock.now(),
        client_id=client.pk,
        deal_id=deal and deal.pk,
        kind="message",
        direction="out",
        text="Добрый день",
    )
    return Message.objects.create(
        interaction_id=line.pk, at=line.at, account="email/sales", user_id="vera.pavlova@mail.ru", key=key,
        is_ours=True,
        outside_id=outside_id, state=given.get("state", "sent"), state_at=line.at,
    )  # fmt: skip


def test_a_letter_of_somebody_unknown():
    arrival = came(letter())
    [line], [client], [deal] = lines(), Client.objects.filter(name="Вера Павлова"), Deal.objects.all()
    assert (line.text, line.direction, line.waiting, line.channel) == (
        "Сколько стоит балкон?",
        "in",
        True,
        "email/sales",
    )
    assert (line.client_id, line.deal_id, line.arrival_id) == (client.pk, deal.pk, arrival.pk)
    assert (line.data["subject"], line.data["from"]) == ("Балкон", "vera.pavlova@mail.ru")
    assert ContactPoint.objects.get(client=client).value == "vera.pavlova@mail.ru"
    assert Reach.objects.get().user_id == "vera.pavlova@mail.ru"
    assert arrival.state == "done"


def test_read_again_it_stands_in_the_history_once():
    came(letter())
    came(letter(), account="email/info")
    came(letter())
    assert (len(lines()), Message.objects.count(), Deal.objects.count()) == (1, 1, 1)


def test_another_letter_under_the_same_id_is_another_letter():
    came(letter("Раз"))
    came(letter("Два"))
    came(letter("Два"))
    assert [line.text for line in lines()] == ["Раз", "Два"]


def test_c7_an_answer_goes_into_the_deal_of_the_letter_that_it_answers(vera, olga):
    writes_from(vera)
    first = opening.open_deal(vera, by=olga)
    opening.open_deal(vera, by=olga)
    said(vera, deal=first, outside_id="<ours@okna>")
    came(letter("Да", In_Reply_To="<unknown@x>", References="<ours@okna> <unknown@x>"))
    assert (lines()[-1].deal_id, lines()[-1].client_id) == (first.pk, vera.pk)
    assert Message.objects.latest("pk").more["references"] == ["<ours@okna>", "<unknown@x>"]


@pytest.mark.parametrize(
    "fields",
    [
        {"In_Reply_To": f"<{KEY}@example.ru>"},
        {"To": f"okna+{KEY[: letters.TOKEN]}@example.ru"},
        {"Subject": f"Re: Балкон [#{KEY[: letters.TOKEN]}]"},
    ],
)
def test_it_is_known_by_our_key_and_by_the_token(fields, vera, olga):
    writes_from(vera)
    first = opening.open_deal(vera, by=olga)
    opening.open_deal(vera, by=olga)
    said(vera, deal=first, state="unsure")
    came(letter("Да", **fields))
    assert lines()[-1].deal_id == first.pk


@pytest.mark.parametrize("fields", [{"Subject": "Re: Балкон"}, {"Subject": "[#ffffffffffff]"}, {"References": "<x@y>"}])
def test_the_subject_alone_says_nothing(fields, vera, olga):
    said(vera, outside_id="<ours@okna>")
    came(letter("Да", From="Пётр <petr@mail.ru>", **fields))
    assert lines()[-1].client_id != vera.pk


def test_somebody_else_answers_for_the_client_and_is_not_he(vera, olga):
    said(vera, outside_id="<ours@okna>")
    came(letter("Я за жену", From="Пётр <petr@mail.ru>", In_Reply_To="<ours@okna>"))
    assert lines()[-1].client_id == vera.pk
    assert not ContactPoint.objects.filter(value="petr@mail.ru").exists()
    assert Reach.objects.get().user_id == "petr@mail.ru"


def test_two_who_are_known_each_stay_who_they_are(vera, olga):
    petr = Client.objects.create(name="Пётр")
    writes_from(petr, "petr@mail.ru")
    said(vera, outside_id="<ours@okna>")
    came(letter("Вера переслала", From="Пётр <petr@mail.ru>", In_Reply_To="<ours@okna>"))
    assert lines()[-1].client_id == petr.pk


def test_a_closed_deal_is_not_opened_by_an_answer(vera, olga):
    writes_from(vera)
    deal = opening.open_deal(vera, by=olga)
    Deal.objects.update(closed_at=clock.now())
    said(vera, deal=deal, outside_id="<ours@okna>")
    came(letter("Ещё вопрос", In_Reply_To="<ours@okna>"))
    assert lines()[-1].deal_id not in (deal.pk, None)


def test_what_is_repeated_and_the_signature_stand_apart():
    came(letter("Да, удобно\n\nС уважением,\nВера\n\n12.05.2025 10:15, Окна пишет:\n> Вторник?"))
    [line] = lines()
    assert line.text == "Да, удобно"
    assert line.data["signature"] == "С уважением,\nВера"
    assert line.data["quoted"] == "12.05.2025 10:15, Окна пишет:\n> Вторник?"


def test_files_are_kept_by_what_they_are():
    made = letter("Смета")
    made.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="Смета.pdf")
    made.add_attachment(b"MZ\x90\x00", maintype="image", subtype="png", filename="photo.png")
    came(made)
    kept, refused = Attachment.objects.order_by("number")
    assert (kept.state, kept.name, refused.state) == ("kept", "Смета.pdf", "refused")
    assert lines()[0].data["files"] == ["document", "photo"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "An answering machine wrote this."),
        ({"Auto_Submitted": "auto-generated"}, "No person wrote this letter."),
        ({"List_Id": "<news.example.ru>"}, "A letter to a mailing list."),
    ],
)
def test_what_nobody_wrote_is_ignored_with_the_reason(fields, reason):
    arrival = came(letter(**fields))
    assert (arrival.state, arrival.reason, lines()) == ("ignored", reason, [])


def test_a_letter_of_ours_that_came_back(vera):
    message = said(vera, state="unsure")
    report = (
        b"From: MAILER-DAEMON@mx.ru\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.ru\r\n\r\nAction: failed\r\n"
        b"Diagnostic-Code: smtp; 550 no such user\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <"
        + KEY.encode() + b"@example.ru>\r\n\r\nx\r\n--B--\r\n"
    )  # fmt: skip
    assert came(report).state == "done"
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "550 no such user")


def test_what_a_colleague_wrote_in_a_mail_program(vera):
    writes_from(vera)
    came(letter("Ждём вас", From="okna@example.ru", To="boss@example.ru, vera.pavlova@mail.ru"), sent="1")
    [line] = lines()
    assert (line.direction, line.client_id, line.waiting) == ("out", vera.pk, False)
    assert (Message.objects.get().state, Message.objects.get().user_id) == ("sent", "vera.pavlova@mail.ru")
    assert Reach.objects.count() == 0


def test_what_we_sent_ourselves_is_not_taken_out_of_the_folder_again(vera):
    said(vera, state="sending")
    made = letter("Добрый день", From="okna@example.ru", To="vera.pavlova@mail.ru").as_bytes()
    arrival = came(made.replace(b"<1@example.com>", f"<{KEY}@example.ru>".encode()), sent="1")
    assert arrival.made == {"interaction": lines()[0].pk}
    assert len(lines()) == 1


def test_a_letter_of_ours_to_nobody_whom_we_know():
    arrival = came(letter(From="okna@example.ru", To="shop@example.org"), sent="1")
    assert (arrival.state, lines()) == ("ignored", [])


def test_a_site_writes_in_our_own_name():
    came(letter(From="okna@example.ru", Reply_To="vera.pavlova@mail.ru"))
    assert lines()[0].data["from"] == "vera.pavlova@mail.ru"
    assert came(letter(From="okna@example.ru", number="2")).state == "stuck"


def test_how_many_questions_a_letter_asks(django_assert_max_num_queries):
    came(letter(number="0"))
    for many in (1, 20):
        references = " ".join(f"<{number}@example.com>" for number in range(many))
        with django_assert_max_num_queries(75):
            came(letter(f"Ещё {many}", number=f"n{many}", References=references))


def test_its_time_is_when_it_was_written():
    written = (clock.now() - timedelta(hours=3)).replace(microsecond=0)
    came(letter(Date=written.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")))
    assert lines()[0].at == written
