from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
handler400 = "svyazka.workplaces.shared.refusals.bad"
handler403 = "svyazka.workplaces.shared.refusals.forbidden"
handler404 = "svyazka.workplaces.shared.refusals.not_found"
handler500 = "svyazka.workplaces.shared.refusals.broken"
