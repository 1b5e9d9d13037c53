"""What something is about: by the first rule that fits, otherwise by what the classifier is sure of. Changes nothing,
so that it can be asked before a deal is opened."""

from __future__ import annotations

from dataclasses import dataclass

from svyazka.business.sorting import in_force
from svyazka.business.sorting.in_force import InForce
from svyazka.business.sorting.models import Category, Meaning, Sorted
from svyazka.business.sorting.when import Heard
from svyazka.engines.sorting.model import guess


@dataclass(frozen=True)
class Verdict:
    category: Category | None = None
    how: str = ""
    rule_id: int | None = None
    probability: float | None = None
    model_id: int | None = None

    @property
    def code(self) -> str:
        return self.category.code if self.category else ""

    @property
    def is_certain_spam(self) -> bool:
        """By a rule that somebody wrote: the classifier's word alone keeps nobody out."""
        return (
            self.category is not None
            and self.category.meaning == Meaning.SPAM
            and self.how in (Sorted.How.RULE, Sorted.How.PERSON)
        )


NOTHING = Verdict()


def judge(heard: Heard, *, now: InForce | None = None) -> Verdict:
    now = now or in_force.now()
    return by_rule(heard, now) or by_classifier(heard, now)


def by_rule(heard: Heard, now: InForce) -> Verdict | None:
    for rule in now.rules:
        if rule.when.fits(heard):
            return Verdict(rule.category, Sorted.How.RULE, rule_id=rule.id)
    return None


def by_classifier(heard: Heard, now: InForce) -> Verdict:
    """Only of what others say to us."""
    if now.model is None or heard.direction != "in" or not heard.text:
        return NOTHING
    found = guess(now.model, heard.text)
    category = now.categories.get(found.above(now.threshold))
    if category is None:
        return NOTHING
    return Verdict(category, Sorted.How.CLASSIFIER, probability=found.probability, model_id=now.model_id)
