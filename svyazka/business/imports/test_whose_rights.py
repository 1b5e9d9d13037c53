"""A file is stored and undone as far as the rights of whoever says so go."""

from __future__ import annotations

import pytest

from svyazka.business.deals.models import Deal
from svyazka.business.imports import storing
from svyazka.business.imports.conftest import checked, openings, states, stored, undone, work
from svyazka.business.journal.models import Entry
from svyazka.business.staff.models import CompanyRole, Department
from svyazka.business.staff.roles import Reach
from svyazka.kit.refusals import Refused


@pytest.fixture
def importer(mikhail):
    """Brings files in, and changes deals of his department only."""
    rights = {"values.import": Reach.ALL}
    CompanyRole.objects.create(code="importer", words={"ru": "Загрузчик"}, based_on="manager", rights=rights)
    mikhail.role = "importer"
    mikhail.save()
    return mikhail


def test_somebody_elses_file_is_stored_as_far_as_ones_own_rights_go(deals, roza, importer, windows):
    """It was stored with the rights, and in the name, of whoever had sent it."""
    foreign = Department.objects.exclude(pk=importer.department_id).first()
    Deal.objects.filter(pk=deals[0].pk).update(department=foreign, responsible=roza)
    Deal.objects.filter(pk=deals[1].pk).update(responsible=importer)
    made = checked(f"№;Проёмов\n{deals[0].pk};7\n{deals[1].pk};8\n", roza)
    storing.store(made, by=importer)
    work()
    assert states(made) == ["wrong", "stored"]
    assert openings(deals[:2]) == [None, 8]
    changed = Entry.objects.filter(kind="deal", object_id=deals[1].pk).latest("pk")
    assert changed.by_id == importer.pk


def test_what_one_may_not_change_by_hand_cannot_be_undone_either(deals, roza, importer, windows):
    foreign = Department.objects.exclude(pk=importer.department_id).first()
    Deal.objects.filter(pk=deals[0].pk).update(department=foreign, responsible=roza)
    made = undone(stored(f"№;Проёмов\n{deals[0].pk};7\n", roza), importer)
    assert (states(made), openings(deals[:1])) == (["kept"], [7])


def test_a_deal_that_went_to_another_department_after_the_check_is_not_changed(deals, importer, windows, roza):
    made = checked(f"№;Проёмов\n{deals[1].pk};8\n", importer)
    foreign = Department.objects.exclude(pk=importer.department_id).first()
    Deal.objects.filter(pk=deals[1].pk).update(department=foreign, responsible=roza)
    storing.store(made, by=importer)
    work()
    assert (states(made), openings(deals[1:2])) == (["wrong"], [3])


def test_a_right_that_was_taken_away_after_the_check_stores_nothing(deals, roza, importer):
    made = checked(f"№;Проёмов\n{deals[1].pk};8\n", roza)
    CompanyRole.objects.update(rights={"values.import": Reach.ALL, "deals.change": Reach.NONE})
    importer.refresh_from_db()
    with pytest.raises(Refused):
        storing.store(made, by=importer)
