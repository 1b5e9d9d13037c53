from __future__ import annotations

import pytest

from svyazka.business.agreements import agreeing, delivering, links, revoking
from svyazka.business.agreements.conftest import DRAWN
from svyazka.business.agreements.models import OldLink
from svyazka.business.conversations.client_channel import Way
from svyazka.business.deals.models import Task
from svyazka.business.journal.models import Entry
from svyazka.business.sheets.conftest import put
from svyazka.business.visits.models import LinkMiss
from svyazka.kit.refusals import Refused

HERE = "127.0.0.1"
SIGNED = agreeing.Signature("Вера", DRAWN)


def token_of(agreement):
    return links.link_of(agreement).split("/")[-2]


def test_an_old_link_says_so_and_the_new_one_opens(offered, olga):
    made = offered()
    old = token_of(made)
    for _twice in range(2):
        revoked = revoking.revoke(made, by=olga)
    assert OldLink.objects.get().by == olga
    between = token_of(revoked)
    with pytest.raises(links.Revoked, match="больше не действует"):
        links.find(old, sender=HERE)
    for _twice in range(2):
        renewed = revoking.renew(made, by=olga)
    assert token_of(renewed) == between != old
    assert links.find(between, sender=HERE) == made
    with pytest.raises(links.Revoked):
        links.find(old, sender=HERE)
    assert not LinkMiss.objects.exists(), "he guesses nothing"
    verbs = Entry.objects.filter(verb__startswith="agreements.link_").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["agreements.link_revoked", "agreements.link_renewed"]


def test_while_there_is_no_new_one_nothing_opens(offered, olga):
    made = revoking.revoke(offered(), by=olga)
    with pytest.raises(links.Revoked):
        links.find(token_of(made), sender=HERE)


def test_whoever_was_reading_it_cannot_sign_any_more(offered, olga):
    made = offered()
    read = links.find(token_of(made), sender=HERE)
    revoking.revoke(made, by=olga)
    with pytest.raises(links.Revoked):
        agreeing.sign_by_link(read, SIGNED)
    renewed = revoking.renew(made, by=olga)
    with pytest.raises(links.Revoked):
        agreeing.sign_by_link(read, SIGNED)
    assert agreeing.sign_by_link(renewed, SIGNED).is_signed


def test_a_letter_that_has_not_gone_stays_and_nobody_hands_over_a_dead_link(offered, visit, olga):
    made = offered()
    delivering.go_on()
    assert Task.objects.filter(deal=visit.deal_id, what__contains=made.title, done_at=None).exists()
    revoked = revoking.revoke(made, by=olga)
    assert (revoked.letter, revoked.try_at, revoked.task) == ("none", None, None)
    assert not Task.objects.filter(deal=visit.deal_id, what__contains=made.title, done_at=None).exists()
    assert delivering.go_on() == 0
    with pytest.raises(Refused, match="сначала создайте"):
        delivering.send_again(made, by=olga)
    delivering.send_again(revoking.renew(made, by=olga), by=olga)
    assert delivering.go_on() == 1


def test_revoked_while_its_letter_is_under_way_it_does_not_pass_for_sent(offered, olga, monkeypatch, settings):
    settings.ADDRESS = "https://okna.example.ru"
    made = offered()

    class Post:
        takes_files = True

        def send(self, letter, *, to):
            revoking.revoke(made, by=olga)
            delivering.send_again(revoking.renew(made, by=olga), by=olga)

    monkeypatch.setattr(delivering, "ways_to", lambda _client: [Way("email", "v@x.ru")])
    monkeypatch.setattr(delivering, "of_kind", lambda _kind: Post())
    delivering.go_on()
    made.refresh_from_db()
    assert (made.letter, made.sent_at, made.try_at is not None) == ("waiting", None, True)


def test_a_signed_one_is_still_sent_its_pdf_alone(agree, olga, monkeypatch, settings):
    settings.ADDRESS = "https://okna.example.ru"
    letters = []

    class Post:
        takes_files = True

        def send(self, letter, *, to):
            letters.append(letter)

    monkeypatch.setattr(delivering, "ways_to", lambda _client: [Way("email", "v@x.ru")])
    monkeypatch.setattr(delivering, "of_kind", lambda _kind: Post())
    made = revoking.revoke(agree(), by=olga)
    delivering.go_on()
    (letter,) = letters
    assert ("/a/" in letter.text, len(letter.files)) == (False, 1)
    made.refresh_from_db()
    assert made.letter == "sent"


def test_what_was_only_thought_over_has_none(visit, form, egor, given):
    shown = agreeing.read_shown(visit, form, given())
    made = agreeing.think(visit, shown, note="", request_id="00000000-0000-4000-8000-00000000000b", by=egor)
    with pytest.raises(Refused):
        revoking.revoke(made, by=egor)


def test_nobody_signs_what_two_people_have_answered_differently(offered, save, ilya, visit, form):
    made = offered()
    save(put("floor", None, 9), by=ilya)
    made = links.find(token_of(made), sender=HERE)
    assert agreeing.in_conflict(made) == ["Этаж: 9"]
    with pytest.raises(agreeing.Closed, match="расходятся"):
        agreeing.sign_by_link(made, SIGNED)
    save({**put("floor", 1, 1), "do": "settle"}, by=ilya)
    made = links.find(token_of(made), sender=HERE)
    assert (agreeing.in_conflict(made), agreeing.sign_by_link(made, SIGNED).is_signed) == ([], True)
