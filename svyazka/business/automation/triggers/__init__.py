"""On what rules can wait: each a class in a file of this folder, and a line here."""

from svyazka.business.automation.trigger import Trigger

TRIGGERS: dict[str, Trigger] = {trigger.code: trigger for trigger in ()}
