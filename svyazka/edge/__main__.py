from __future__ import annotations

import os

from svyazka.edge.server import run

run(os.environ.get("SVYAZKA_HOST", "127.0.0.1"), int(os.environ.get("SVYAZKA_PORT", "8000")))
