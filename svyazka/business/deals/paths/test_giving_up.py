from __future__ import annotations

import pytest

from svyazka.business.clients.models import Source
from svyazka.business.clients.sources import SOURCES
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import DistributionRule, Pipeline
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.paths import giving_up
from svyazka.business.journal.models import Entry
from svyazka.business.staff.departments import DEPARTMENTS
from svyazka.business.staff.models import Department
from svyazka.kit.refusals import Refused


def test_a_department_is_added_renamed_and_goes_while_it_is_empty(anna):
    made = DEPARTMENTS.add({"ru": "Отдел качества", "en": "Quality"}, by=anna)
    assert made.code == "quality"
    DEPARTMENTS.rename(made, {"ru": "Качество", "en": "Quality"}, by=anna)
    giving_up.remove_department(made, by=anna)
    assert not Department.objects.filter(pk=made.pk).exists()
    said = Entry.objects.filter(kind="department").order_by("id").values_list("verb", flat=True)
    assert list(said) == ["staff.department_added", "staff.department_changed", "staff.department_removed"]


def test_a_department_with_people_says_who_is_in_it(mikhail, anna):
    with pytest.raises(Refused) as refused:
        giving_up.remove_department(mikhail.department, by=anna)
    assert mikhail.full_name in refused.value.missing[0]


def test_a_department_that_a_pipeline_or_a_rule_names_stays(anna):
    made = DEPARTMENTS.add({"ru": "Отдел качества", "en": "Quality"}, by=anna)
    pipeline = Pipeline.objects.get()
    Pipeline.objects.update(department=made)
    DistributionRule.objects.create(pipeline=pipeline, department=made)
    with pytest.raises(Refused) as refused:
        giving_up.remove_department(made, by=anna)
    assert refused.value.missing == [
        f"Его воронки: {pipeline.name}",
        f"Из него назначают ответственных правила воронок: {pipeline.name}",
    ]


def test_two_departments_of_one_name_are_refused(mikhail, anna):
    with pytest.raises(Refused, match="Такое название уже есть"):
        DEPARTMENTS.add(mikhail.department.words, by=anna)
    other = DEPARTMENTS.add({"ru": "Отдел качества"}, by=anna)
    with pytest.raises(Refused, match="Такое название уже есть"):
        DEPARTMENTS.rename(other, mikhail.department.words, by=anna)


def test_a_source_goes_while_nothing_has_come_from_it(anna, vera):
    made = SOURCES.add({"ru": "Выставка", "en": "Fair"}, by=anna)
    deal = open_deal(vera, source=made, by=anna)
    with pytest.raises(Refused) as refused:
        giving_up.remove_source(made, by=anna)
    assert refused.value.missing == ["Сделки из этого источника: 1"]
    deal.source = None
    deal.save()
    giving_up.remove_source(made, by=anna)
    assert not Source.objects.filter(pk=made.pk).exists()


def test_a_source_to_which_a_channel_of_ours_leads_stays(anna):
    channel = ChannelAccount.objects.exclude(source=None).first()
    with pytest.raises(Refused) as refused:
        giving_up.remove_source(channel.source, by=anna)
    assert channel.name in refused.value.missing[0]
