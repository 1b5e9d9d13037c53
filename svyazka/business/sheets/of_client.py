"""What is held of a client here: the forms that were filled in at his place."""

from __future__ import annotations

from svyazka.business.sheets.models import Sheet, SheetVersion
from svyazka.kit.held import held

HELD = (
    held(Sheet, "visit__client_id", "visit_id", "form__words", "answers", "beside", "at", "finished_at"),
    held(SheetVersion, "sheet__visit__client_id", "sheet_id", "number", "answers", "at"),
)
NOTHING = ("FormKind", "FormKind_visit_kinds", "FormVersion", "SheetSave")
