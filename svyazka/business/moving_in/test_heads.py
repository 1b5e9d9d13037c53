from __future__ import annotations

from svyazka.business.moving_in import heads
from svyazka.business.moving_in.columns import propose


def test_what_stands_above_the_titles_is_no_title():
    lines = [
        ["Отчёт по клиентам", "", ""],
        ["", "", ""],
        ["ФИО", "Телефон", "Сумма"],
        ["Вера Павлова", "89161234567", "5"],
    ]
    assert heads.find(lines) == heads.Head(2, ["ФИО", "Телефон", "Сумма"])


def test_titles_in_two_lines_are_told_apart_by_the_upper_one():
    lines = [
        ["Заказчик", "", "Монтажник", ""],
        ["Имя", "Телефон", "Имя", "Телефон"],
        ["Вера", "89161234567", "Егор", "8"],
    ]
    assert heads.find(lines).titles == [
        "Имя (Заказчик)",
        "Телефон (Заказчик)",
        "Имя (Монтажник)",
        "Телефон (Монтажник)",
    ]


def test_the_same_title_twice_is_numbered():
    assert heads.find([["Имя", "Телефон", "Телефон"], ["Вера", "89161234567", ""]]).titles == [
        "Имя",
        "Телефон",
        "Телефон (2)",
    ]


def test_totals_repeated_titles_and_numbers_of_columns_are_no_records():
    titles = ["Имя", "Сумма", "Этап"]
    aside = [["Итого:", "500", ""], ["Всего", "", ""], titles, ["1", "2", "3"], ["", "", ""]]
    assert all(heads.is_aside(cells, titles, titles) for cells in aside)
    records = [["Итогов Пётр", "500", ""], ["Итого +7 916 123-45-67", "", ""], ["1", "5", "3"]]
    assert not any(heads.is_aside(cells, titles, titles) for cells in records)


def test_columns_by_their_titles(db):
    titles = ["ID", "Название сделки", "Бюджет", "Ответственный", "Этап сделки", "Воронка", "Дата создания"]
    titles += [
        "Основной контакт",
        "Рабочий телефон (контакт)",
        "Мобильный телефон (контакт)",
        "Рабочий email (контакт)",
    ]
    titles += ["Примечание", "utm_source"]
    assert [*propose(titles, []).values()] == [
        "id", "deal_name", "sum", "responsible", "stage", "pipeline", "created", "name", "phone", "phone", "email",
        "note", "note",
    ]  # fmt: skip


def test_columns_by_what_stands_in_them(db):
    samples = [
        ["Павлова Вера Ильинична", "8 916 123-45-67", "vera@example.com", "7707083893", "12.05.2021", "да"],
        ["Ильин Пётр Петрович", "+7 (495) 765-43-21 доб. 5", "p@example.com", "500100732259", "13 мая 2021", ""],
    ]
    titles = ["А", "Б", "В", "Г", "Д", "Е"]
    assert [*propose(titles, samples).values()] == ["name", "phone", "email", "inn", "created", "note"]


def test_a_first_name_alone_is_the_whole_name(db):
    assert propose(["Имя", "Телефон"], []) == {"0": "name", "1": "phone"}
    assert propose(["Фамилия", "Имя", "Отчество"], []) == {"0": "last", "1": "first", "2": "middle"}


def test_a_column_that_only_counts_the_lines_is_no_number(db):
    assert propose(["№", "Имя"], [["1", "Вера"], ["2", "Пётр"], ["3", "Фома"]]) == {"0": "", "1": "name"}
    assert propose(["№", "Имя"], [["101", "Вера"], ["102", "Пётр"]]) == {"0": "id", "1": "name"}
