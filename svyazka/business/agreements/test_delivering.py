from __future__ import annotations

import pytest

from svyazka.business.agreements import delivering, links, papers, terms
from svyazka.business.agreements.models import Agreement
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


def test_nobody_reads_it_by_another_address(agree):
    made = agree()
    token = links.link_of(made).split("/")[-2]
    assert links.find(token, sender="127.0.0.1") == made
    assert links.find(token[:-1] + "x", sender="127.0.0.1") is None
    Agreement.objects.update(shown_at=clock.now() - links.OPEN_FOR)
    assert links.find(token, sender="127.0.0.1") is None
