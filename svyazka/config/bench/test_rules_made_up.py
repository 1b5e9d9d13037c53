from __future__ import annotations

from svyazka.business.automation import rules
from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.models import Rule
from svyazka.business.deals.models import Stage
from svyazka.business.sorting.models import Category
from svyazka.config.bench import rules_made_up

# Of fields of dates, and of every deal each morning: their figures would be those of one rule alone.
LEFT_OUT = {"date_of_field", "every_day"}


def test_fifty_rules_can_be_built_and_switched_on(windows, anna):
    from svyazka.business.automation.triggers import TRIGGERS

    stages = dict(Stage.objects.values_list("code", "pk"))
    made = rules_made_up.rules(stages, Category.objects.order_by("pk")[0].code)
    assert len(made) == 50
    Rule.objects.all().delete()
    for typed in made:
        rules.switch(rules.add(typed, by=anna), on=True, by=anna)
    used = {action["kind"] for rule in Rule.objects.all() for action in rule.actions}
    assert set(TRIGGERS) - set(Rule.objects.values_list("trigger", flat=True)) <= LEFT_OUT
    assert {code for code, one in ACTIONS.items() if not one.leads_outside} - used == {"message", "hand_on", "compute"}
