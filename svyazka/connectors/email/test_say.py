"""Letters go out to a mail server of another hand, and a copy into a real Dovecot."""

from __future__ import annotations

import socket
from contextlib import closing
from datetime import timedelta

import pytest

from svyazka.business.conversations.channel import Gone, Saying, Unsure
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.intake.counted_there import Asking
from svyazka.business.notices.messengers import Closed, Denied, Undeliverable, Unreached
from svyazka.connectors.email import count as counting
from svyazka.connectors.email import letters
from svyazka.connectors.email.post_office import PostOffice
from svyazka.connectors.email.say import Mail
from svyazka.kit import clock

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def office():
    made = PostOffice()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def mail(office, access):
    def made(**other):
        options = {"smtp_host": "127.0.0.1", "smtp_port": str(office.port), "smtp_security": "none"}
        options |= {"smtp_user": "okna", "name": "Окна и точка"}
        return Mail(access(**{**options, **other}))

    return made


def saying(text="Ждём вас во вторник", **given):
    return Saying(**{"key": KEY, "to": "vera@example.com", "text": text, **given})


def test_an_answer_in_its_thread(mail, office):
    more = {"subject": "Re: Балкон", "references": ["<a@x>", "<b@x>"]}
    said = mail(has_plus="1").say(saying(answers="<b@x>", more=more))
    [letter] = office.letters
    assert said.outside_ids == (f"<{KEY}@example.ru>",) == (letter["Message-ID"],)
    assert (letter["From"], letter["To"]) == ("Окна и точка <okna@example.ru>", "vera@example.com")
    assert (letter["Subject"], letter["In-Reply-To"], letter["References"]) == ("Re: Балкон", "<b@x>", "<a@x> <b@x>")
    assert letter["Reply-To"] == "Окна и точка <okna+0123456789ab@example.ru>"
    assert letter.get_content().strip() == "Ждём вас во вторник"
    assert office.raw[0].isascii()
    assert letter["Auto-Submitted"] is None


def test_without_plus_addresses_the_subject_carries_the_token(mail, office):
    mail().say(saying(more={"subject": "Re: Балкон [#ffffffffffff]"}))
    mail().say(saying())
    assert [one["Subject"] for one in office.letters] == [
        "Re: Балкон [#0123456789ab]",
        "Сообщение от Окна и точка [#0123456789ab]",
    ]
    assert office.letters[0]["Reply-To"] is None


def test_files_and_lines_with_dots(mail, office):
    files = (Attached("Смета.pdf", "application/pdf", b"%PDF-1.7\r\n.\r\nx"),)
    mail().say(saying("Строка\n.\n..две\nFrom меня", files=files))
    [letter] = office.letters
    [attached] = letter.iter_attachments()
    assert letter.get_body().get_content().split() == ["Строка", ".", "..две", "From", "меня"]
    assert (attached.get_filename(), attached.get_content()) == ("Смета.pdf", b"%PDF-1.7\r\n.\r\nx")


def test_a_subject_brings_no_header_of_its_own(mail, office):
    mail().say(saying(more={"subject": "Hello\r\nBcc: all@example.com"}))
    assert office.letters[0]["Bcc"] is None


def test_a_copy_lies_where_it_was_sent_from(mail, dovecot, user):
    mail(keeps_sent="1").say(saying(more={"subject": "copy"}))
    assert dovecot.subjects(user, "Sent") == ["copy [#0123456789ab]"]
    assert dovecot.flags(user, "Sent") == ["\\Seen \\Recent"]


def test_it_has_gone_out_whatever_becomes_of_the_copy(mail, office):
    mail(keeps_sent="1", imap_port="1").say(saying())
    assert len(office.letters) == 1


@pytest.mark.parametrize(
    ("command", "answer", "trouble"),
    [
        ("RCPT", "550 5.1.1 no such user", Closed),
        ("RCPT", "554 5.7.1 rejected as spam", Undeliverable),
        ("RCPT", "451 4.7.1 greylisted, come again", Unreached),
        ("MAIL", "530 5.7.0 not from here", Undeliverable),
        ("MAIL", "452 4.3.1 too busy", Unreached),
        ("DATA", "552 5.3.4 too large", Undeliverable),
        ("DATA", "451 4.3.0 later", Unreached),
    ],
)
def test_what_the_server_says(mail, office, command, answer, trouble):
    office.answers[command] = answer
    with pytest.raises(trouble) as said:
        mail().say(saying())
    assert type(said.value) is trouble
    assert str(said.value) == answer
    assert office.letters == []


def test_no_answer_after_the_letter_was_said(mail, office):
    office.hangs_up = True
    with pytest.raises(Unsure):
        mail().say(saying())
    assert len(office.letters) == 1


def test_an_address_that_no_server_takes(mail):
    with pytest.raises(Undeliverable):
        mail().say(saying(to="вера@пример.рф"))


@pytest.mark.parametrize(
    ("other", "trouble", "word"),
    [
        ({"password": "wrong"}, Denied, "denied"),
        ({"smtp_security": "starttls"}, Unreached, "no_tls"),
        ({"smtp_security": "tls"}, Unreached, "no_tls"),
        ({"smtp_host": "nowhere.invalid"}, Unreached, "no_host"),
        ({"smtp_port": "closed"}, Unreached, "unreached"),
    ],
)
def test_what_is_wrong_is_said_in_a_word(mail, other, trouble, word):
    with closing(socket.create_server(("127.0.0.1", 0))) as line:
        closed = str(line.getsockname()[1])
    with pytest.raises(trouble) as said:
        mail(**{name: closed if value == "closed" else value for name, value in other.items()}).try_sending()
    assert str(said.value) == word


def test_both_sides_are_tried(mail):
    assert mail().name() == "okna@example.ru"
    with pytest.raises(Unreached):
        mail(folders="Gone").name()


def test_files_of_letters_come_with_them(mail):
    with pytest.raises(Gone):
        mail().fetch({})


def test_what_we_say_is_read_back_as_it_was_said(mail, office):
    mail().say(
        saying(more={"subject": "Замер окон: вторник, 10:00"}, files=(Attached("план.txt", "text/plain", b"x"),))
    )
    message = letters.parsed(office.raw[0])
    assert letters.header(message, "subject") == "Замер окон: вторник, 10:00 [#0123456789ab]"
    assert letters.addresses(message, "from")[0].name == "Окна и точка"


def test_whether_all_of_it_is_in(access, dovecot, user, monkeypatch):
    monkeypatch.setattr(counting, "JUST_COME", 0)
    dovecot.deliver(b"From: v@e.ru\r\n\r\nx", to=user)
    dovecot.deliver(b"From: v@e.ru\r\n\r\ny", to=user)
    counted = counting.count(Asking(access(), clock.now() - timedelta(days=2)))
    assert [number.split("/")[::2] for number in counted.numbers] == [["INBOX", "1"], ["INBOX", "2"]]
    later = (clock.now() + timedelta(minutes=5)).isoformat()
    assert counting.count(Asking(access(opened_at=later), clock.now() - timedelta(days=2))).numbers == {}
    assert counting.count(Asking(access(imap_host=""), clock.now())).numbers is None
