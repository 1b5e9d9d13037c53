"""What rules can do: each a class in a file of its own, and a line here."""

from svyazka.business.automation.action import Action

ACTIONS: dict[str, Action] = {action.code: action for action in ()}
