from django.apps import AppConfig


class ControllerConfig(AppConfig):
    name = "svyazka.workplaces.controller"
    label = "controller_workplace"
