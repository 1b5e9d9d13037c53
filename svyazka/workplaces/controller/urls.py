from __future__ import annotations

from django.urls import path

from svyazka.workplaces.controller import (
    counters,
    hand_offs,
    payments,
    problems,
    solving,
    statements,
    wallboard,
    wallboard_days,
)

urlpatterns = [
    path("wallboard/", wallboard.wallboard, name="wallboard"),
    path("wallboard/wall/", wallboard.wall, name="wallboard_wall"),
    path("wallboard/now/", wallboard.now, name="wallboard_now"),
    path("wallboard/days/", wallboard_days.days, name="wallboard_days"),
    path("wallboard/days/file/", wallboard_days.days_file, name="wallboard_days_file"),
    path("wallboard/of/<int:pk>/break-ending/", wallboard.break_ending, name="wallboard_break_ending"),
    path("payments/", payments.payments, name="payments"),
    path("payments/file/", payments.payments_file, name="payments_file"),
    path("payments/<uuid:payment_id>/correction/", payments.correction, name="payment_correction"),
    path("money/statements/", statements.statements_page, name="statements"),
    path("money/statements/rules/", statements.rules, name="statement_rules"),
    path("money/statements/<int:pk>/", statements.statement, name="statement"),
    path("money/statements/<int:pk>/undoing/", statements.undoing, name="statement_undoing"),
    path("money/statements/documents/<int:pk>/entry/", statements.entry, name="bank_document_entry"),
    path("money/statements/documents/<int:pk>/leaving/", statements.leaving, name="bank_document_leaving"),
    path("money/statements/documents/<int:pk>/taking-back/", statements.taking_back, name="bank_document_taking_back"),
    path("money/statements/documents/<int:pk>/clients/", statements.clients, name="bank_document_clients"),
    path("problems/", problems.problems, name="problems"),
    path("problems/people/", counters.people, name="problems_people"),
    path("problems/morning/", counters.morning, name="problems_morning"),
    path("problems/count/", counters.own, name="problems_own"),
    path("problems/hand-offs/", hand_offs.hand_offs, name="hand_offs"),
    path("problems/hand-offs/waiting/", hand_offs.waiting, name="hand_offs_waiting"),
    path("problems/steps/", solving.steps, name="problems_steps"),
    path("problems/responsible/", solving.responsible, name="problems_responsible"),
]
