"""What nobody but people may move."""

from __future__ import annotations

from svyazka.business.visits.models import Visit
from svyazka.kit import clock


def has_begun(visit: Visit) -> bool:
    """Whoever has said that he will be late knows what he is at: that visit is his, too."""
    return visit.status != Visit.Status.PLANNED or visit.starts_at <= clock.now() or visit.late_minutes > 0


def stays(visit: Visit) -> bool:
    return has_begun(visit)
