"""What is stored of deals: the paths they take, what is known of them, what somebody has to do."""

from svyazka.business.deals.models.deal import Deal, HandOff
from svyazka.business.deals.models.field import FactKey, Field
from svyazka.business.deals.models.path import (
    Appointing,
    DistributionRule,
    HandOffRule,
    Load,
    LossReason,
    Pipeline,
    PipelineVersion,
    Stage,
    Turn,
)
from svyazka.business.deals.models.reaching import FirstContact, MissedCall, RingBack
from svyazka.business.deals.models.work import Asked, CallingHold, Question, Task

__all__ = [
    "Appointing",
    "Asked",
    "CallingHold",
    "Deal",
    "DistributionRule",
    "FactKey",
    "Field",
    "FirstContact",
    "HandOff",
    "HandOffRule",
    "Load",
    "LossReason",
    "MissedCall",
    "Pipeline",
    "PipelineVersion",
    "Question",
    "RingBack",
    "Stage",
    "Task",
    "Turn",
]
