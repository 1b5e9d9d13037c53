# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client, Trait
from svyazka.business.deals.opening import open_deal
from svyazka.business.money import bank_documents, books, statements
from svyazka.business.money.models import BankDocument, Invoice, Payer, Payment, Statement
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

SAMPLES = Path(__file__).parents[2] / "connectors" / "client_bank" / "samples"
OWN = "40702810900000000017"
DAISY, HER_ACCOUNT = "7707083893", "40702810500000000101"


def written(*documents: dict[str, object], balance: str = "") -> bytes:
    today = clock.today().strftime("%d.%m.%Y")
    text = f"1CClientBankExchange\nРасчСчет={OWN}\n{balance}"
    for number, given in enumerate(documents, start=1):
        said = {
            "Номер": number,
            "Дата": today,
            "ПолучательСчет": OWN,
            "ПлательщикСчет": HER_ACCOUNT,
            "Плательщик": "ООО Ромашка",
            "ПлательщикИНН": DAISY,
            "Сумма": "1000.00",
            **given,
        }
        lines = "".join(f"{key}={value}\n" for key, value in said.items())
        text += f"СекцияДокумент=Платежное поручение\n{lines}КонецДокумента\n"
    return f"{text}КонецФайла\n".encode("cp1251")


@pytest.fixture
def daisy(windows):
    client = Client.objects.create(name="ООО «Ромашка»", kind="company")
    Trait.objects.create(client=client, kind="inn", value=DAISY)
    filing.file([client.pk])
    return client


@pytest.fixture
def billed(daisy, invoice, roza):
    """`billed(1000)`: an invoice of the company's."""
    return lambda amount: invoice(amount, of=open_deal(daisy, by=roza))


@pytest.fixture
def came(roza):
    """`came({"Сумма": "5"})`: a file with these documents, looked through."""

    def take(*documents, **more):
        return list(statements.take_in("выписка.txt", written(*documents, **more), by=roza).documents.order_by("line"))

    return take


def states(made: Statement) -> list[str]:
    return list(made.documents.order_by("line").values_list("state", flat=True))


def test_the_day_of_a_bank(roza):
    made = statements.take_in("12.11.txt", (SAMPLES / "windows.txt").read_bytes(), by=roza)
    assert (made.state, made.begins_on, made.ends_on) == ("ready", date(2026, 11, 12), date(2026, 11, 12))
    found = list(made.documents.order_by("line").values_list("way", "state", "why"))
    assert found == [
        ("in", "waits", ""),
        ("in", "waits", ""),
        ("in", "waits", ""),
        ("out", "left", "out"),
        ("between", "left", "between"),
    ]
    assert [one["differences"] for one in made.balances] == [[], []]


def test_a_file_that_comes_twice_is_one(roza):
    content = (SAMPLES / "windows.txt").read_bytes()
    statements.take_in("a.txt", content, by=roza)
    again = statements.take_in("b.txt", (SAMPLES / "lies.txt").read_bytes(), by=roza)
    assert states(again) == ["known", "known", "known", "left", "left"]


def test_the_same_document_twice_in_one_file(came):
    assert [one.state for one in came({"Номер": 5}, {"Номер": 5})] == ["waits", "known"]


def test_what_could_not_be_read_is_named_and_the_rest_taken(roza):
    made = statements.take_in("b.txt", (SAMPLES / "broken.txt").read_bytes(), by=roza)
    assert [why for _line, why, _said in made.troubles] == ["no_amount", "no_day", "not_ended", "cut_off"]
    assert states(made) == ["waits"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "пуст"),
        (b"PK\x03\x04", "1CClientBankExchange"),
        (b"x" * (statements.LARGEST_FILE + 1), "20"),
    ],
)
def test_what_is_no_statement_is_refused_and_nothing_kept(roza, content, words):
    with pytest.raises(Refused, match=words):
        statements.take_in("x", content, by=roza)
    assert Statement.objects.count() == 0


def test_an_account_that_is_not_ours(came):
    (only,) = came({"ПолучательСчет": "40702810000000000999"}) or [None]
    assert only is None
    assert [why for _line, why, _said in Statement.objects.get().troubles] == ["not_ours"]


def test_money_that_is_not_roubles(came):
    (only,) = came({"ПолучательСчет": "40702840900000000017", "ДатаПоступило": clock.today().strftime("%d.%m.%Y")})
    assert (only.state, only.why) == ("aside", "currency")


