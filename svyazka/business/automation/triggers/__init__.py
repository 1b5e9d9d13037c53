"""On what rules can wait: each a class in a file of this folder, and a line here, as they are offered."""

from svyazka.business.automation.trigger import Trigger
from svyazka.business.automation.triggers.by_time import DateOfField, EveryMorning, NoContact, StaysAtStage
from svyazka.business.automation.triggers.calls import CallEnded, CallMissed
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
from svyazka.business.automation.triggers.duplicates import DuplicateFound
from svyazka.business.automation.triggers.fields import FieldChanged
from svyazka.business.automation.triggers.files import FileAdded
from svyazka.business.automation.triggers.messages import FormCame, MessageCame, NobodyAnswers, OfCategory
from svyazka.business.automation.triggers.money import DebtAbove, InvoiceOverdue, InvoicePaid, PaymentIn
from svyazka.business.automation.triggers.visits import (
    AgreementSigned,
    CrewLate,
    SheetFinished,
    VisitBooked,
    VisitCancelled,
    VisitConfirmed,
    VisitDone,
    VisitMoved,
    VisitNotDone,
)
from svyazka.business.automation.triggers.work import QuestionAnswered, TaskDone, TaskOverdue

_OF_DEALS: tuple[Trigger, ...] = (
    EntersStage(), LeavesStage(), DealOpened(), DealWon(), DealLost(), TakenUpAgain(), FieldChanged(), Appointed(),
    HandedOn(), HandOffAccepted(), HandOffReturned(), TaskDone(), TaskOverdue(), QuestionAnswered(),
)  # fmt: skip
_OF_TALKS: tuple[Trigger, ...] = (FormCame(), MessageCame(), OfCategory(), NobodyAnswers(), CallMissed(), CallEnded())
_OF_VISITS: tuple[Trigger, ...] = (
    VisitBooked(), VisitMoved(), VisitConfirmed(), VisitDone(), VisitNotDone(), VisitCancelled(), CrewLate(),
    SheetFinished(), AgreementSigned(),
)  # fmt: skip
_OF_MONEY: tuple[Trigger, ...] = (PaymentIn(), InvoicePaid(), InvoiceOverdue(), DebtAbove())
_OF_CLIENTS: tuple[Trigger, ...] = (DuplicateFound(), FileAdded())
_OF_TIME: tuple[Trigger, ...] = (StaysAtStage(), NoContact(), DateOfField(), EveryMorning())
TRIGGERS: dict[str, Trigger] = {
    trigger.code: trigger for trigger in (*_OF_DEALS, *_OF_TALKS, *_OF_VISITS, *_OF_MONEY, *_OF_CLIENTS, *_OF_TIME)
}
