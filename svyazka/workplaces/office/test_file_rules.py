from __future__ import annotations

import pytest

from svyazka.business.files import rules
from svyazka.business.files.models import FileRules

PAGE = "/office/file-rules/"
GIVEN = {"largest_mb": "20", "most_of_deal_mb": "500", "families": ["pdf", "pictures"], "keep_removed_days": "7"}


@pytest.fixture
def browser(enter, anna, kept_root, attachments_root, recordings_root, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return enter(anna)


def test_the_page_shows_what_holds_and_whether_the_stores_work(browser, kept_root):
    text = browser.get(PAGE).content.decode()
    assert ('value="50"' in text, 'value="2048"' in text, text.count("checked")) == (True, True, 8)
    assert (str(kept_root) in text, text.count("chip good"), "chip bad" in text) == (True, 4, False)


def test_what_is_saved_holds(browser):
    assert browser.post(PAGE, GIVEN).status_code == 302
    standing = rules.rules()
    assert (standing.largest, standing.families, standing.takes_macros) == (
        20 * 1024 * 1024,
        ["pictures", "pdf"],
        False,
    )
    browser.post(PAGE, {**GIVEN, "families": list(rules.FAMILIES), "takes_macros": "on"})
    assert (rules.rules().families, rules.rules().takes_macros) == (None, True)


@pytest.mark.parametrize(
    "wrong",
    [{"largest_mb": "много"}, {"largest_mb": "-1"}, {"largest_mb": "9" * 30}, {"families": ["exe"]}, {"families": []},
     {"most_of_deal_mb": "10"}, {"keep_removed_days": "0"}],
)  # fmt: skip
def test_nonsense_is_refused_beside_its_input(browser, wrong):
    answer = browser.post(PAGE, {**GIVEN, **wrong})
    assert (answer.status_code, "wrong" in answer.content.decode()) == (422, True)
    assert not FileRules.objects.exists()


def test_a_store_that_fails_is_said(browser, kept_root):
    kept_root.write_bytes(b"no folder")
    text = browser.get(PAGE).content.decode()
    assert ("В папку не получается записать" in text, text.count("chip bad")) == (True, 1)
