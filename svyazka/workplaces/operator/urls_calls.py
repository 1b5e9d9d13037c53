from __future__ import annotations

from django.urls import path

from svyazka.workplaces.operator import call_commands, call_list, call_page, calls, dialling, do_not_call, recordings

urlpatterns = [
    path("", call_list.call_list, name="calls"),
    path("mine/", calls.calls_mine, name="calls_mine"),
    path("<int:call_id>/", call_page.call, name="call"),
    path("<int:call_id>/recording/", recordings.recording, name="recording"),
    path("<int:call_id>/recording/keeping/", recordings.recording_keeping, name="recording_keeping"),
    path("<int:call_id>/recording/release/", recordings.recording_release, name="recording_release"),
    path("<int:call_id>/recording/files/<int:recording_id>/", recordings.recording_file, name="recording_file"),
    path("<int:call_id>/listenings/", recordings.listenings, name="listenings"),
    path("<int:call_id>/listenings/<int:listening_id>/sounds/<int:recording_id>/", recordings.sound, name="sound"),
    path("<int:call_id>/card/", calls.call_card, name="call_card"),
    path("<int:call_id>/request/", calls.call_request, name="call_request"),
    path("<int:call_id>/commands/", call_commands.call_commands, name="call_commands"),
    path("<int:call_id>/colleagues/", call_commands.call_colleagues, name="call_colleagues"),
    path("<int:call_id>/tasks/", call_commands.call_tasks, name="call_tasks"),
    path("<int:call_id>/tasks/<int:task_id>/removal/", call_commands.call_task_removal, name="call_task_removal"),
    path("out/", dialling.calls_out, name="calls_out"),
    path("out/<int:command_id>/", dialling.call_out, name="call_out"),
    path("out/<int:command_id>/end/", dialling.call_out_end, name="call_out_end"),
    path("do-not-call/", do_not_call.do_not_call, name="do_not_call"),
    path("do-not-call/removal/", do_not_call.do_not_call_removal, name="do_not_call_removal"),
]
