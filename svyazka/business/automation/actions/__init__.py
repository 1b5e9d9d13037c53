"""What rules can do: each a class in a file of its own, and a line here, in the order in which they are offered."""

from svyazka.business.automation.action import Action
from svyazka.business.automation.actions.add_note import AddNote
from svyazka.business.automation.actions.ask_people import AskPeople
from svyazka.business.automation.actions.assign import Assign
from svyazka.business.automation.actions.book_visit import BookVisit
from svyazka.business.automation.actions.call_webhook import CallWebhook
from svyazka.business.automation.actions.count_anew import CountAnew
from svyazka.business.automation.actions.give_task import GiveTask
from svyazka.business.automation.actions.hand_on import HandOn
from svyazka.business.automation.actions.move_on import MoveOn
from svyazka.business.automation.actions.notify import Notify
from svyazka.business.automation.actions.open_one import OpenOne
from svyazka.business.automation.actions.ring import Ring
from svyazka.business.automation.actions.set_field import SetField
from svyazka.business.automation.actions.write_to_client import WriteToClient

_EVERY: tuple[Action, ...] = (
    GiveTask(),
    Assign(),
    MoveOn(),
    HandOn(),
    SetField(),
    AskPeople(),
    Notify(),
    WriteToClient(),
    Ring(),
    BookVisit(),
    OpenOne(),
    AddNote(),
    CountAnew(),
    CallWebhook(),
)
ACTIONS: dict[str, Action] = {action.code: action for action in _EVERY}
