"""On what rules can wait: each a class in a file of this folder, and a line here."""

from svyazka.business.automation.trigger import Trigger
from svyazka.business.automation.triggers.by_time import DateOfField, EveryMorning, NoContact, StaysAtStage
from svyazka.business.automation.triggers.deals import (
    Appointed,
    DealLost,
    DealOpened,
    DealWon,
    EntersStage,
    HandedOn,
    HandOffAccepted,
    HandOffReturned,
    LeavesStage,
    TakenUpAgain,
)
from svyazka.business.automation.triggers.fields import FieldChanged
from svyazka.business.automation.triggers.work import QuestionAnswered, TaskDone, TaskOverdue

_OF_DEALS: tuple[Trigger, ...] = (
    EntersStage(), LeavesStage(), DealOpened(), DealWon(), DealLost(), TakenUpAgain(), FieldChanged(), Appointed(),
    HandedOn(), HandOffAccepted(), HandOffReturned(), TaskDone(), TaskOverdue(), QuestionAnswered(),
)  # fmt: skip
_OF_TIME: tuple[Trigger, ...] = (StaysAtStage(), NoContact(), DateOfField(), EveryMorning())
TRIGGERS: dict[str, Trigger] = {trigger.code: trigger for trigger in (*_OF_DEALS, *_OF_TIME)}
