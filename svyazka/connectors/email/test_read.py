from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import MessageState
from svyazka.connectors.email import html
from svyazka.connectors.email.read import read, shown

RECEIVED = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
HEAD = (
    b"From: =?utf-8?B?0JLQtdGA0LA=?= <Vera@Example.ru>\r\nTo: okna@example.ru\r\nSubject: Windows\r\n"
    b"Message-ID: <1@example.ru>\r\nDate: Fri, 27 Nov 2026 11:00:00 +0300\r\n"
)


def arrived(raw: bytes, **headers: str) -> Arrival:
    return Arrival(account="email/sales", received_at=RECEIVED, headers=headers, body=raw)


def one(raw: bytes, **headers: str):
    [mail] = read(arrived(raw, **headers))
    return mail


def letter(**fields: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"From": "Вера <vera@example.ru>", "To": "okna@example.ru", "Message-ID": "<1@e.ru>"}.items():
        made[name] = value
    for name, value in fields.items():
        made[name.replace("_", "-")] = value
    return made


def test_a_plain_letter():
    mail = one(HEAD + b"Content-Type: text/plain; charset=koi8-r\r\n\r\n" + "Три окна\r\n".encode("koi8-r"))
    assert (mail.channel, mail.user_id, mail.name) == ("email", "vera@example.ru", "Вера")
    assert (mail.outside_id, mail.subject, mail.text) == ("<1@example.ru>", "Windows", "Три окна")
    assert mail.to == ("okna@example.ru",)
    assert mail.sent_at == datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
    assert (mail.automatic, mail.is_ours, mail.files, mail.is_cut) == ("", False, (), False)


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "utf-8"])
def test_bytes_that_do_not_say_in_which_encoding_they_are(charset):
    raw = "Subject: Замер окон\r\nFrom: Вера Павлова <v@e.ru>\r\n\r\nДобрый день, нужны три окна".encode(charset)
    mail = one(raw)
    assert (mail.subject, mail.name, mail.text) == ("Замер окон", "Вера Павлова", "Добрый день, нужны три окна")


def test_an_encoding_that_is_not_the_one_it_names():
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "Добрый день".encode("cp1251")
    assert one(raw).text == "Добрый день"


@pytest.mark.parametrize("charset", ["x-unknown", "utf-8-sig", "", "рус"])
def test_an_encoding_that_is_none(charset):
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + "Окна".encode()
    assert one(raw).text == "Окна"


def test_without_an_id_it_gets_one_that_stays_the_same():
    raw = b"From: v@e.ru\r\nReceived: by mx; 1\r\n\r\nHello"
    assert one(raw).outside_id == one(raw).outside_id
    assert one(raw).outside_id != one(raw.replace(b"; 1", b"; 2")).outside_id
    assert one(raw).sent_at == RECEIVED


def test_the_same_id_with_other_words_is_another_letter():
    assert one(HEAD + b"\r\nOne").print != one(HEAD + b"\r\nTwo").print
    assert one(HEAD + b"\r\nOne").print == one(b"X-Folder: other\r\n" + HEAD + b"\r\nOne  \r\n").print


def test_html_alone_is_read_as_text():
    made = letter(Subject="Заявка")
    made.set_content(
        "<html><head><title>x</title><style>p{}</style></head><body><p>Здравствуйте!</p>"
        "<div>Нужны <b>три</b> окна</div>"
        "<table><tr><td>Имя</td><td>Вера</td></tr><tr><td>Телефон</td><td>+7 916</td></tr></table>"
        "<a href='https://okna.ru/x'>смотреть</a><script>alert(1)</script>"
        "<blockquote>Когда?<br>Завтра?</blockquote></body></html>",
        subtype="html",
    )
    mail = one(made.as_bytes())
    assert mail.text == ("Здравствуйте!\n\nНужны три окна\nИмя\tВера\nТелефон\t+7 916\nсмотреть (https://okna.ru/x)")
    assert mail.quoted == "> Когда?\n> Завтра?"


def test_the_plain_text_is_preferred_and_what_came_with_it_is_kept():
    made = letter()
    made.set_content("Смета во вложении")
    made.add_alternative("<p>Смета</p>", subtype="html")
    made.add_attachment(b"%PDF-1.7 ...", maintype="application", subtype="pdf", filename="C:\\tmp\\Смета.pdf")
    made.add_attachment(b"\x89PNG" * 3000, maintype="image", subtype="png", filename="план.png")
    mail = one(made.as_bytes())
    assert mail.text == "Смета во вложении"
    assert [(f.kind, f.name, f.type, f.size) for f in mail.files] == [
        ("document", "Смета.pdf", "application/pdf", 12),
        ("photo", "план.png", "image/png", 12000),
    ]


def test_the_logo_beneath_a_signature_is_no_file_of_the_letter():
    made = letter()
    made.set_content("Здравствуйте")
    made.add_alternative("<p>Здравствуйте <img src='cid:a'></p>", subtype="html")
    made.get_payload()[1].add_related(b"GIF89a" * 10, "image", "gif", cid="<a>")
    assert one(made.as_bytes()).files == ()


def test_a_letter_that_is_passed_on_as_a_file():
    inner = letter(Subject="Старое/письмо")
    inner.set_content("Внутри")
    made = letter()
    made.set_content("Смотрите")
    made.add_attachment(inner)
    [file] = one(made.as_bytes()).files
    assert (file.name, file.type) == ("Старое_письмо.eml", "message/rfc822")
    assert "Внутри".encode() in file.content or b"0JL" in file.content
    assert one(made.as_bytes()).text == "Смотрите"


