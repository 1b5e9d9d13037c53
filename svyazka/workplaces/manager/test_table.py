from __future__ import annotations

import pytest

from svyazka.business.clients.identify import Contact, identify
from svyazka.business.deals.models import Deal, Field, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.kit.sheets import harmless

CHOICES = [{"code": "flat", "words": {"ru": "Квартира"}}, {"code": "house", "words": {"ru": "Дом"}}]
KNOWN = [
    {"kind": "flat", "rooms": ["flat"], "openings": 3, "prepaid": "1000.00", "ready_at": "2026-12-01", "vip": True},
    {"kind": "house", "rooms": ["flat", "house"], "openings": 12, "prepaid": "950.50", "expert": 0},
    {"contract_number": "ДГ-44_7", "at": "2026-12-01T10:00:00+03:00", "ready_at": "2026-12-09", "vip": False},
]


@pytest.fixture
def deals(windows, vera, olga, egor):
    for code, kind in (
        ("kind", "choice"),
        ("rooms", "choices"),
        ("vip", "yes"),
        ("at", "moment"),
        ("expert", "person"),
    ):
        Field.objects.create(code=code, kind=kind, words={"ru": code}, choices=CHOICES if "cho" in kind else [])
    KNOWN[1]["expert"] = egor.pk
    made = [open_deal(vera, facts=known, by=olga) for known in KNOWN]
    Deal.objects.filter(pk=made[0].pk).update(amount=500)
    return [deal.pk for deal in made]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("f.kind=flat", [0]),
        ("f.kind=flat&f.kind=house", [0, 1]),
        ("f.kind=nonsense", [0, 1, 2]),
        ("f.rooms=house", [1]),
        ("f.vip=yes", [0]),
        ("f.vip=no", [2]),
        ("f.openings.from=4", [1]),
        ("f.openings.from=3&f.openings.to=3", [0]),
        ("f.prepaid.to=950,50", [1]),
        ("f.ready_at.from=2026-12-02", [2]),
        ("f.at.from=2026-12-01&f.at.to=2026-12-01", [2]),
        ("f.at.to=2026-11-30", []),
        ("f.contract_number=дг", [2]),
        ("f.contract_number=4_7", [2]),
        ("f.contract_number=ДГ_44", []),
        ("f.contract_number=%25", []),
        ("f.kind=flat&f.openings.from=4", []),
        ("place=p999999", []),
        ("place=nonsense", [0, 1, 2]),
    ],
)
def test_the_list_is_narrowed_by_the_companys_own_fields(deals, enter, olga, asked, found):
    rows = enter(olga).get(f"/deals/list/?{asked}").context["rows"]
    assert sorted(int(row["id"]) for row in rows) == [deals[at] for at in found]


def test_by_a_person_a_pipeline_and_a_stage(deals, enter, olga, egor):
    page, stage = enter(olga), Stage.objects.get(code="new")
    assert [row["id"] for row in page.get(f"/deals/list/?f.expert={egor.pk}").context["rows"]] == [str(deals[1])]
    assert len(page.get(f"/deals/list/?place=s{stage.pk}").context["rows"]) == 3
    assert len(page.get(f"/deals/list/?place=p{stage.pipeline_id}").context["rows"]) == 3
    other = Stage.objects.get(code="contacted")
    assert page.get(f"/deals/list/?place=s{other.pk}").context["rows"] == []


def test_what_was_once_of_another_kind_breaks_no_list(deals, enter, olga):
    Deal.objects.filter(pk=deals[0]).update(facts={"openings": "много", "rooms": "flat", "ready_at": 7})
    for asked in ("f.openings.from=1", "f.ready_at.to=2027-01-01", "by=rooms", "column=rooms&column=ready_at"):
        assert enter(olga).get(f"/deals/list/?{asked}").status_code == 200


