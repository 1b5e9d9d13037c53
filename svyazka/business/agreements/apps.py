from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "svyazka.business.agreements"
    label = "agreements"
