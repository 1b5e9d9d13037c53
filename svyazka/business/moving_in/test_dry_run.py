from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.moving_in import checking, cleaning, columns, mapping, upload
from svyazka.business.moving_in.conftest import checked, rows, uploaded, work
from svyazka.kit.refusals import Refused
from svyazka.kit.test_sheets import text, xlsx

UGLY = """Выгрузка клиентов;;;;;
;;;;;
Клиент;Телефон;Телефон;Почта;Примечание;Откуда про нас знает
Павлова Вера Ильинична;8 (916) 765-43-21;;vera.p@example.com;любит звонки утром;сосед
ИЛЬИН ПЕТР ФОМИЧ;79261112233; 8 495 111-22-33, 8-926-111-22-44;;;
Вера Павлова;+7 916 765 43 21;;;второй объект;
Итого;3;;;;
"""


def test_what_would_become_of_each_line(windows, roza):
    made = checked(UGLY, roza)
    assert made.titles == ["Клиент", "Телефон", "Телефон (2)", "Почта", "Примечание", "Откуда про нас знает"]
    assert made.columns == {"0": "name", "1": "phone", "2": "phone", "3": "email", "4": "note", "5": "note"}
    assert (made.total, rows(made)) == (3, [("ready", "new"), ("ready", "new"), ("ready", "joins")])
    joins = made.rows.get(number=6)
    assert (joins.like["line"], joins.like["reasons"] != []) == (4, True)
    assert list(made.rows.filter(state="aside").values_list("number", flat=True)) == [1, 3, 7]


def test_nothing_is_stored_by_a_dry_run(windows, roza):
    before = Client.objects.count(), Interaction.objects.count(), Deal.objects.count(), Suspicion.objects.count()
    checked(UGLY, roza)
    assert (
        Client.objects.count(),
        Interaction.objects.count(),
        Deal.objects.count(),
        Suspicion.objects.count(),
    ) == before


def test_whoever_is_here_is_joined_and_who_may_be_is_asked_about(windows, vera, roza):
    vera.name = "Вера Павлова"
    vera.save()
    filing.file([vera.pk])
    phone = vera.contact_points.get(kind="phone").value
    made = checked(f"Имя;Телефон\nВера Павлова;{phone}\nАнна Павлова;{phone}\n", roza)
    assert rows(made) == [("ready", "joins"), ("ready", "doubtful")]
    first, second = made.rows.order_by("number").exclude(state="aside")
    assert first.like["client"] == second.like["client"] == vera.pk
    assert second.like["doubts"] != []


def test_what_cannot_be_read_is_named_and_kept(windows, roza):
    made = checked("Имя;Телефон;Почта;Дата создания\nВера;7,91612E+10;нет;позавчера\n-;нет;;\n", roza)
    wrong = made.rows.get(number=3)
    assert (wrong.state, wrong.faults[-1][0]) == ("wrong", -1)
    (named,) = made.rows.filter(state="ready")
    assert [place for place, _why in named.faults] == [1, 2, 3]
    assert "последние цифры потеряны" in named.faults[0][1]


def test_lines_of_a_piece_and_of_the_one_before_find_each_other(windows, roza, monkeypatch):
    monkeypatch.setattr(checking, "PIECE", 1)
    made = checked(
        "Имя;Телефон\nВера Павлова;89167654321\nИльин Пётр;89261112233\nПавлова Вера;8 916 765-43-21\n", roza
    )
    assert rows(made) == [("ready", "new"), ("ready", "new"), ("ready", "joins")]
    assert made.rows.get(number=4).like["line"] == 2


def test_misspellings_are_proposed_and_nothing_is_put_right_by_itself(windows, roza):
    text = "Имя;Почта;Адрес\nПавлова Аннна Ильинична;vera@gmial.com;г. Новосибирк, Лесная 5\n"
    made = checked(text, roza)
    assert list(made.repairs.order_by("place").values_list("rule", "old", "new")) == [
        ("first_name", "Павлова Аннна Ильинична", "Павлова Анна Ильинична"),
        ("mailbox", "vera@gmial.com", "vera@gmail.com"),
        ("town", "г. Новосибирк, Лесная 5", "г. Новосибирск, Лесная 5"),
    ]
    assert not made.repairs.filter(is_accepted=True).exists()
    cleaning.accept(made, [], rule="mailbox", is_right=True, by=roza)
    work()
    made.refresh_from_db()
    assert made.state == "checked"
    assert made.repairs.get(is_accepted=True).new == "vera@gmail.com"
    assert made.rows.get(number=2).cells[1] == "vera@gmial.com"


