from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.business.money.statement_file import Balance, Party, StatementFile, Trouble, Unreadable, Why
from svyazka.connectors.client_bank.read import read

SAMPLES = Path(__file__).parent / "samples"
OWN, OTHER = "40702810900000000017", "40702810200000000025"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def told(text: str, alphabet: str = "cp1251") -> StatementFile:
    return read(f"1CClientBankExchange\n{text}КонецФайла\n".encode(alphabet))


def document(**fields: str) -> str:
    said = {"Номер": "1", "Дата": "12.11.2026", "Сумма": "10.00", "ПолучательСчет": OWN, **fields}
    lines = "".join(f"{key}={value}\n" for key, value in said.items())
    return f"СекцияДокумент=Платежное поручение\n{lines}КонецДокумента\n"


def test_a_day_of_two_accounts():
    found = read(sample("windows.txt"))
    assert found.accounts == (OWN, OTHER)
    assert found.troubles == ()
    day = date(2026, 11, 12)
    sums = (Decimal("100000.00"), Decimal("67500.50"), Decimal("30000.00"), Decimal("137500.50"))
    assert found.balances[0] == Balance(OWN, day, day, *sums)
    assert [str(one.amount) for one in found.documents] == ["50000.00", "12500.50", "5000", "20000.00", "10000.00"]
    first = found.documents[0]
    assert first.payer == Party('ООО "Ромашка"', "7707083893", "773601001", "40702810500000000101")
    assert (first.line, first.number, first.came_on, first.left_on) == (30, "412", day, None)
    assert found.documents[3].left_on == day


def test_a_purpose_goes_on_over_several_lines():
    purpose = read(sample("windows.txt")).documents[1].purpose
    assert purpose == "Доплата за окна, договор=15, заказ 204. Без НДС"


def test_the_alphabet_is_found_whatever_the_head_says():
    assert read(sample("lies.txt")) == read(sample("windows.txt"))
    text = sample("lies.txt").decode("utf-8-sig")
    for alphabet in ("utf-8", "utf-16", "cp866", "cp1251"):
        assert read(text.encode(alphabet)) == read(sample("windows.txt")), alphabet


def test_one_broken_letter_costs_no_file():
    text = sample("lies.txt").replace("замер".encode(), "зам".encode() + b"\xd0" + "р".encode())
    assert len(read(text).documents) == 5


def test_before_version_1_03():
    found = read(sample("dos.txt"))
    (only,) = found.documents
    assert only.payer == Party('ООО "Ромашка"', "7707083893", "", "40702810500000000101")
    assert only.purpose == "Оплата по счету N 17/2 от 10 ноября 2026 г. за откосы в т.ч. НДС 1400,08"
    assert (only.amount, found.balances[0].closing) == (Decimal("8400.50"), Decimal("9400.50"))
    assert found.balances[0].came_in is None


def test_what_is_broken_is_set_aside_with_its_line_and_the_rest_read():
    found = read(sample("broken.txt"))
    assert [(one.number, one.amount) for one in found.documents] == [("4", Decimal("20.5"))]
    assert [(one.why, one.said) for one in found.troubles] == [
        (Why.NO_AMOUNT, "десять"),
        (Why.NO_DAY, "31.02.2026"),
        (Why.NOT_ENDED, "Номер=3"),
        (Why.CUT_OFF, ""),
    ]
    lines = sample("broken.txt").decode("cp1251").splitlines()
    assert [lines[one.line - 1] for one in found.troubles[:2]] == ["Сумма=десять", "Дата=31.02.2026"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"Сумма": ""}, Why.NO_AMOUNT),
        ({"Сумма": "0.00"}, Why.NO_AMOUNT),
        ({"Сумма": "-5"}, Why.NO_AMOUNT),
        ({"Сумма": "1.005"}, Why.NO_AMOUNT),
        ({"Сумма": "1e9"}, Why.NO_AMOUNT),
        ({"Сумма": "9" * 400}, Why.NO_AMOUNT),
        ({"Дата": ""}, Why.NO_DAY),
        ({"Дата": "2026-11-12"}, Why.NO_DAY),
        ({"ДатаПоступило": "вчера"}, Why.NO_DAY),
        ({"ПолучательСчет": ""}, Why.NO_ACCOUNT),
    ],
)
def test_what_a_document_must_have(fields, why):
    found = told(document(**fields) + document(Номер="2"))
    assert [one.why for one in found.troubles] == [why]
    assert [one.number for one in found.documents] == ["2"]


@pytest.mark.parametrize(("said", "amount"), [("10", "10"), ("1 250,5", "1250.5"), ("1250.500", "1250.50")])
def test_amounts_as_banks_write_them(said, amount):
    (found,) = told(document(Сумма=said)).documents
    assert found.amount == Decimal(amount)


def test_a_balance_that_is_no_sum():
    found = told(f"СекцияРасчСчет\nРасчСчет={OWN}\nНачальныйОстаток=много\nКонецРасчСчет\n" + document())
    assert found.troubles == (Trouble(4, Why.BAD_BALANCE, "много"),)
    assert len(found.documents) == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"\x00" * 50, "empty"),
        (b"PK\x03\x04 a table", "other_format"),
        (b"date;amount\n12.11.2026;10", "other_format"),
        ("Выписка\n1CClientBankExchange".encode("cp1251"), "other_format"),
    ],
)
def test_no_such_file(content, why):
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert refused.value.why == why


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_breaks_the_reader(data):
    """Cut off anywhere, bytes changed anywhere: it is read as far as it goes, or refused."""
    content = bytearray(sample(data.draw(st.sampled_from(["windows.txt", "lies.txt", "dos.txt", "broken.txt"]))))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=20)):
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    try:
        found = read(bytes(content[:cut]))
    except Unreadable:
        return
    assert all(one.amount > 0 for one in found.documents)
    assert all(0 < one.line <= content.count(b"\n") + content.count(b"\r") + 1 for one in found.troubles)


_WORDS = st.text("абвгдежз №.,0123456789", min_size=1, max_size=60).map(lambda said: " ".join(said.split()))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.decimals("0.01", "9999999999.99", places=2), _WORDS), min_size=1, max_size=8),
    st.sampled_from(["cp1251", "cp866", "utf-8", "utf-8-sig"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_is_read(given_documents, alphabet, end):
    text = "".join(
        document(Номер=str(number), Сумма=str(amount), НазначениеПлатежа=purpose)
        for number, (amount, purpose) in enumerate(given_documents)
    )
    content = f"1CClientBankExchange\n{text}КонецФайла\n".replace("\n", end).encode(alphabet)
    found = read(content)
    assert found.troubles == ()
    assert [(one.amount, one.purpose) for one in found.documents] == given_documents
