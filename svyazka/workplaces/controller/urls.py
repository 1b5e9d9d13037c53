from __future__ import annotations

from django.urls import path

from svyazka.workplaces.controller import counters, problems, solving

urlpatterns = [
    path("problems/", problems.problems, name="problems"),
    path("problems/people/", counters.people, name="problems_people"),
    path("problems/morning/", counters.morning, name="problems_morning"),
    path("problems/count/", counters.own, name="problems_own"),
    path("problems/steps/", solving.steps, name="problems_steps"),
    path("problems/responsible/", solving.responsible, name="problems_responsible"),
]
