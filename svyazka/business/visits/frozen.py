"""What nobody but people may move."""

from __future__ import annotations

from svyazka.business.visits.models import Visit
from svyazka.kit import clock


def has_begun(visit: Visit) -> bool:
    """Whoever has said that he will be late knows what he is at: that visit is his, too. What lacks somebody cannot."""
    if visit.status != Visit.Status.PLANNED or visit.late_minutes > 0:
        return True
    return visit.starts_at <= clock.now() and not visit.is_orphaned


def stays(visit: Visit) -> bool:
    """Somebody has said so, or is there."""
    return visit.locked_at is not None or has_begun(visit)
