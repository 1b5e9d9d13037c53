"""What is switched on. Whatever differs between machines comes from the environment; see docs/how-to/settings.md."""

from __future__ import annotations

import os
from pathlib import Path

from svyazka.config import logs, storing
from svyazka.config.database import connection_settings, database_url
from svyazka.config.places import CHECKOUT, data_folder, secret_key
from svyazka.kit import proxies

DEBUG = False
TESTING = "PYTEST_VERSION" in os.environ
SECRET_KEY = secret_key()
ALLOWED_HOSTS = os.environ.get("SVYAZKA_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("SVYAZKA_ORIGINS", "").split(",") if origin]
HTTPS = any(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS)

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "svyazka.business.journal",
    "svyazka.business.staff",
    "svyazka.business.notices",
    "svyazka.business.places",
    "svyazka.business.clients",
    "svyazka.business.consents",
    "svyazka.business.sorting",
    "svyazka.business.calls",
    "svyazka.business.conversations",
    "svyazka.business.deals",
    "svyazka.business.catalogue",
    "svyazka.business.offers",
    "svyazka.business.money",
    "svyazka.business.visits",
    "svyazka.business.calendars",
    "svyazka.business.sheets",
    "svyazka.business.site_work",
    "svyazka.business.files",
    "svyazka.business.agreements",
    "svyazka.business.parameters",
    "svyazka.business.imports",
    "svyazka.business.moving_in",
    "svyazka.business.duplicates",
    "svyazka.business.inbox",
    "svyazka.business.intake",
    "svyazka.business.automation",
    "svyazka.business.problems",
    "svyazka.business.personal_data",
    "svyazka.business.company",
    "svyazka.workplaces.shared",
    "svyazka.workplaces.operator",
    "svyazka.workplaces.manager",
    "svyazka.workplaces.dispatcher",
    "svyazka.workplaces.controller",
    "svyazka.workplaces.field",
    "svyazka.workplaces.client",
    "svyazka.workplaces.office",
    "svyazka.workplaces.api",
    "svyazka.connectors.amocrm",
    "svyazka.connectors.asterisk",
    "svyazka.connectors.bitrix24",
    "svyazka.connectors.cloud_pbx",
    "svyazka.connectors.email",
    "svyazka.connectors.green_api",
    "svyazka.connectors.max",
    "svyazka.connectors.oktell",
    "svyazka.connectors.sms",
    "svyazka.connectors.telegram",
    "svyazka.connectors.wazzup",
    "svyazka.connectors.web_form",
    "svyazka.connectors.whatsapp",
    "svyazka.connectors.yookassa",
]