def test_people_stages_and_sources_are_mapped_by_name(windows, mikhail, roza):
    made = uploaded("Имя;Ответственный;Этап;Сумма;Источник\nВера;Михаил;Успешно реализовано;5;Авито\n", roza)
    columns.choose(made, made.columns, makes_deals=True, by=roza)
    made.mapping = {}
    mapping.propose(made)
    (stage,) = made.mapping["stages"].values()
    assert made.pipeline is not None
    assert made.pipeline.stages.get(pk=stage).kind == "won"
    assert made.mapping["sources"] == {"Авито": "make"}
    assert [(word.said, word.lines) for word in mapping.words(made)["people"]] == [("Михаил", 1)]


def test_a_name_in_any_order_is_one_of_ours(windows, mikhail, roza):
    first, last = mikhail.full_name.split(" ")[:2]
    text = f"Имя;Ответственный;Сумма\nВера;{last} {first};5\nПётр;{mikhail.login};6\nФома;Никто;7\n"
    made = uploaded(text, roza)
    columns.choose(made, made.columns, makes_deals=True, by=roza)
    mapping.propose(made)
    assert made.mapping["people"] == {f"{last} {first}": str(mikhail.pk), mikhail.login: str(mikhail.pk), "Никто": ""}


def test_the_same_columns_next_time(windows, roza):
    checked("А;Б\nВера Павлова;89167654321\n", roza, chosen={"0": "name", "1": "phone"})
    again = uploaded("А;Б\nИльин Пётр;89261112233\n", roza)
    assert again.columns == {"0": "name", "1": "phone"}


def test_merged_cells_are_meant_for_each_of_their_lines(windows, roza):
    rows_ = [("Имя", "Менеджер"), ("Вера", "Михаил"), ("Пётр", ""), ("Фома", "Роза")]
    cells = "".join(
        f'<row r="{at}">{text(f"A{at}", one)}{text(f"B{at}", two) if two else ""}</row>'
        for at, (one, two) in enumerate(rows_, start=1)
    )
    packed = xlsx(cells)
    made = uploaded(_with_merged(packed, "B2:B3"), roza)
    assert list(made.rows.exclude(state="aside").values_list("cells", flat=True)) == [
        ["Вера", "Михаил"],
        ["Пётр", "Михаил"],
        ["Фома", "Роза"],
    ]


def _with_merged(content: bytes, where: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                merged = f'<mergeCells count="1"><mergeCell ref="{where}"/></mergeCells></worksheet>'
                part = part.replace(b"</worksheet>", merged.encode())
            new.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7 \x00",
        b"\x98\xff\x00",
        b"PK\x03\x04 no",
        b"\xd0\xcf\x11\xe0 no",
        b";".join([b"a"] * 400) + b"\n1",
        "Имя;Телефон\n".encode(),
    ],
    ids=["pdf", "bytes", "zip", "old", "wide", "only titles"],
)
def test_a_bad_file_is_refused_in_words(windows, roza, content):
    made = uploaded(content, roza)
    assert (made.state, made.fault != "", made.rows.count()) == ("failed", True, 0)


def test_an_empty_and_a_huge_file_are_refused_at_once(windows, roza, monkeypatch):
    with pytest.raises(Refused):
        upload.take_in("a.csv", SimpleUploadedFile("a.csv", b""), by=roza)
    monkeypatch.setattr(upload, "BOUNDS", upload.Bounds(file=3, lines=1, columns=1, unpacked=1))
    with pytest.raises(Refused):
        upload.take_in("a.csv", SimpleUploadedFile("a.csv", b"1234"), by=roza)


def test_columns_that_say_nobody_are_refused(windows, roza):
    made = uploaded("Имя;Сумма\nВера;5\n", roza)
    with pytest.raises(Refused):
        columns.choose(made, {"0": "note", "1": "sum"}, makes_deals=True, by=roza)
    with pytest.raises(Refused):
        columns.choose(made, {"0": "name", "1": "nonsense"}, makes_deals=True, by=roza)
    with pytest.raises(Refused):
        columns.choose(made, {"0": "company", "1": "company"}, makes_deals=True, by=roza)
