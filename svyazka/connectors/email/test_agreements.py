"""A signed agreement goes to the client as a letter with its PDF, over a real socket."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.agreements import delivering, links
from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations import mail
from svyazka.business.problems import sweep
from svyazka.business.problems.models import Problem
from svyazka.kit import clock

TO = "vera@example.ru"


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def post(mail_peer, anna, vera, settings):
    """The company's mail server, and Vera's address."""
    settings.ADDRESS = "https://okna.example.ru"
    server = {"host": mail_peer.host, "port": mail_peer.port, "security": "none", "user": "", "password": ""}
    server |= {"sender": "okna@example.ru", "name": "Окна", "to": "anna@example.ru"}
    mail.change(**server, by=anna)
    ContactPoint.objects.create(client=vera, kind="email", value=TO)
    mail_peer.letters.clear()
    return mail_peer


@pytest.fixture
def later(monkeypatch):
    def go(**span):
        then = clock.now() + timedelta(**span)
        monkeypatch.setattr(clock, "now", lambda: then)

    return go


def test_the_pdf_is_made_and_goes_to_the_client_once(agree, post):
    made = agree()
    assert (delivering.go_on(), delivering.go_on()) == (1, 0)
    made.refresh_from_db()
    assert (made.paper, made.letter, made.address) == ("made", "sent", TO)
    letter = post.letters[-1]
    (attached,) = letter.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("application/pdf", f"Соглашение {made.title}.pdf")
    assert attached.get_content()[:5] == b"%PDF-"
    assert links.link_of(made) in post.text()
    assert len(post.letters) == 1


def test_to_be_signed_by_link_he_gets_the_link_alone(offered, post):
    made = offered("en")
    delivering.go_on()
    made.refresh_from_db()
    assert (made.paper, made.letter) == ("none", "sent")
    assert list(post.letters[-1].iter_attachments()) == []
    assert "sign it on your phone" in post.text()
    assert links.link_of(made) in post.text()


def test_a_server_that_is_away_is_asked_again(agree, post, later):
    post.busy = True
    made = agree()
    delivering.go_on()
    assert delivering.go_on() == 0
    later(minutes=3)
    post.busy = False
    delivering.go_on()
    made.refresh_from_db()
    assert (made.letter, made.tries) == ("sent", 2)


def test_what_cannot_be_sent_is_a_problem_until_it_is_sent(agree, post, windows):
    post.unknown.add(TO)
    made = agree()
    delivering.go_on()
    sweep.sweep_all()
    assert Problem.objects.get(kind="agreement_not_sent").subject_id == made.pk
    post.unknown.clear()
    for _twice in range(2):
        delivering.send_again(made, by=windows["olga"])
    delivering.go_on()
    sweep.sweep_all()
    made.refresh_from_db()
    assert made.letter == "sent"
    assert not Problem.objects.filter(kind="agreement_not_sent").exists()
