from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.imports import columns, going_on, upload
from svyazka.business.imports.models import Import


@pytest.fixture
def deals(windows, vera, olga) -> list[Deal]:
    return [open_deal(vera, facts={"openings": 3}, by=olga) for _number in range(3)]


def work() -> None:
    while going_on.go_on():
        pass


def sent(text: str, name: str = "Проёмы.csv") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, text.encode("cp1251", "replace"))}


def test_from_the_file_to_its_undoing(deals, roza, enter):
    page = enter(roza)
    text = f"№;Проёмов;Сумма\n{deals[0].pk};4;1 000,50\n{deals[1].pk};много;\n"
    answer = page.post("/office/imports/", sent(text), follow=True)
    ((address, _status),) = answer.redirect_chain
    shown = [(one["title"], one["cells"], one["chosen"]) for one in answer.context["columns"]]
    assert shown == [
        ("№", [str(deals[0].pk), str(deals[1].pk)], "key.deal"),
        ("Проёмов", ["4", "много"], "openings"),
        ("Сумма", ["1 000,50"], "own.deal.amount"),
    ]
    chosen = {"column.0": "key.deal", "column.1": "openings", "column.2": "own.deal.amount", "known": "overwrite"}
    page.post(address, {**chosen, "wrong": "leave_out"})
    assert "import_now" in page.get(address).content.decode() or "/now/" in page.get(address).content.decode()
    work()
    result = page.get(f"{address}now/")
    assert (result.context["number"]["ready"], result.context["number"]["wrong"]) == (1, 1)
    assert result.context["changes"][0]["pairs"] == [
        ("Проёмов", "3", "4"),
        ("Сумма", "", "1 000,50 ₽".replace(" ", "\xa0")),
    ]
    faults = page.get(f"{address}faults/").getvalue().decode().removeprefix("\ufeff").splitlines()
    assert faults == ["Строка;Столбец;Значение;Что не так", "3;Проёмов;много;Здесь нужно целое число, например 3."]
    page.post(f"{address}storing/")
    work()
    assert Deal.objects.get(pk=deals[0].pk).facts == {"openings": 4}
    page.post(f"{address}undoing/")
    work()
    assert Deal.objects.get(pk=deals[0].pk).facts == {"openings": 3}
    assert page.get(address).context["number"]["undone"] == 1
    page.post(f"{address}removal/")
    assert not Import.objects.exists()


def test_what_is_refused_stays_as_it_was_typed(deals, roza, enter):
    page = enter(roza)
    assert page.post("/office/imports/", {}).status_code == 422
    assert page.post("/office/imports/", sent("\x00")).status_code == 422
    page.post("/office/imports/", sent("№;Проёмов\n1;2\n"))
    made = Import.objects.get()
    answer = page.post(
        f"/office/imports/{made.pk}/", {"column.1": "openings", "known": "overwrite", "wrong": "leave_out"}
    )
    assert answer.status_code == 422
    assert [one["chosen"] for one in answer.context["columns"]] == ["", "openings"]
    assert (answer.context["given"].overwrites, answer.context["given"].all_or_nothing) == (True, False)
    assert Import.objects.get().columns == {"0": "key.deal", "1": "openings"}
    assert page.post(f"/office/imports/{made.pk}/storing/").status_code == 422


def test_the_check_says_what_it_leaves_and_offers_to_store_what_is_right(deals, roza, enter):
    page = enter(roza)
    text = f"№;Проёмов;Сумма\n{deals[0].pk};4;100\n{deals[1].pk};3;\n{deals[2].pk};;много\n"
    made = upload.take_in("a.csv", text.encode(), by=roza)
    columns.choose(made, made.columns, overwrites=False, all_or_nothing=True, by=roza)
    work()
    shown = page.get(f"/office/imports/{made.pk}/").context
    assert (shown["left"], shown["can_store"], shown["leaves_out"]) == (1, True, True)
    assert page.post(f"/office/imports/{made.pk}/storing/").status_code == 422
    page.post(f"/office/imports/{made.pk}/storing/", {"wrong": "leave_out"})
    work()
    assert str(Deal.objects.get(pk=deals[0].pk).amount) == "100.00"
    assert page.get(f"/office/imports/{made.pk}/").context["left"] == 1


def test_columns_are_chosen_anew_after_a_check(deals, roza, enter):
    page = enter(roza)
    made = upload.take_in("a.csv", f"№;Проёмов\n{deals[0].pk};4\n".encode(), by=roza)
    columns.choose(made, made.columns, overwrites=False, all_or_nothing=True, by=roza)
    work()
    assert page.get(f"/office/imports/{made.pk}/").context["number"]["same"] == 1
    assert page.get(f"/office/imports/{made.pk}/?columns").context["columns"]


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_questions_for_few_files_as_for_many(windows, roza, enter, number, django_assert_num_queries):
    for _at in range(number):
        upload.take_in("a.csv", b"a;b\n1;2\n", by=roza)
    page = enter(roza)
    with django_assert_num_queries(2):
        page.get("/office/imports/")


def test_the_list_of_deals_downloaded_and_filled_in_comes_back(deals, roza, enter, egor, vera):
    """Every kind of field goes out as it can come in again."""
    choices = [{"code": "flat", "words": {"ru": "Квартира"}}, {"code": "both", "words": {"ru": "Окна, двери"}}]
    known = {
        "text": "=1+1", "long_text": "две\nстроки", "number": 3, "decimal": "2.50", "money": "1000.50",
        "date": "2026-12-01", "moment": "2026-12-01T10:00:00+03:00", "yes": False, "choice": "flat",
        "choices": ["both", "flat"], "phone": "+79161234567", "email": "a@example.ru", "link": "https://example.ru/",
        "person": egor.pk,
    }  # fmt: skip
    for kind in known:
        Field.objects.create(
            code=f"x_{kind}", kind=kind, words={"ru": f"Поле {kind}"}, choices=choices if "choice" in kind else []
        )
    facts = {f"x_{kind}": value for kind, value in known.items()}
    full, empty = deals[:2]
    Deal.objects.filter(pk=full.pk).update(facts=facts, amount="54300.50")
    page, asked = enter(roza), {"column": list(facts)[:12]}
    for part in (list(facts)[:12], list(facts)[12:]):
        asked = {"columns": "1", "column": part}
        file = page.post("/deals/list/file/", asked).getvalue()
        page.post("/office/imports/", {"file": SimpleUploadedFile("deals.csv", file)})
        made = Import.objects.latest("pk")
        assert set(part) <= set(made.columns.values())
        columns.choose(made, made.columns, overwrites=True, all_or_nothing=True, by=roza)
        work()
        assert list(made.lines.order_by("number").values_list("state", "faults")) == [("same", [])] * 3
        # And with what stands at the one filled in for the other.
        edited = (
            file.decode()
            .replace(f"\n{full.pk};", "\nX;")
            .replace(f"\n{empty.pk};", f"\n{full.pk};")
            .replace("\nX;", f"\n{empty.pk};")
        )
        page.post("/office/imports/", {"file": SimpleUploadedFile("deals.csv", edited.encode())})
        made = Import.objects.latest("pk")
        chosen = {place: key for place, key in made.columns.items() if key == "key.deal" or key in part}
        page.post(
            f"/office/imports/{made.pk}/",
            {**{f"column.{place}": key for place, key in chosen.items()}, "known": "overwrite", "wrong": "nothing"},
        )
        work()
        page.post(f"/office/imports/{made.pk}/storing/")
        work()
        assert {code: Deal.objects.get(pk=empty.pk).facts.get(code) for code in part} == {
            code: facts[code] for code in part
        }