class TestWhoseMoneyItIs:
    def test_by_tax_number_and_invoice(self, came, billed, daisy):
        due = billed(1000)
        said = f"Оплата по счету № {due.number} от {due.issued_on:%d.%m.%Y}"
        (only,) = came({"НазначениеПлатежа": said})
        assert (only.client_id, only.invoice_id, only.is_certain) == (daisy.pk, due.pk, True)
        assert [code for code, _about in only.reasons] == ["inn", "invoice", "sum"]

    def test_by_tax_number_and_sum(self, came, billed, daisy):
        billed(500)
        due = billed(1000)
        (only,) = came({"НазначениеПлатежа": "за окна"})
        assert (only.client_id, only.invoice_id, only.is_certain) == (daisy.pk, due.pk, True)

    def test_several_invoices_are_open_and_none_is_named(self, came, billed, daisy):
        billed(500)
        billed(700)
        (only,) = came({})
        assert (only.client_id, only.invoice_id, only.is_certain) == (daisy.pk, None, False)
        assert only.reasons[-1] == ["several_open", "2"]

    def test_more_than_is_open_is_asked(self, came, billed):
        due = billed(900)
        (only,) = came({"НазначениеПлатежа": f"счет {due.number}"})
        assert (only.invoice_id, only.is_certain, only.reasons[-1][0]) == (due.pk, False, "more")

    def test_somebody_else_pays(self, came, invoice, daisy):
        due = invoice(1000)
        (only,) = came({"НазначениеПлатежа": f"Оплата за Павлову, сч.{due.number}"})
        assert (only.client_id, only.is_certain, only.reasons[-1][0]) == (due.client_id, False, "another_payer")

    def test_by_name_through_a_bank(self, came, invoice, vera):
        due = invoice(1000)
        payer = {
            "Плательщик": "ПАО БАНК//ПАВЛОВА ВЕРА//",
            "ПлательщикСчет": "30232810000000000303",
            "ПлательщикИНН": "7744001497",
        }
        (only,) = came({**payer, "НазначениеПлатежа": f"счет {due.number} от {due.issued_on:%d.%m.%Y}"})
        assert (only.client_id, only.invoice_id) == (vera.pk, due.pk)
        assert bank_documents.enter(only, by=Statement.objects.get().by).state == "entered"
        assert not Payer.objects.exists(), "the account of a bank says nothing of whoever pays through it"

    def test_nobody_is_known(self, came):
        (only,) = came({"Плательщик": "ООО Кто-то", "ПлательщикИНН": "", "ПлательщикСчет": "40702810100000000001"})
        assert (only.state, only.client_id, only.reasons) == ("waits", None, [])


class TestDeciding:
    def test_one_click_is_one_payment(self, came, billed, roza):
        due = billed(1000)
        (only,) = came({})
        bank_documents.enter(only, by=roza)
        bank_documents.enter(only, by=roza)
        due.refresh_from_db()
        assert due.open_amount == 0
        (payment,) = Payment.objects.all()
        assert (payment.amount, payment.origin, payment.document) == (Decimal("1000.00"), "bank", "1")

    def test_whoever_has_paid_for_a_client_is_known_the_next_time(self, came, vera, invoice, roza):
        payer = {"Плательщик": "Кто-то", "ПлательщикИНН": "", "ПлательщикСчет": "40817810000000000202"}
        invoice(1000)
        (first,) = came(payer)
        bank_documents.enter(first, client=vera, by=roza)
        due = invoice(300)
        (next_one,) = came({**payer, "Номер": 2, "Сумма": "300"})
        assert (next_one.client_id, next_one.invoice_id, next_one.is_certain) == (vera.pk, due.pk, True)

    def test_not_a_clients_money_is_remembered(self, came, roza):
        (first,) = came({})
        bank_documents.not_a_clients(first, remembers=True, by=roza)
        (later,) = came({"Номер": 2})
        assert (later.state, later.why) == ("left", "no_client")
        bank_documents.take_back(later, by=roza)
        (third,) = came({"Номер": 3})
        assert third.state == "waits"

    def test_what_is_taken_back_can_be_entered_anew(self, came, billed, daisy, vera, roza):
        due = billed(1000)
        (only,) = came({})
        bank_documents.enter(only, by=roza)
        bank_documents.take_back(only, by=roza)
        due.refresh_from_db()
        assert due.open_amount == 1000
        bank_documents.enter(only, client=vera, by=roza)
        sums = {
            name: sum(one.amount for one in Payment.objects.filter(client=who))
            for name, who in (("daisy", daisy), ("vera", vera))
        }
        assert sums == {"daisy": 0, "vera": 1000}

    def test_what_went_out_is_entered_nowhere(self, roza, vera):
        made = statements.take_in("a.txt", (SAMPLES / "windows.txt").read_bytes(), by=roza)
        with pytest.raises(Refused):
            bank_documents.enter(made.documents.get(way="out"), client=vera, by=roza)
        with pytest.raises(ChangedMeanwhile):
            bank_documents.take_back(made.documents.get(way="out"), by=roza)

    def test_nobody_is_chosen(self, came, roza):
        (only,) = came({"ПлательщикИНН": "", "Плательщик": ""})
        with pytest.raises(Refused):
            bank_documents.enter(only, by=roza)

    def test_a_closed_period(self, came, roza, daisy):
        day = clock.today() - timedelta(days=40)
        books.close(day, by=roza)
        (only,) = came({"Дата": day.strftime("%d.%m.%Y")})
        assert (only.state, only.why, only.client_id) == ("aside", "closed", daisy.pk)
        with pytest.raises(books.Closed):
            bank_documents.enter(only, by=roza)
        books.close(None, by=roza)
        assert bank_documents.enter(only, by=roza).state == "entered"


