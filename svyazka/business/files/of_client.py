"""What is held of a client here: files that people have put on him, his deals and his visits."""

from __future__ import annotations

from svyazka.business.files.models import KeptFile, Upload
from svyazka.kit.held import held

HELD = (
    held(KeptFile, "client_id", "deal_id", "visit_id", "name", "type", "size", "tag", "at", ours=("sha256", "stored")),
    held(Upload, "client_id", "deal_id", "visit_id", "name", "size", "at", ours=("mark", "reason")),
)
NOTHING = ("FileRules",)