# What plugs in: the ledger's name of a connector → its module that reads arrivals.
CONNECTORS = {
    "web_form": "svyazka.connectors.web_form.read",
    "sms": "svyazka.connectors.sms.read",
    "telegram": "svyazka.connectors.telegram.read",
    "max": "svyazka.connectors.max.read",
    "email": "svyazka.connectors.email.read",
    "whatsapp": "svyazka.connectors.whatsapp.read",
    "wazzup": "svyazka.connectors.wazzup.read",
    "green_api": "svyazka.connectors.green_api.read",
    "asterisk": "svyazka.connectors.asterisk.read",
    "oktell": "svyazka.connectors.oktell.read",
    "mango": "svyazka.connectors.cloud_pbx.read",
    "uis": "svyazka.connectors.cloud_pbx.read",
    "zadarma": "svyazka.connectors.cloud_pbx.read",
    "sipuni": "svyazka.connectors.cloud_pbx.read",
    "megafon": "svyazka.connectors.cloud_pbx.read",
    "yookassa": "svyazka.connectors.yookassa.read",
}
# Ways to a person's devices: notices.Device.kind → class that fits notices.devices.Outlet.
NOTICE_OUTLETS = {"web_push": "svyazka.connectors.web_push.send.WebPush"}
# Messengers for notices: ChannelAccount.kind → class that fits notices.messengers.Messenger.
MESSENGERS = {"telegram": "svyazka.connectors.telegram.send.Telegram", "max": "svyazka.connectors.max.send.Max"}
# By what clients and we write to each other: a kind of channel account → class that fits conversations/channel.Channel.
CHANNELS: dict[str, str] = {
    "email": "svyazka.connectors.email.say.Mail",
    "max": "svyazka.connectors.max.send.Max",
    "whatsapp": "svyazka.connectors.whatsapp.send.WhatsApp",
    "wazzup": "svyazka.connectors.wazzup.send.Wazzup",
    "green_api": "svyazka.connectors.green_api.send.GreenApi",
    "telegram": "svyazka.connectors.telegram.send.Telegram",
    "sms": "svyazka.connectors.sms.send.Sms",
}
# Those of them that do not call us: a kind → class that fits intake/ear.Ear; `svyazka listen` runs it.
EARS: dict[str, str] = {
    "telegram": "svyazka.connectors.telegram.hear.Ear",
    "email": "svyazka.connectors.email.ear.Mails",
    "max": "svyazka.connectors.max.ear.Ear",
    "green_api": "svyazka.connectors.green_api.listen.Notifications",
}
# What an account's other side says of all that it has had for us: a kind → function that fits intake/counted_there.py.
COUNTED_THERE = {
    "email": "svyazka.connectors.email.count.count",
    "web_form": "svyazka.connectors.web_form.count.count",
    "telegram": "svyazka.connectors.telegram.count.count",
    "max": "svyazka.connectors.max.count.count",
    "wazzup": "svyazka.connectors.wazzup.count.count",
    "green_api": "svyazka.connectors.green_api.count.count",
}
# By what clients are written to, the first that leads there: a way → class that fits client_channel.ClientChannel.
# E-mail comes first: it takes files and appointments.
CLIENT_CHANNELS = {
    "email": "svyazka.connectors.email.send.Email",
    "max": "svyazka.connectors.max.send.ToClients",
    "telegram": "svyazka.connectors.telegram.send.ToClients",
    # Last of all, and only by an account that is switched on for it: it costs.
    "sms": "svyazka.connectors.sms.send.ToClients",
}
# What does not get to a client goes by the next of these that leads to him, until a company has set its own order.
OTHER_WAYS = ["max", "sms", "email"]
# Where people find us; a link in a messenger leads there. Empty: such messages come without a link.
ADDRESS = next((origin.rstrip("/") for origin in CSRF_TRUSTED_ORIGINS), "")
# The makers' services that pass letters on to their browsers; we write to no other address.
PUSH_SERVICES = (
    os.environ.get("SVYAZKA_PUSH_SERVICES")
    or "fcm.googleapis.com,push.services.mozilla.com,push.apple.com,notify.windows.com,push.yandex.ru"
).split(",")
# Where such a service turns to if we are a nuisance: mailto: or https:
PUSH_CONTACT = os.environ.get("SVYAZKA_PUSH_CONTACT") or next(
    (origin for origin in CSRF_TRUSTED_ORIGINS if origin.startswith("https://")), "mailto:administrator@localhost"
)
# What can be done on a phone without signal: a room's tuple of visits.on_site.kinds.Kind.
ACTIONS_OF_PHONES = [
    "svyazka.business.visits.on_site.usual.KINDS",
    "svyazka.business.visits.on_site.at_work.KINDS",
    "svyazka.business.visits.on_site.own.KINDS",
    "svyazka.business.visits.on_site.near.KINDS",
    "svyazka.business.visits.on_site.drawn.KINDS",
    "svyazka.business.sheets.on_site.KINDS",
    "svyazka.business.site_work.on_site.KINDS",
    "svyazka.business.agreements.on_site.KINDS",
]
# Telephone systems that `svyazka listen` connects to: Pbx.driver → class that fits calls.phone_system.PhoneSystem.
PHONE_SYSTEMS = {
    "asterisk": "svyazka.connectors.asterisk.driver.Asterisk",
    "oktell": "svyazka.connectors.oktell.driver.Oktell",
    "mango": "svyazka.connectors.cloud_pbx.driver.Mango",
    "uis": "svyazka.connectors.cloud_pbx.driver.Uis",
    "zadarma": "svyazka.connectors.cloud_pbx.driver.Zadarma",
    "sipuni": "svyazka.connectors.cloud_pbx.driver.Sipuni",
    "megafon": "svyazka.connectors.cloud_pbx.driver.Megafon",
}
# Where a driver writes the raw messages of its PBX, while an administrator has that switched on.
PHONE_FRAMES = data_folder() / "frames"
# How recordings come here: Pbx.driver → class that fits calls.recordings.source.RecordingSource; “link”: all others.
RECORDING_SOURCES = {
    "asterisk": "svyazka.connectors.asterisk.recordings.Recordings",
    "oktell": "svyazka.connectors.oktell.recordings.Recordings",
    "mango": "svyazka.connectors.cloud_pbx.recordings.Mango",
    "zadarma": "svyazka.connectors.cloud_pbx.recordings.Zadarma",
    "link": "svyazka.connectors.recording_link.fetch.Link",
}
# Who knows where an address lies: places.Service.kind → class that fits places.geocoder.Geocoder.
GEOCODERS = {
    "dadata": "svyazka.connectors.dadata.geocode.DaData",
    "nominatim": "svyazka.connectors.nominatim.geocode.Nominatim",
}
# What a company moves over from: a code → class that fits moving_in.system.System.
FOREIGN_SYSTEMS = {
    "amocrm": "svyazka.connectors.amocrm.read.AmoCrm",
    "bitrix24": "svyazka.connectors.bitrix24.read.Bitrix24",
}
# Of those, what stands in the company's own network: nothing else there is asked.
MOVING_SERVERS = [host for host in os.environ.get("SVYAZKA_MOVING_SERVERS", "").split(",") if host]
# What rules may call in it, also without TLS: nothing else there is called.
WEBHOOK_SERVERS = [host for host in os.environ.get("SVYAZKA_WEBHOOK_SERVERS", "").split(",") if host]
# Who knows how long the way takes: places.Service.kind → class that fits places.travel_source.TravelSource.
TRAVEL_SOURCES = {
    "osrm": "svyazka.connectors.osrm.table.Osrm",
    "valhalla": "svyazka.connectors.valhalla.matrix.Valhalla",
}

