from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "svyazka.business.money"
    label = "money"