def test_what_it_answers_the_nearest_first():
    mail = one(b"In-Reply-To: <c@x>\r\nReferences: <a@x> <b@x>\r\n <c@x>\r\n" + HEAD + b"\r\nx")
    assert mail.references == ("<c@x>", "<b@x>", "<a@x>")


def test_one_of_us_wrote_it_elsewhere():
    mail = one(b"From: okna@example.ru\r\nTo: Vera <vera@example.ru>\r\n\r\nx", sent="1")
    assert (mail.is_ours, mail.user_id, mail.name) == (True, "vera@example.ru", "")
    with pytest.raises(Ignore):
        one(b"From: okna@example.ru\r\n\r\nx", sent="1")


def test_too_large_a_letter_says_so():
    with translation.override("en"):
        mail = one(HEAD + b"\r\n", cut="1")
    assert (mail.text, mail.is_cut) == ("The letter is too large to be taken in. It lies in the mailbox.", True)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (b"Auto-Submitted: auto-replied", "answer"),
        (b"Precedence: auto_reply", "answer"),
        (b"Precedence: bulk", "list"),
        (b"List-Id: <news.example.ru>", "list"),
        (b"List-Unsubscribe: <https://x>", "list"),
        (b"Auto-Submitted: auto-generated", "machine"),
        (b"Return-Path: <>", "machine"),
        (b"Auto-Submitted: no", ""),
    ],
)
def test_what_nobody_wrote(header, kind):
    assert one(header + b"\r\n" + HEAD + b"\r\nx").automatic == kind


REPORT = (
    b"From: Mail Delivery System <MAILER-DAEMON@mx.ru>\r\nTo: okna@example.ru\r\nSubject: Undelivered\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
    b"--B\r\n\r\nSorry.\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.ru\r\n\r\n"
    b"Final-Recipient: rfc822; vera@example.ru\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    b"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Message-ID: <ours@example.ru>\r\nSubject: x\r\n\r\nHello\r\n--B--\r\n"
)


def test_a_letter_of_ours_came_back():
    assert read(arrived(REPORT)) == [
        MessageState("<ours@example.ru>", "failed", RECEIVED, reason="550 5.1.1 no such user")
    ]


def test_only_the_headers_came_back():
    raw = REPORT.replace(b"message/rfc822", b"text/rfc822-headers")
    assert read(arrived(raw))[0].outside_id == "<ours@example.ru>"


def test_it_is_still_being_tried():
    with pytest.raises(Ignore):
        read(arrived(REPORT.replace(b"Action: failed", b"Action: delayed")))


def test_it_does_not_say_which_letter_came_back():
    with pytest.raises(NotUnderstood):
        read(arrived(REPORT.replace(b"Message-ID: <ours@example.ru>", b"X: y")))


def test_an_older_server_says_it_in_prose():
    raw = (
        b"From: postmaster@mx.ru\r\nTo: okna@example.ru\r\n\r\nYour mail could not be delivered:\r\n"
        b"550 mailbox unavailable\r\n\r\nMessage-ID: <ours@example.ru>\r\n"
    )
    assert read(arrived(raw)) == [
        MessageState("<ours@example.ru>", "failed", RECEIVED, reason="550 mailbox unavailable")
    ]


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"Subject: x\r\n\r\nx", b"From: nobody\r\n\r\nx"])
def test_who_sent_it_is_not_said(raw):
    with pytest.raises(NotUnderstood):
        read(arrived(raw))


@pytest.mark.parametrize("date", ["Fri, 27 Nov 2099 11:00:00 +0300", "yesterday", "Fri, 99 Nov 2026 11:00:00", "1"])
def test_a_day_that_is_none_is_that_of_the_arrival(date):
    assert one(f"Date: {date}\r\nFrom: v@e.ru\r\n\r\nx".encode()).sent_at == RECEIVED


def test_letters_within_letters_within_letters():
    raw = b"x"
    for number in range(60):
        bound = f"b{number}".encode()
        raw = (
            b"Content-Type: multipart/mixed; boundary="
            + bound
            + b"\r\n\r\n--"
            + bound
            + b"\r\n"
            + raw
            + b"\r\n--"
            + bound
            + b"--"
        )
    assert one(b"From: v@e.ru\r\n" + raw).text == ""


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([HEAD, REPORT, b"From: v@e.ru\r\nContent-Type: multipart/mixed\r\n", b""])
)
def test_whatever_the_bytes_are(noise, before):
    with contextlib.suppress(Ignore, NotUnderstood):
        read(arrived(before + noise))


def test_shown_it_can_do_no_harm():
    made = letter()
    made.set_content(
        "<p onclick='x()'>Привет<script>alert(1)</script><img src='https://spy/x.gif'><a href='javascript:x()'>a</a>"
        "<a href='https://ok.ru'>b</a><style>p{}</style><form><input></form>",
        subtype="html",
    )
    assert shown(arrived(made.as_bytes())).strip() == (
        '<p>Привет<a target="_blank" rel="noopener noreferrer nofollow">a</a>'
        '<a href="https://ok.ru" target="_blank" rel="noopener noreferrer nofollow">b</a></p>'
    )


@pytest.mark.parametrize("markup", ["<![x", "<!doctype", "</p></td></blockquote>", "<a href", "<" * 5000])
def test_html_that_is_none(markup):
    html.to_text(markup)
    html.safe(markup)
