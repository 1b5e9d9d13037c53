from django.apps import AppConfig


class SiteWorkConfig(AppConfig):
    name = "svyazka.business.site_work"
    label = "site_work"
