from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files import File
from PIL import Image

from svyazka.business.files import keeping, rules, shelf, shrinking, store
from svyazka.business.files.keeping import AlreadyThere
from svyazka.business.files.models import FileRules, KeptFile
from svyazka.business.files.seeing import may_add, may_change, to_be_seen
from svyazka.business.files.shelf import Asked
from svyazka.business.journal.models import Entry
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

PDF = b"%PDF-1.7\n" + b"x" * 100


def named(name: str, content: bytes = PDF) -> File[bytes]:
    return File(BytesIO(content), name=name)


def packed(*names: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


def picture(colour: str = "red") -> bytes:
    made = BytesIO()
    Image.new("RGB", (900, 600), colour).save(made, "PNG")
    return made.getvalue()


def there(root: Path) -> list[Path]:
    return [one for one in root.rglob("*") if one.is_file()]


def test_a_file_lies_under_a_name_that_says_nothing_and_only_its_owner_may_read_it(deal, olga, kept_root):
    kept = keeping.add(named("C:\\Документы\\Смета №5.pdf"), deal=deal, by=olga)
    assert (kept.name, kept.type, kept.size, kept.client_id) == (
        "Смета №5.pdf",
        "application/pdf",
        109,
        deal.client_id,
    )
    (lies,) = there(kept_root)
    assert (lies.read_bytes(), lies.stat().st_mode & 0o777, "Смета" in str(lies)) == (PDF, 0o600, False)
    entry = Entry.objects.get(verb="files.added")
    assert (entry.deal_id, entry.by_id, entry.changes) == (deal.pk, olga.pk, {"file": [None, "Смета №5.pdf"]})


def test_the_same_content_is_kept_once_in_a_deal(deal, vera, olga, kept_root):
    first = keeping.add(named("Смета.pdf"), deal=deal, by=olga)
    with pytest.raises(AlreadyThere) as refusal:
        keeping.add(named("Копия.pdf"), deal=deal, by=olga)
    assert (refusal.value.file, str(refusal.value)) == (first, "Этот файл здесь уже есть: «Смета.pdf».")
    assert len(there(kept_root)) == 1
    keeping.add(named("Смета.pdf"), client=vera, by=olga)
    assert len(there(kept_root)) == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("вирус.exe", b"MZ\x90\0", "это программа, скрипт или страница"),
        ("смета.pdf", b"MZ\x90\0", "это программа, скрипт или страница"),
        ("смета.pdf", b"#!/bin/sh\n", "это программа, скрипт или страница"),
        ("фото.jpg", b"<html><script>", "это программа, скрипт или страница"),
        ("фото.svg", b"<svg onload=x>", "это программа, скрипт или страница"),
        ("письмо.txt", b"@echo off\r\ndel *", "это программа, скрипт или страница"),
        ("запуск.bat", b"dir", "это программа, скрипт или страница"),
        ("смета\u202efdp.exe", PDF, "это программа, скрипт или страница"),
        ("смета.pdf", b"\x89PNG\r\n\x1a\n", "не то, чем называется"),
        ("фото.jpg", PDF, "не то, чем называется"),
        ("что-то", b"\x01\x02\x03\x00", "мы не знаем"),
        ("что-то.qqq", b"text", "мы не знаем"),
        ("пусто.pdf", b"", "пустой"),
        ("архив.zip", packed("чертёж.dwg", "установка.exe"), "внутри программа: установка.exe"),
        ("архив.zip", b"PK\x03\x04 cut off", "целый архив"),
    ],
)
def test_what_is_not_kept_is_said_in_words_and_nothing_stays(deal, olga, kept_root, name, content, said):
    with pytest.raises(Refused) as refusal:
        keeping.add(named(name, content), deal=deal, by=olga)
    assert said in str(refusal.value)
    assert (KeptFile.objects.count(), kept_root.exists()) == (0, False)


