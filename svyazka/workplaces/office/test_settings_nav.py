"""The navigation of the settings."""

from __future__ import annotations

import re

from django.urls import reverse

from svyazka.workplaces.shared.shell import SETTINGS


def test_each_page_of_the_settings_stands_in_their_navigation_and_says_where_one_is(anna, enter):
    client = enter(anna)
    for _name, pages in SETTINGS:
        for page in pages:
            url = reverse(page.url_name)
            shown = client.get(url).content.decode()
            nav = re.search(r'<nav class="settings-nav".*?</nav>', shown, re.S)[0]
            assert re.findall(r'href="([^"]+)" aria-current', nav) == [url]
            rail = re.search(r'<nav aria-label="Разделы".*?</nav>', shown, re.S)[0]
            assert re.findall(r'href="([^"]+)"[^>]*aria-current', rail) == [reverse("settings")]
