from __future__ import annotations

from django.urls import path

from svyazka.workplaces.manager import board, changing, deal, handing, moving, questions, table, tasks

urlpatterns = [
    path("deals/", board.board, name="board"),
    path("pipelines/<slug:code>/", board.board, name="board_of"),
    path("stages/<int:stage_id>/deals/", board.column, name="column"),
    path("deals/list/", table.deals, name="deals"),
    path("deals/<int:pk>/", deal.deal, name="deal"),
    path("deals/<int:pk>/card/", board.card, name="deal_card"),
    path("deals/<int:pk>/parts/", deal.deal_parts, name="deal_parts"),
    path("deals/<int:pk>/history/", deal.deal_history, name="deal_history"),
    path("deals/<int:pk>/stage/", moving.stage, name="deal_stage"),
    path("deals/<int:pk>/fields/", changing.fields, name="deal_fields"),
    path("deals/<int:pk>/responsible/", changing.responsible, name="deal_responsible"),
    path("deals/<int:pk>/notes/", changing.notes, name="deal_notes"),
    path("deals/<int:pk>/tasks/", tasks.of_deal, name="deal_tasks"),
    path("tasks/", tasks.own, name="own_tasks"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/completion/", tasks.completion, name="task_completion"),
    path("tasks/<int:pk>/return/", tasks.taking_back, name="task_return"),
    path("tasks/<int:pk>/snooze/", tasks.snooze, name="task_snooze"),
    path("tasks/<int:pk>/removal/", tasks.removal, name="task_removal"),
    path("tasks/<int:pk>/checklist/", tasks.checklist, name="task_checklist"),
    path("deals/<int:pk>/acceptance/", handing.acceptance, name="deal_acceptance"),
    path("deals/<int:pk>/return/", handing.give_back, name="deal_return"),
    path("deals/<int:pk>/answer_undoing/", handing.answer_undoing, name="deal_answer_undoing"),
    path("deals/<int:pk>/taking_over/", handing.taking_over, name="deal_taking_over"),
    path("deals/<int:pk>/questions/", questions.deal_questions, name="deal_questions"),
    path("questions/<int:pk>/answer/", questions.question_answer, name="question_answer"),
    path("questions/<int:pk>/withdrawal/", questions.question_withdrawal, name="question_withdrawal"),
    path("questions/<int:pk>/reminder/", questions.question_reminder, name="question_reminder"),
    path("questions/<int:pk>/people/", questions.question_people, name="question_people"),
    path("questions/<int:pk>/release/", questions.question_release, name="question_release"),
    path("colleagues/", questions.colleagues, name="colleagues"),
]
