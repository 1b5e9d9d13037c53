from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "svyazka.business.catalogue"
    label = "catalogue"
