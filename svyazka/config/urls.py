from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("svyazka.config.health")),
    path("", include("svyazka.workplaces.shared.urls")),
    path("", include("svyazka.workplaces.operator.urls")),
    path("calls/", include("svyazka.workplaces.operator.urls_calls")),
    path("", include("svyazka.workplaces.manager.urls")),
    path("", include("svyazka.workplaces.dispatcher.urls")),
    path("", include("svyazka.workplaces.controller.urls")),
    path("", include("svyazka.workplaces.client.urls")),
    path("field/", include("svyazka.workplaces.field.urls")),
    path("api/v1/", include("svyazka.workplaces.api.urls")),
    path("office/", include("svyazka.workplaces.office.urls")),
]
handler400 = "svyazka.workplaces.shared.refusals.bad"
handler403 = "svyazka.workplaces.shared.refusals.forbidden"
handler404 = "svyazka.workplaces.shared.refusals.not_found"
handler500 = "svyazka.workplaces.shared.refusals.broken"
