from __future__ import annotations

from django.urls import path

from svyazka.workplaces.operator import call_list, call_page, calls, recordings

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
]
