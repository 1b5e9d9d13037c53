from __future__ import annotations

import pytest

from svyazka.connectors.bitrix24.fields import Title, known_of, moment, plain


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("[B]Тихий[/B] [URL=https://x.ru]двор[/URL]", "Тихий двор"),
        ("<p>Счёт&nbsp;во вложении</p><p>С&amp;М</p>", "Счёт\xa0во вложении\nС&М"),
        ("строка<br />другая", "строка\nдругая"),
        ("Окна <срочно>, 2 < 3 и 4 > 3", "Окна <срочно>, 2 < 3 и 4 > 3"),
        ("[важно] и [1]", "[важно] и [1]"),
        ("С&М &copy", "С&М &copy"),
        (None, ""),
        (5, "5"),
    ],
)
def test_marks_go_and_words_stay(there, here):
    assert plain(there) == here


@pytest.mark.parametrize("nothing", [None, "", "?", "0000-00-00", 5, "1800-01-01", "9999-99-99", [], "2024-13-01"])
def test_no_moment(nothing):
    assert moment(nothing) is None


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("boolean", "Y", "да"),
        ("boolean", "0", "нет"),
        ("date", "2024-08-30T03:00:00+03:00", "2024-08-30"),
        ("datetime", "2024-08-30T10:05:00+03:00", "2024-08-30 10:05"),
        ("enumeration", ["1", "2", "7"], "Юг; Север; 7"),
        ("enumeration", "0", ""),
        ("address", "Москва, Лесная, 5|55.7;37.6|12", "Москва, Лесная, 5"),
        ("money", "1500|RUB", "1500"),
        ("file", {"id": 1, "url": "https://p.ru/f"}, "https://p.ru/f"),
        ("double", 0, "0"),
        ("string", None, ""),
    ],
)
def test_fields_of_every_kind_become_words(kind, value, text):
    titles = {"ufCrm1": Title("Поле", kind, {"1": "Юг", "2": "Север"})}
    assert known_of({"ufCrm1": value}, titles).extra == ({"Поле": text} if text else {})


def test_fields_that_are_called_as_ours_go_where_they_belong():
    titles = {
        f"ufCrm{n}": Title(text) for n, text in enumerate(["ИНН", " Адрес ", "Telegram", "Причина отказа", "ИНН"])
    }
    known = known_of({f"ufCrm{n}": f"v{n}" for n in range(5)}, titles)
    assert (known.tax_number, known.address, known.handles, known.lost_because) == (
        "v0",
        "v1",
        {"telegram": "v2"},
        "v3",
    )
    assert known.extra == {"ИНН": "v4"}
