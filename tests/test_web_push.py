"""Web push judged by another hand: the npm package web-push-testing plays the browser's maker, over a real socket. It
checks the signature, decrypts what was sent, and says that a subscription is gone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

HERE = Path(__file__).parent / "push_service"
SERVER = HERE / "node_modules" / "web-push-testing"
NODE = shutil.which("node") or shutil.which("node", path=str(Path(os.sys.prefix) / "bin"))