# In which a bank writes what came to our accounts: a format → function that fits money/statement_file.Reader.
STATEMENT_FORMATS = {"client_bank": "svyazka.connectors.client_bank.read.read"}

# Who takes money online: PaymentAccount.kind → class that fits money/payment_service.PaymentService.
PAYMENT_SERVICES = {"yookassa": "svyazka.connectors.yookassa.service.YooKassa"}

MIDDLEWARE = [
    "svyazka.config.health.CountingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "svyazka.workplaces.shared.who.PersonMiddleware",
    "svyazka.workplaces.shared.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "svyazka.workplaces.shared.safety.SafetyMiddleware",
]

ROOT_URLCONF = "svyazka.config.urls"
WSGI_APPLICATION = "svyazka.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "svyazka.workplaces.shared.shell.shell",
            ],
            "builtins": ["django.templatetags.i18n", "svyazka.workplaces.shared.templatetags.svyazka"],
        },
    },
    {
        # For the few fragments that stand on a page hundreds of times: three to eight times quicker.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [CHECKOUT / "svyazka" / "workplaces" / "manager" / "fragments"],
        "OPTIONS": {"environment": "svyazka.workplaces.shared.fragments.environment"},
    },
]

DATABASE_URL = database_url()
# Listeners and the bell must not go through a pooler in transaction mode: it swallows LISTEN.
DATABASE_DIRECT_URL = os.environ.get("DATABASE_DIRECT_URL", DATABASE_URL)
DATABASES = {"default": connection_settings(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "staff.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["login", "full_name"]},
    },
]
LOGIN_URL = "/login/"

SESSION_ENGINE = "svyazka.business.staff.sessions"
SESSION_COOKIE_NAME = "svyazka_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "svyazka_csrf"
CSRF_FAILURE_VIEW = "svyazka.workplaces.shared.refusals.forged"
SECURE_REFERRER_POLICY = "same-origin"
# Beside those on this machine: whose word on where a request comes from is believed.
PROXIES = proxies.named(os.environ.get("SVYAZKA_PROXIES", ""))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "svyazka_language"
LOCALE_PATHS = [CHECKOUT / "svyazka" / "workplaces" / "shared" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("SVYAZKA_TIME_ZONE", "Europe/Moscow")

STATIC_URL = "/static/"
STATIC_ROOT = CHECKOUT / "build" / "static"
# By `svyazka collect`, small and under names that carry their hash. Tests read our own files as they stand.
STATIC_IS_GATHERED = (STATIC_ROOT / "staticfiles.json").exists() and not TESTING
# Many gigabytes: apart from the other files, so that they may lie on another disk. Not part of a backup.
RECORDINGS_ROOT = Path(os.environ.get("SVYAZKA_RECORDINGS", data_folder() / "recordings"))
MEDIA_ROOT = Path(os.environ.get("SVYAZKA_FILES", data_folder() / "files"))
# What clients and we send each other; there it goes into backups.
ATTACHMENTS_ROOT = Path(os.environ.get("SVYAZKA_ATTACHMENTS", MEDIA_ROOT / "attachments"))
LARGEST_ATTACHMENT = int(os.environ.get("SVYAZKA_LARGEST_ATTACHMENT", str(50 * 1024 * 1024)))  # bytes
# What people put on deals, clients and visits.
KEPT_ROOT = Path(os.environ.get("SVYAZKA_KEPT", MEDIA_ROOT / "kept"))
# Where they lie as folders; with a bucket of S3, its parts are called so.
FILE_FOLDERS = {
    "files": KEPT_ROOT,
    "attachments": ATTACHMENTS_ROOT,
    "recordings": RECORDINGS_ROOT,
    "default": MEDIA_ROOT,
}
# Pictures of clients' homes: for the account the house runs under, not for everybody on the machine.
STORAGES = {
    **storing.stores({**FILE_FOLDERS, "default": None}),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_IS_GATHERED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING
# Else every browser of the tests reads all static files anew: 40 to 80 ms each.
WHITENOISE_AUTOREFRESH = TESTING
# Where an address leads to; {address} takes its place.
MAP_LINK = os.environ.get("SVYAZKA_MAP_LINK", "https://yandex.ru/maps/?text={address}")
# Who has been erased, by number: beside the database, so that no restore brings anybody back.
ERASED_LIST = Path(os.environ.get("SVYAZKA_ERASED", data_folder() / "erased.jsonl"))

# 25 and 40 are the framework's SUCCESS and ERROR; the words are those of the design system.
MESSAGE_TAGS = {25: "good", 40: "bad"}
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
LOGGING_CONFIG = None
logs.set_up()
