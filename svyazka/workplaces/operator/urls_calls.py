from __future__ import annotations

from django.urls import path

from svyazka.workplaces.operator import call_list, calls

urlpatterns = [
    path("", call_list.call_list, name="calls"),
    path("mine/", calls.calls_mine, name="calls_mine"),
    path("<int:call_id>/card/", calls.call_card, name="call_card"),
    path("<int:call_id>/request/", calls.call_request, name="call_request"),
]
