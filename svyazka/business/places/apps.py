from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "svyazka.business.places"
    label = "places"
