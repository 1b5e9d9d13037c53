from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.money.purpose import Named, invoices

DAY = date(2026, 11, 12)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Оплата по счету № 17 от 12.11.2026 за окна. НДС не облагается", [Named(17, DAY)]),
        ("Оплата по счёту №17 от 12.11.26", [Named(17, DAY)]),
        ("опл. по сч.17 от 12 ноября 2026 г.", [Named(17, DAY)]),
        ("Счет N 17 от «12» ноября 2026", [Named(17, DAY)]),
        ("ОПЛАТА СЧЕТА НА ОПЛАТУ №0017 ОТ 12/11/2026", [Named(17, DAY)]),
        ("сч 17", [Named(17)]),
        ("сч№17", [Named(17)]),
        ("Invoice #17", [Named(17)]),
        ("По счетам № 17, 18 и 19 от 12.11.2026", [Named(17), Named(18), Named(19, DAY)]),
        ("по счету 17 от 12.11.2026, № 18 от 12.11.2026", [Named(17, DAY), Named(18, DAY)]),
        ("по счету 17, по счету 17", [Named(17)]),
        ("по счету 17 от 31.02.2026", [Named(17)]),
        ("по счет-фактуре № 17", []),
        ("по счету-фактуре 17 от 12.11.2026", []),
        ("по счет фактуре 17", []),
        ("по с/ф 17", []),
        ("на р/счет 40702810900000000017", []),
        ("расчетный счет 17", []),
        ("лицевой счет 17", []),
        ("по договору 17 от 12.11.2026", []),
        ("по счету 17/2 от 12.11.2026", []),
        ("по счету 40702810900000000017", []),
        ("Перевод 17 рублей", []),
        ("", []),
    ],
)
def test_which_invoices_it_names(text, named):
    assert invoices(text) == named


@given(st.text("счетаупо №NnIinvoce0123456789.,-/от ", max_size=120))
def test_nothing_that_people_write_breaks_it(text):
    assert all(0 <= one.number < 10**9 for one in invoices(text))