@pytest.mark.parametrize(
    ("name", "content", "kept_as"),
    [
        ("фото.PNG", picture(), ("фото.PNG", "image/png", False)),
        ("смета", PDF, ("смета.pdf", "application/pdf", False)),
        ("план.dwg", b"AC1032" + bytes(20), ("план.dwg", "image/vnd.dwg", False)),
        ("план.dxf", b"  0\r\nSECTION\r\n", ("план.dxf", "image/vnd.dxf", False)),
        ("письмо.txt", "Здравствуйте".encode("cp1251"), ("письмо.txt", "application/octet-stream", False)),
        ("архив.zip", packed("план.dwg"), ("архив.zip", "application/zip", False)),
        ("таблица.xlsm", packed("xl/workbook.xml", "xl/vbaProject.bin"), ("таблица.xlsm", "xlsx", True)),
        ("старое.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ("старое.doc", "ole", False)),
    ],
)
def test_what_is_kept(deal, olga, kept_root, name, content, kept_as):
    kept = keeping.add(named(name, content), deal=deal, by=olga)
    short = {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx"}
    told = short.get(kept.type, "ole" if "ole" in kept.type else kept.type)
    assert (kept.name, told, kept.has_macros) == kept_as


def test_macros_of_old_documents_are_found_also_between_two_pieces(deal, olga, kept_root, monkeypatch):
    monkeypatch.setattr("svyazka.business.files.judging._AT_ONCE", 600)
    mark = "_VBA_PROJECT".encode("utf-16-le")
    content = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(580) + mark).ljust(2000, b"\0")
    assert keeping.add(named("старое.xls", content), deal=deal, by=olga).has_macros
    _change_rules(olga, takes_macros=False)
    with pytest.raises(Refused, match="макросы"):
        keeping.add(named("другое.xls", content + b"\0"), deal=deal, by=olga)


def test_the_rules_say_how_large_how_much_and_which_kinds(deal, olga, kept_root):
    _change_rules(olga, largest_mb=1, most_of_deal_mb=1, families=["pdf"])
    with pytest.raises(Refused, match=r"«большой\.pdf» слишком большой: 1 МБ; не больше 1 МБ"):
        keeping.add(named("большой.pdf", PDF + bytes(1024 * 1024)), deal=deal, by=olga)
    with pytest.raises(Refused, match="Изображения"):
        keeping.add(named("фото.png", picture()), deal=deal, by=olga)
    keeping.add(named("первый.pdf", PDF + bytes(700_000)), deal=deal, by=olga)
    with pytest.raises(Refused, match="не хватает места: занято 684 КБ из 1 МБ"):
        keeping.add(named("второй.pdf", PDF + bytes(700_001)), deal=deal, by=olga)


def test_rules_that_make_no_sense_are_refused(db, olga):
    for wrong in ({"largest_mb": 0}, {"largest_mb": 2001}, {"families": ["x"]}, {"most_of_deal_mb": 49}):
        with pytest.raises(Refused):
            _change_rules(olga, **wrong)
    assert not FileRules.objects.exists()


def test_a_removed_file_can_be_put_back_and_is_cleared_away_later(deal, olga, kept_root):
    kept = keeping.add(named("Смета.pdf"), deal=deal, by=olga)
    keeping.remove(kept, by=olga)
    keeping.remove(kept, by=olga)
    assert [one.pk for one in shelf.list_of_deal([deal.pk], Asked()).items] == []
    keeping.purge_removed()
    keeping.put_back(kept, by=olga)
    assert [one.pk for one in shelf.list_of_deal([deal.pk], Asked()).items] == [kept.pk]
    keeping.remove(kept, by=olga)
    KeptFile.objects.update(removed_at=clock.now() - timedelta(days=31))
    keeping.purge_removed()
    assert (KeptFile.objects.count(), there(kept_root)) == (0, [])
    with pytest.raises(Refused, match="больше нет"):
        keeping.put_back(kept, by=olga)
    assert Entry.objects.filter(verb="files.removed").count() == 2


def test_what_was_put_there_again_meanwhile_is_not_put_back_beside_it(deal, olga, kept_root):
    first = keeping.add(named("Смета.pdf"), deal=deal, by=olga)
    keeping.remove(first, by=olga)
    keeping.add(named("Смета.pdf"), deal=deal, by=olga)
    with pytest.raises(Refused, match="снова добавлен"):
        keeping.put_back(first, by=olga)


def test_a_file_keeps_its_ending_under_another_name(deal, olga, kept_root):
    kept = keeping.add(named("Смета.pdf"), deal=deal, by=olga)
    keeping.rename(kept, "Договор.exe", tag=" договор ", version=1, by=olga)
    kept.refresh_from_db()
    assert (kept.name, kept.tag) == ("Договор.exe.pdf", "договор")
    with pytest.raises(ChangedMeanwhile):
        keeping.rename(kept, "Другое", version=1, by=olga)
    with pytest.raises(Refused, match="нужно имя"):
        keeping.rename(kept, "  ", version=None, by=olga)


def test_small_pictures_are_made_by_the_worker(deal, olga, kept_root):
    kept = keeping.add(named("фото.png", picture()), deal=deal, by=olga)
    broken = keeping.add(named("битое.png", b"\x89PNG\r\n\x1a\n" + b"x" * 50), deal=deal, by=olga)
    assert shrinking.go_on() is False
    kept.refresh_from_db()
    broken.refresh_from_db()
    assert (kept.small, broken.small) == ("made", "none")
    with store.open_file(store.small_of(kept.stored)) as small, Image.open(small) as made:
        assert (made.format, made.size) == ("JPEG", (480, 320))


def test_engineers_see_files_of_their_visits_only(deal, visit, olga, egor, ilya, kept_root):
    of_deal = keeping.add(named("Договор.pdf"), deal=deal, by=olga)
    of_visit = keeping.add(named("План.pdf", PDF + b"1"), visit=visit, by=olga)
    assert [set(to_be_seen(one)) for one in (olga, egor, ilya)] == [{of_deal, of_visit}, {of_visit}, set()]
    assert [may_add(one, visit=visit) for one in (olga, egor, ilya)] == [True, True, False]
    assert [may_add(one, deal=deal) for one in (olga, egor)] == [True, False]
    assert [may_change(of_visit, one) for one in (olga, egor)] == [True, False]


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_is_one_statement(deal, olga, kept_root, count, django_assert_num_queries):
    for number in range(count):
        keeping.add(named(f"Файл {number}.pdf", PDF + b"%d" % number), deal=deal, by=olga)
    with django_assert_num_queries(1):
        found = shelf.list_of_deal([deal.pk], Asked(sort="name"))
    assert (len(found.items), found.count, found.is_last) == (min(count, 20), count, count == 1)
    assert found.items[0].name == "Файл 0.pdf"


def test_a_list_is_searched_sorted_and_paged(deal, olga, kept_root):
    for number in range(25):
        keeping.add(named(f"Файл {number:02}.pdf", PDF + b"x" * number), deal=deal, by=olga)
    keeping.add(named("100%_готово.pdf", PDF + b"!"), deal=deal, by=olga)
    names = lambda **asked: [one.name for one in shelf.list_of_deal([deal.pk], Asked(**asked)).items]  # noqa: E731
    assert names(search="%_") == ["100%_готово.pdf"]
    assert names(sort="large")[0] == "Файл 24.pdf"
    assert names(sort="old", page=2) == [f"Файл {number}.pdf" for number in range(20, 25)] + ["100%_готово.pdf"]
    assert names(search="nothing of it") == []
    assert shelf.list_of_deal([deal.pk], Asked(page=-5)).count == 26


def _change_rules(by, **given):
    usual = {"largest_mb": 50, "most_of_deal_mb": 2048, "families": list(rules_all()), "keep_removed_days": 30}
    rules.change(**{**usual, "takes_macros": True, **given}, by=by)


def rules_all():
    from svyazka.business.files.families import FAMILIES

    return FAMILIES
