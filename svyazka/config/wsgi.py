from __future__ import annotations

import os
import sys

from django.core.wsgi import get_wsgi_application

from svyazka.config import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svyazka.config.settings")
# A thread that draws a long page leaves the interpreter to one that is done in a moment.
sys.setswitchinterval(0.001)
application = get_wsgi_application()
memory.settle()
