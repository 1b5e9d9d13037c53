"""What is held of a client here: his deals, and what people had to do and asked each other about them."""

from __future__ import annotations

from svyazka.business.deals.models import Asked, Deal, FirstContact, HandOff, Question, RingBack, Task
from svyazka.kit.held import held

HELD = (
    held(
        Deal,
        "client_id",
        "id",
        "pipeline__words",
        "stage__words",
        "source__words",
        "address",
        "amount",
        "facts",
        "origin",
        "opened_at",
        "closed_at",
        "loss_reason__words",
        "next_step",
    ),
    held(Task, "deal__client_id", "deal_id", "what", "checklist", "due_at", "done_at", "result", ours=("repeat",)),
    held(Question, "deal__client_id", "deal_id", "text", "asked_at", "closed_at"),
    held(Asked, "question__deal__client_id", "question_id", "answer", "answered_at"),
    held(HandOff, "deal__client_id", "deal_id", "handed_at", "reason", "carried"),
    held(RingBack, "client_id", "first_missed_at", "last_missed_at", "times", "reached_at"),
    held(FirstContact, "deal__client_id", "asked_at", "reached_at"),
)
# How the company works, and what is made out of these.
NOTHING = (
    "Pipeline",
    "PipelineVersion",
    "Stage",
    "HandOffRule",
    "DistributionRule",
    "Turn",
    "Load",
    "LossReason",
    "Field",
    "FactKey",
    "CallingHold",
    "MissedCall",
)
