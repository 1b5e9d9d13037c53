from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "svyazka.business.offers"
    label = "offers"
