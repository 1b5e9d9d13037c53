import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings

_CHORES = """
import os, django
from svyazka.config import giving_way
django.setup()
giving_way.give_way()
from django.db import connection
connection.ensure_connection()
print(os.getpriority(os.PRIO_PROCESS, 0), os.getpriority(os.PRIO_PROCESS, connection.connection.info.backend_pid))
"""


@pytest.mark.django_db
def test_what_can_wait_gives_way_and_so_does_its_session_in_the_database():
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_DIRECT_URL}
    done = subprocess.run([sys.executable, "-c", _CHORES], env=environment, capture_output=True, text=True, check=True)
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as ours:
        usual = os.getpriority(os.PRIO_PROCESS, ours.info.backend_pid)
    us, session = map(int, done.stdout.split())
    assert us > os.getpriority(os.PRIO_PROCESS, 0)
    assert session > usual