@pytest.mark.parametrize(
    "stored", ["x", "9" * 50, "1." + "1" * 200, "2024-13-01", ["x"], {"a": 1}, -5, "\U0001f600" * 5000]
)
def test_what_was_once_of_another_kind_breaks_no_report(deals, enter, olga, stored):
    page, codes = enter(olga), ("openings", "prepaid", "ready_at", "at", "expert", "kind", "vip")
    Deal.objects.filter(pk=deals[0]).update(facts=dict.fromkeys(codes, stored))
    for code in codes:
        assert page.get(f"/deals/list/report/?by={code}").status_code == 200


def test_columns_are_chosen_kept_in_the_address_and_remembered(deals, enter, olga):
    page = enter(olga)
    given = {"columns": "1", "column": ["rooms", "openings"]}
    answer = page.get("/deals/list/", given, headers={"HX-Request": "true", "HX-Target": "deals-table"})
    assert answer.headers["HX-Replace-Url"] == "/deals/list/?column=rooms&column=openings"
    shown = [[text for _name, text in row["more"]] for row in answer.context["rows"]]
    assert shown == [["", ""], ["Квартира, Дом", "12"], ["Квартира", "3"]]
    assert page.get("/deals/list/").context["width"] == 8
    page.get("/deals/list/", {"columns": "1"})
    assert page.get("/deals/list/").context["width"] == 6


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_questions_for_few_rows_as_for_many(deals, vera, enter, olga, number, django_assert_num_queries):
    for _at in range(number):
        open_deal(vera, facts=KNOWN[1], by=olga)
    page = enter(olga)
    with django_assert_num_queries(12):
        page.get("/deals/list/?column=rooms&column=expert&by=rooms")


def test_a_report_counts_each_value_with_its_amount(deals, enter, olga, egor):
    def lines(by: str) -> list[tuple[str, str, str]]:
        report = enter(olga).get(f"/deals/list/report/?by={by}").context
        return [(line["value"], line["count"], line["amount"]) for line in report["lines"]]

    assert sorted(lines("kind")) == [
        ("Дом", "1", "0\xa0₽"),
        ("Квартира", "1", "500\xa0₽"),
        ("не указано", "1", "0\xa0₽"),
    ]
    assert sorted(lines("rooms")) == [
        ("Дом", "1", "0\xa0₽"),
        ("Квартира", "2", "500\xa0₽"),
        ("не указано", "1", "0\xa0₽"),
    ]
    assert sorted(lines("expert")) == sorted([("не указано", "2", "500\xa0₽"), (egor.full_name, "1", "0\xa0₽")])
    assert lines("ready_at") == [("Декабрь 2026", "2", "500\xa0₽"), ("не указано", "1", "0\xa0₽")]
    figures = dict(enter(olga).get("/deals/list/report/?by=prepaid").context["figures"])
    assert figures["Сумма"].replace("\xa0", " ") == "1 950,50 ₽"
    assert enter(olga).get("/deals/list/report/?by=nothing").content == b""


def test_the_report_is_asked_for_behind_the_page(deals, enter, olga, monkeypatch):
    page = enter(olga)
    assert "/deals/list/report/" not in page.get("/deals/list/").content.decode()
    address = page.get("/deals/list/?by=kind&whose=mine").context["report_url"]
    assert address == "/deals/list/report/?whose=mine&by=kind"
    monkeypatch.setattr("svyazka.business.deals.totals.COUNTED", 2)
    part = page.get("/deals/list/report/?by=kind")
    assert part.context["whole_url"] == "/deals/list/report/?by=kind&whole"
    assert "whole_url" not in page.get(part.context["whole_url"]).context


