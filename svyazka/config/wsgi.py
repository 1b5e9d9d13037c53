from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from svyazka.config import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svyazka.config.settings")
application = get_wsgi_application()
memory.settle()
