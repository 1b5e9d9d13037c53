from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.moving_in import going_on
from svyazka.business.moving_in.models import MoveIn

TEXT = """ID;Клиент;Телефон;Этап;Сумма;Ответственный
7;Павлова Вера Ильинична;8 916 765-43-21;Новая;1000;Михаил Лебедев
8;Вера Павлова;+7 916 765 43 21;Отказ;;Никто
9;-;нет;;;
Итого;;;;1000;
"""


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def work() -> None:
    while going_on.go_on():
        pass


def sent(text: str, name: str = "Сделки.csv") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, text.encode("cp1251", "replace"))}


def test_from_the_file_to_its_undoing(windows, mikhail, roza, enter):
    page = enter(roza)
    answer = page.post("/office/moving-in/", sent(TEXT), follow=True)
    ((address, _status),) = answer.redirect_chain
    work()
    assert page.get(f"{address}now/").headers["HX-Redirect"] == f"{address}columns/"
    columns = page.get(f"{address}columns/").context["columns"]
    assert [one["chosen"] for one in columns] == ["id", "name", "phone", "stage", "sum", "responsible"]
    chosen = {f"column.{at}": one["chosen"] for at, one in enumerate(columns)}
    assert page.post(f"{address}columns/", {**chosen, "makes": "deals"}).headers["Location"] == f"{address}mapping/"
    mapping = page.get(f"{address}mapping/").context
    (group,) = [group for group in mapping["parts"] if group["what"] == "people"]
    people = {word["said"]: word for word in group["words"]}
    assert people["Михаил Лебедев"]["chosen"] == str(mikhail.pk)
    nobody = people["Никто"]["name"]
    page.post(f"{address}mapping/", {nobody: str(roza.pk), f"{nobody}.said": "Никто"})
    work()
    number = page.get(address).context["number"]
    assert [number[kind] for kind in ("new", "joins", "doubtful", "wrong", "aside")] == [1, 1, 0, 1, 2]
    rows = page.get(f"{address}lines/?of=joins").context["rows"]
    assert [(row["number"], row["whom"]["name"]) for row in rows] == [(3, "строка 2")]
    report = page.get(f"{address}report/").getvalue().decode().removeprefix("\ufeff").splitlines()
    assert report[1].startswith("2;новый клиент;;;;7;Павлова Вера Ильинична;")
    assert not Deal.objects.exists()

    page.post(f"{address}running/")
    work()
    assert Deal.objects.count() == 2
    assert set(Deal.objects.values_list("responsible", flat=True)) == {mikhail.pk, roza.pk}
    assert page.get(address).context["total"]["is_equal"] is False  # the line that cannot be read counts there
    balance = page.get(f"{address}balance/").context["tables"][0]["rows"]
    counted = [(row["said"], row["there"], row["here"]) for row in balance]
    assert counted == [("—", 1, 0), ("Новая", 1, 1), ("Отказ", 1, 1)]
    page.post(f"{address}undoing/")
    work()
    assert not Deal.objects.exists()
    assert page.get(address).context["number"]["undone"] == 2
    page.post(f"{address}removal/")
    assert not MoveIn.objects.exists()


def test_what_is_refused_stays_as_it_was_chosen(windows, roza, enter):
    page = enter(roza)
    address = page.post("/office/moving-in/", sent(TEXT)).headers["Location"]
    work()
    answer = page.post(f"{address}columns/", {"column.3": "stage", "makes": "deals"})
    assert answer.status_code == 422
    assert [one["chosen"] for one in answer.context["columns"]] == ["", "", "", "stage", "", ""]
    assert page.post("/office/moving-in/", {}).status_code == 422


def test_a_file_that_is_none_is_said_on_its_page(windows, roza, enter):
    page = enter(roza)
    address = page.post("/office/moving-in/", {"file": SimpleUploadedFile("a.xlsx", b"%PDF \x00")}).headers["Location"]
    work()
    assert "Этот файл не читается" in page.get(address).content.decode()


def test_misspellings_are_accepted_one_by_one(windows, roza, enter):
    page = enter(roza)
    text = "Имя;Телефон;Почта\nВера;89167654321;vera@gmial.com\nФома;89261112233;foma@gmial.com\n"
    address = page.post("/office/moving-in/", sent(text)).headers["Location"]
    work()
    chosen = {"column.0": "name", "column.1": "phone", "column.2": "email"}
    page.post(f"{address}columns/", {**chosen, "makes": "clients"})
    page.post(f"{address}mapping/", {})
    work()
    assert page.get(address).context["repairs"] == 2
    (group,) = page.get(f"{address}repairs/").context["parts"]
    page.post(f"{address}repairs/", {"repair": str(group["rows"][0].pk)})
    work()
    page.post(f"{address}running/")
    work()
    found = Client.objects.filter(name__in=["Вера", "Фома"]).values_list("contact_points__value", flat=True)
    assert sorted(value for value in found if "@" in value) == ["foma@gmial.com", "vera@gmail.com"]


@pytest.mark.parametrize("which", ["", "new", "faults", "nonsense"])
def test_the_lines_take_the_same_number_of_questions(windows, roza, enter, which, django_assert_max_num_queries):
    page = enter(roza)

    def questions(lines: int) -> int:
        text = "Имя;Телефон;Дата\n" + "".join(f"Фома {at};8916{at:07d};нет\n" for at in range(1234567, 1234567 + lines))
        address = page.post("/office/moving-in/", sent(text)).headers["Location"]
        work()
        page.post(f"{address}columns/", {"column.0": "name", "column.1": "phone", "column.2": "created"})
        page.post(f"{address}mapping/", {})
        work()
        with django_assert_max_num_queries(100) as asked:
            assert page.get(f"{address}lines/?of={which}").status_code == 200
        return len(asked)

    assert questions(30) == questions(1)
