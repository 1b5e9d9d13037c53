from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.files import keeping, store, uploads
from svyazka.business.files.keeping import holder_of
from svyazka.business.files.models import KeptFile, Upload
from svyazka.business.files.test_keeping import PDF, there
from svyazka.business.files.uploads import Elsewhere
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def holder(deal):
    return holder_of(deal=deal)


def test_a_file_comes_in_pieces_and_goes_on_where_it_was_cut_off(holder, olga, kept_root):
    begun = uploads.begin(holder, "Смета.pdf", len(PDF), mark="смета-1", by=olga)
    uploads.take(begun.key, PDF[:40], begins=0, by=olga)
    with pytest.raises(Elsewhere) as refusal:
        uploads.take(begun.key, PDF[:40], begins=0, by=olga)
    assert refusal.value.received == 40
    again = uploads.begin(holder, "Смета.pdf", len(PDF), mark="смета-1", by=olga)
    assert (again.key, again.received) == (begun.key, 40)
    done = uploads.take(begun.key, PDF[40:], begins=40, by=olga)
    assert (done.state, done.kept.name) == ("kept", "Смета.pdf")
    with store.open_file(done.kept.stored) as content:
        assert content.read() == PDF
    assert len(there(kept_root)) == 1


def test_more_than_was_said_is_not_taken(holder, olga, kept_root):
    begun = uploads.begin(holder, "Смета.pdf", 10, by=olga)
    for content, begins in ((PDF, 0), (b"", 0), (b"x", 5)):
        with pytest.raises(Elsewhere):
            uploads.take(begun.key, content, begins=begins, by=olga)


def test_two_gigabytes_are_refused_before_anything_is_sent(holder, olga):
    with pytest.raises(Refused, match="слишком большой: 2 ГБ"):
        uploads.begin(holder, "кино.mp4", 2 * 1024**3, by=olga)
    with pytest.raises(Refused, match="это программа"):
        uploads.begin(holder, "кино.exe", 10, by=olga)
    assert Upload.objects.count() == 0


def test_what_is_refused_when_it_is_whole_says_why_and_leaves_nothing(holder, olga, kept_root):
    begun = uploads.begin(holder, "Смета.pdf", 4, by=olga)
    done = uploads.take(begun.key, b"MZ\x90\0", begins=0, by=olga)
    assert (done.state, "это программа" in done.reason, KeptFile.objects.count()) == ("refused", True, 0)
    assert there(kept_root) == []


def test_what_is_there_already_is_named(holder, deal, olga, kept_root):
    first = keeping.add(_named(), deal=deal, by=olga)
    begun = uploads.begin(holder, "Копия.pdf", len(PDF), by=olga)
    done = uploads.take(begun.key, PDF, begins=0, by=olga)
    assert (done.state, done.reason, done.kept) == ("refused", "Этот файл здесь уже есть: «Смета.pdf».", first)


def test_a_large_one_is_put_together_by_the_worker(holder, olga, kept_root, monkeypatch):
    monkeypatch.setattr(uploads, "AT_ONCE", 10)
    begun = uploads.begin(holder, "Смета.pdf", len(PDF), by=olga)
    assert uploads.take(begun.key, PDF, begins=0, by=olga).state == "whole"
    assert (uploads.go_on(), uploads.go_on()) == (True, False)
    assert uploads.of(begun.key, by=olga).kept.name == "Смета.pdf"


def test_one_whose_pieces_are_gone_is_given_up(holder, olga, kept_root, monkeypatch):
    monkeypatch.setattr(uploads, "AT_ONCE", 10)
    begun = uploads.begin(holder, "Смета.pdf", len(PDF), by=olga)
    uploads.take(begun.key, PDF, begins=0, by=olga)
    store.remove_pieces(begun.key, 1)
    assert uploads.go_on() is True
    assert uploads.of(begun.key, by=olga).reason == "Файл не удалось собрать. Отправьте его ещё раз."


def test_nobody_goes_on_with_what_somebody_else_sends(holder, olga, mikhail, kept_root):
    begun = uploads.begin(holder, "Смета.pdf", len(PDF), by=olga)
    for person, key in ((mikhail, begun.key), (olga, uuid4())):
        with pytest.raises(Refused, match="больше не известна"):
            uploads.take(key, PDF, begins=0, by=person)
    uploads.give_up(begun.key, by=mikhail)
    assert Upload.objects.count() == 1
    uploads.take(begun.key, PDF[:40], begins=0, by=olga)
    uploads.give_up(begun.key, by=olga)
    assert (Upload.objects.count(), there(kept_root)) == (0, [])


def test_what_nobody_goes_on_with_is_cleared_away(holder, olga, kept_root):
    begun = uploads.begin(holder, "Смета.pdf", len(PDF), by=olga)
    uploads.take(begun.key, PDF[:40], begins=0, by=olga)
    uploads.forget_old()
    assert Upload.objects.count() == 1
    Upload.objects.update(last_at=clock.now() - timedelta(days=3))
    uploads.forget_old()
    assert (Upload.objects.count(), there(kept_root)) == (0, [])


def _named():
    from svyazka.business.files.test_keeping import named

    return named("Смета.pdf")
