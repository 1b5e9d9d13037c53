from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "svyazka.business.automation"
    label = "automation"
