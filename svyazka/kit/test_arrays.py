import pytest
from django.db import connection

from svyazka.kit import arrays


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [
        [],
        [""],
        ["", "", ""],
        ["Вера", "ООО «Ромашка»"],
        ['ООО "Ромашка"', "без кавычек"],
        ['"', '","', '"}'],
        ["C:\\new", "\\", '\\"'],
        ["{1,2}", "null", "NULL", " a ", "a\nb\tc", "%s"],
    ],
)
def test_texts_arrive_as_they_are(said: list[str]):
    with connection.cursor() as cursor:
        cursor.execute("select %s::text[]", [arrays.texts(said)])
        assert cursor.fetchone() == (said,)


@pytest.mark.django_db
@pytest.mark.parametrize("said", [[], [7], [-1, 0, 2**62]])
def test_numbers_arrive_as_they_are(said: list[int]):
    with connection.cursor() as cursor:
        cursor.execute("select %s::bigint[]", [arrays.numbers(said)])
        assert cursor.fetchone() == (said,)
