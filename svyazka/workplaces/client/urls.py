from __future__ import annotations

from django.urls import path

from svyazka.workplaces.client import agreement, page, window

urlpatterns = [
    path("v/<str:token>/", page.visit, name="client_visit"),
    path("v/<str:token>/confirmation/", page.confirmation, name="client_confirmation"),
    path("v/<str:token>/time/", page.time, name="client_time"),
    path("v/<str:token>/cancellation/", page.cancellation, name="client_cancellation"),
    path("a/<str:token>/", agreement.agreement, name="client_agreement"),
    path("a/<str:token>/pdf/", agreement.pdf, name="client_agreement_pdf"),
    path("w/<str:token>/", window.window, name="client_window"),
    path("w/<str:token>/taking/", window.taking, name="client_window_taking"),
    path("w/<str:token>/removal/", window.removal, name="client_window_removal"),
]
