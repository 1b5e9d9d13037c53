from __future__ import annotations

import pytest

from svyazka.business.agreements import agreeing, delivering, links, papers, terms
from svyazka.business.agreements.conftest import DRAWN
from svyazka.business.agreements.models import Agreement
from svyazka.business.conversations.client_channel import Undeliverable, Way
from svyazka.business.deals.models import Task
from svyazka.kit import clock, paper


def test_where_no_channel_leads_to_the_client_somebody_gives_it_to_him(agree, visit):
    made = agree()
    delivering.go_on()
    made.refresh_from_db()
    assert (made.paper, made.letter) == ("made", "by_hand")
    assert Task.objects.filter(deal=visit.deal, what__contains=made.title, done_at=None).count() == 1


def test_a_paper_that_cannot_be_set_is_a_problem_at_once(agree, monkeypatch, tmp_path):
    broken = tmp_path / "broken.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(papers, "TEMPLATE", broken)
    made = agree()
    delivering.go_on()
    made.refresh_from_db()
    assert (made.paper, made.try_at, made.failed_at is not None) == ("failed", None, True)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_stands_on_the_paper(agree, given, language, form, anna):
    terms.change(form, {"ru": "Гарантия *5* лет, #deal & <b>.", "en": "Guarantee *5* years, #deal & <b>."}, by=anna)
    made = agree(data=given(language=language, name='Вера "#panic()" \\ $x$'))
    words = papers.in_words(made)
    assert words["terms"].endswith("#deal & <b>.")
    (openings,) = [one for one in words["parts"] if one["rows"]]
    (row,) = openings["rows"]
    assert row["sketch"].startswith("<svg")
    assert words["signed"]["name"] == 'Вера "#panic()" \\ $x$'
    assert papers.pdf(made)[:5] == b"%PDF-"


def test_a_command_in_a_template_that_does_not_end_ends_nothing_else():
    with pytest.raises(paper.NoPaper) as fault:
        paper.made("#let f(n) = f(n + 1)\n#f(0)", {})
    assert fault.value.again is False


@pytest.mark.parametrize("ends", ["sent", "by_hand", "failed"])
def test_signed_while_its_letter_is_under_way_it_gets_its_paper_all_the_same(offered, monkeypatch, settings, ends):
    settings.ADDRESS = "https://okna.example.ru"
    made = offered()

    class Post:
        takes_files = True

        def send(self, letter, *, to):
            sign()
            if ends == "failed":
                raise Undeliverable

    def sign():
        agreeing.sign_by_link(made, agreeing.Signature("Вера", DRAWN))

    def nowhere(_client):
        sign()
        return []

    monkeypatch.setattr(delivering, "of_kind", lambda kind: Post())
    monkeypatch.setattr(
        delivering, "ways_to", nowhere if ends == "by_hand" else lambda _client: [Way("email", "v@x.ru")]
    )
    delivering.go_on()
    made.refresh_from_db()
    assert (made.outcome, made.letter, made.failed_at, made.task) == ("signed", "waiting", None, None)
    assert made.try_at <= clock.now()
    monkeypatch.setattr(delivering, "ways_to", lambda _client: [])
    delivering.go_on()
    made.refresh_from_db()
    assert (made.paper, made.letter) == ("made", "by_hand")


def test_signed_while_those_before_it_are_worked_on(offered, monkeypatch):
    made = offered()
    (claimed,) = delivering._claim()
    agreeing.sign_by_link(made, agreeing.Signature("Вера", DRAWN))
    delivering._go_on(claimed)
    made.refresh_from_db()
    assert (made.paper, made.letter) == ("made", "by_hand")


def _breaks(agreement):
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_a_problem_in_the_end_and_stops_nobody_else(agree, monkeypatch):
    whole_pdf, broken = papers.pdf, agree()
    monkeypatch.setattr(papers, "pdf", lambda one: _breaks(one) if one.pk == broken.pk else whole_pdf(one))
    other = agree()
    assert delivering.go_on() == 2
    for one in (broken, other):
        one.refresh_from_db()
    assert (other.paper, broken.paper, broken.failed_at, broken.try_at is None) == ("made", "waiting", None, False)
    Agreement.objects.filter(pk=broken.pk).update(try_at=clock.now(), tries=delivering.MOST_TRIES)
    delivering.go_on()
    broken.refresh_from_db()
    assert (broken.paper, broken.try_at, broken.failed_at is not None) == ("failed", None, True)


def test_a_paper_that_is_lost_is_a_problem_and_is_made_anew(agree, monkeypatch, olga):
    monkeypatch.setattr(delivering, "ways_to", lambda _client: [Way("email", "v@x.ru")])
    made = agree()
    made.file.name, made.paper, made.tries = "agreements/gone.pdf", "made", delivering.MOST_TRIES
    made.save()
    delivering.go_on()
    made.refresh_from_db()
    assert (made.letter, made.try_at, made.failed_at is not None) == ("failed", None, True)
    monkeypatch.setattr(delivering, "ways_to", lambda _client: [])
    delivering.send_again(made, by=olga)
    delivering.go_on()
    made.refresh_from_db()
    assert made.paper == "made"
    assert made.file.storage.exists(made.file.name)


def test_nobody_reads_it_by_another_address(agree):
    made = agree()
    token = links.link_of(made).split("/")[-2]
    assert links.find(token, sender="127.0.0.1") == made
    assert links.find(token[:-1] + "x", sender="127.0.0.1") is None
    Agreement.objects.update(shown_at=clock.now() - links.OPEN_FOR)
    assert links.find(token, sender="127.0.0.1") is None