class TestByItself:
    def test_only_if_the_company_says_so_and_only_what_is_certain(self, came, billed, roza):
        billed(1000)
        assert [one.state for one in came({})] == ["waits"]
        statements.change_rules(enters_by_itself=True, by=roza)
        unknown = {"Плательщик": "ООО Кто-то", "ПлательщикИНН": "", "ПлательщикСчет": "40702810100000000001"}
        assert [one.state for one in came({"Номер": 7}, {"Номер": 8, **unknown})] == ["entered", "waits"]
        assert not Payer.objects.exists(), "only people teach"


class TestUndoing:
    def test_a_whole_file(self, came, billed, roza):
        due = billed(1000)
        documents = came({"Сумма": "400"}, {"Сумма": "600"}, {"Сумма": "5"})
        for one in documents[:2]:
            bank_documents.enter(one, by=roza)
        made = Statement.objects.get()
        statements.undo(made, by=roza)
        with pytest.raises(Refused):
            bank_documents.enter(documents[2], by=roza)
        while statements.go_on():
            pass
        made.refresh_from_db()
        due.refresh_from_db()
        assert (made.state, states(made), due.open_amount) == ("undone", ["undone"] * 3, 1000)
        assert sum(one.amount for one in Payment.objects.all()) == 0
        assert [one.state for one in came({"Сумма": "400"}, {"Сумма": "600"})] == ["waits", "waits"]

    def test_a_file_at_work_is_not_undone(self, came, roza):
        came({})
        Statement.objects.update(state="looking")
        with pytest.raises(Refused):
            statements.undo(Statement.objects.get(), by=roza)


BALANCE = """СекцияРасчСчет
РасчСчет={account}
НачальныйОстаток={opening}
ВсегоПоступило={came}
КонечныйОстаток={closing}
КонецРасчСчет
"""


@pytest.mark.parametrize(
    ("opening", "came_in", "closing", "differences"),
    [
        ("100", "1000", "1100", []),
        ("100", "1000", "1100.01", [["closing", "-0.01"]]),
        ("100", "900", "1000", [["closing", "100.00"], ["in", "-100.00"]]),
        ("", "", "1000", []),
    ],
)
def test_whether_it_adds_up(came, opening, came_in, closing, differences):
    said = BALANCE.format(account=OWN, opening=opening, came=came_in, closing=closing)
    came({}, balance=said)
    (of_account,) = Statement.objects.get().balances
    assert of_account["differences"] == differences


@pytest.mark.parametrize("number", [1, 30])
def test_thirty_documents_cost_as_many_queries_as_one(roza, billed, number, django_assert_max_num_queries):
    billed(1000)
    content = written(*({"Номер": each, "Сумма": 10 + each} for each in range(number)))
    with django_assert_max_num_queries(40):
        statements.take_in("a.txt", content, by=roza)
    assert BankDocument.objects.filter(client__isnull=False).count() == number


def test_a_large_file_is_left_to_the_worker(roza, monkeypatch):
    monkeypatch.setattr(statements, "AT_ONCE", 1)
    monkeypatch.setattr(statements, "PIECE", 2)
    made = statements.take_in("a.txt", written({}, {"Номер": 2}, {"Номер": 3}), by=roza)
    assert (made.state, states(made)) == ("looking", ["new"] * 3)
    assert statements.go_on() is True
    assert states(made) == ["waits", "waits", "new"]
    while statements.go_on():
        pass
    assert not Invoice.objects.exists()
    assert states(made) == ["waits"] * 3
