import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings

from svyazka.config import giving_way

_CHORES = """
import os, django
from svyazka.config import giving_way
django.setup()
giving_way.give_way()
from django.db import connection
connection.ensure_connection()
session = connection.connection.info.backend_pid
print(os.getpriority(os.PRIO_PROCESS, 0), os.getpriority(os.PRIO_PROCESS, session))
print(os.sched_getscheduler(0), os.sched_getscheduler(session))
for process in (os.getpid(), session):
    print(*(open(f"/proc/{process}/autogroup").read().split()[-1:] if os.path.exists("/proc/self/autogroup") else ()))
"""


@pytest.mark.django_db
def test_what_can_wait_gives_way_and_so_does_its_session_in_the_database():
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_DIRECT_URL}
    command = [sys.executable, "-c", _CHORES]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, start_new_session=True)
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as ours:
        usual = os.getpriority(os.PRIO_PROCESS, ours.info.backend_pid)
    us, session, *policies_and_sessions = map(int, done.stdout.split())
    policies, of_whole_sessions = policies_and_sessions[:2], policies_and_sessions[2:]
    has_share = giving_way._sessions_count()
    assert us > os.getpriority(os.PRIO_PROCESS, 0)
    assert session > usual
    assert policies == [os.SCHED_IDLE if has_share else os.SCHED_OTHER] * 2
    if has_share:
        assert of_whole_sessions == [giving_way.NICENESS] * 2
