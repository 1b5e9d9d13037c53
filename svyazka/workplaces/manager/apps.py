from django.apps import AppConfig


class ManagerConfig(AppConfig):
    name = "svyazka.workplaces.manager"
    label = "manager_workplace"
