"""What is stored of answering clients: threads and how they are answered, and to whom they go."""

from svyazka.business.inbox.models.routes import Routed, RouteRule
from svyazka.business.inbox.models.threads import AnswerRules, FallenBack, Habit, QuickReply, Thread, usual_ways

__all__ = ["AnswerRules", "FallenBack", "Habit", "QuickReply", "RouteRule", "Routed", "Thread", "usual_ways"]
