from django.apps import AppConfig


class CloudPbxConfig(AppConfig):
    name = "svyazka.connectors.cloud_pbx"
