from __future__ import annotations

from svyazka.business.staff.models import Role
from svyazka.business.staff.roles import sees_office
from svyazka.edge import live


def test_the_edge_tells_the_office_what_the_roles_say():
    assert {role.value for role in Role if sees_office(role)} == live.OFFICE


def test_the_edge_knows_the_cookie_of_the_pages(settings):
    assert settings.SESSION_COOKIE_NAME == live.COOKIE
