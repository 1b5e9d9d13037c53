from django.apps import AppConfig


class MovingInConfig(AppConfig):
    name = "svyazka.business.moving_in"
    label = "moving_in"