def test_the_list_is_sorted_by_own_fields_and_the_headings_turn_it(deals, enter, olga):
    page = enter(olga)

    def shown(query: str) -> list[int]:
        return [
            deals.index(int(row["id"])) for row in page.get(f"/deals/list/?column=openings&{query}").context["rows"]
        ]

    heads = {head["title"]: head["url"] for head in page.get("/deals/list/?column=openings").context["heads"]}
    assert heads["Проёмов"] == "/deals/list/?column=openings&sort=f.openings"
    assert heads["Клиент"].endswith("sort=client&way=up")
    assert all(heads.values())
    assert shown("sort=f.openings") == [1, 0, 2]
    assert shown("sort=f.openings&way=up") == [0, 1, 2]
    assert shown("sort=f.kind&way=up") == [0, 1, 2]
    assert shown("sort=f.nothing") == [2, 1, 0]


def test_deals_are_narrowed_by_what_is_known_of_their_clients(deals, enter, olga, vera):
    for code, kind in (("branch", "choice"), ("tax", "number"), ("site", "link")):
        Field.objects.create(code=code, of="client", kind=kind, words={"ru": code}, choices=CHOICES)
    known = {"branch": "house", "tax": 7701, "site": "https://okna.example.ru/"}
    type(vera).objects.filter(pk=vera.pk).update(facts=known)
    other, _is_new = identify([Contact("phone", "+79160000001")], by=olga)
    open_deal(other, by=olga)
    page = enter(olga)
    both = "f.branch=house&f.kind=flat&f.kind=house"
    for asked in ("f.branch=house", "f.tax.from=7000", "f.tax.from=1&f.tax.to=7701", "f.site=OKNA", both):
        assert len(page.get(f"/deals/list/?{asked}").context["rows"]) == (2 if "kind" in asked else 3)
    for asked in ("f.branch=flat", "f.tax.to=7000", "f.site=nothing"):
        assert page.get(f"/deals/list/?{asked}").context["rows"] == []


def test_what_many_deals_have_is_found_without_looking_them_up_first(deals, enter, olga, monkeypatch):
    monkeypatch.setattr("svyazka.business.deals.known.wanted.FEW", 1)
    page = enter(olga)
    for asked in ("f.openings.from=1", "f.contract_number=%D0%B4", "f.ready_at.from=2026-01-01"):
        few = page.get(f"/deals/list/?{asked}").context["rows"]
        monkeypatch.undo()
        assert page.get(f"/deals/list/?{asked}").context["rows"] == few
        monkeypatch.setattr("svyazka.business.deals.known.wanted.FEW", 1)


def test_the_list_is_taken_out_as_a_file_with_all_pages_and_leaves_a_trace(deals, enter, roza, olga, monkeypatch):
    monkeypatch.setattr("svyazka.workplaces.manager.export.PIECE", 2)
    evil, _is_new = identify([Contact("phone", "+79160000001")], name="=HYPERLINK(1)", by=olga)
    open_deal(evil, facts={"openings": 12}, by=olga)
    answer = enter(roza).post("/deals/list/file/", {"column": ["openings"], "f.openings.from": "4"})
    text = answer.getvalue().decode()
    lines = text.removeprefix("\ufeff").splitlines()
    assert lines[0].split(";")[:2] == ["№", "Клиент"]
    assert [line.split(";")[1] for line in lines[1:]] == ["'=HYPERLINK(1)", "Вера Павлова"]
    assert [line.split(";")[-2] for line in lines[1:]] == ["12", "12"]
    assert Entry.objects.get(verb="deals.exported").changes == {"columns": [None, "openings"]}
    whole = enter(roza).post("/deals/list/file/", {"columns": "1"})
    assert len(whole.getvalue().decode().splitlines()) == 5


def test_who_may_not_take_it_out_is_offered_nothing(deals, enter, olga, roza):
    assert enter(olga).post("/deals/list/file/", {}).status_code == 403
    assert "/deals/list/file/" not in enter(olga).get("/deals/list/").content.decode()
    assert "/deals/list/file/" in enter(roza).get("/deals/list/").content.decode()


@pytest.mark.parametrize("cell", ["=1", "+7", "-1+1", "@a", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"а{cell}") == f"а{cell}"
