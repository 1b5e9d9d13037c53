from django.apps import AppConfig


class CompanyConfig(AppConfig):
    name = "svyazka.business.company"
    label = "company"
