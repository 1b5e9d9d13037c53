"""Web push judged by another hand: the npm package web-push-testing plays the browser's maker, over a real socket. It
believes only our signature, decrypts what was sent, and says that a subscription is gone."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from svyazka.business.notices import sending
from svyazka.business.notices.models import Device, Notice
from svyazka.business.notices.tell import tell
from svyazka.connectors.web_push.send import WebPush
from svyazka.workplaces.shared import push

HERE = Path(__file__).parent / "push_service"
NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.prefix) / "bin"))
# On this machine alone: by itself it would listen to the whole net.
SERVER = """
const Server = require("web-push-testing/src/server");
const { PushApiModel } = require("web-push-testing/src/PushApiModel");
const server = new Server(new PushApiModel(), Number(process.argv[1]));
const listen = server._app.listen.bind(server._app);
server._app.listen = (port, done) => listen(port, "127.0.0.1", done);
server.startServer();
"""

pytestmark = pytest.mark.skipif(
    NODE is None or not (HERE / "node_modules").exists(), reason="make setup-tests fetches the push service"
)


class PushService:
    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"

    def subscribe(self) -> dict[str, Any]:
        given = {"userVisibleOnly": "true", "applicationServerKey": WebPush().key()}
        return self._ask("subscribe", given)

    def notifications(self, subscription: dict[str, Any]) -> list[dict[str, Any]]:
        found = self._ask("get-notifications", {"clientHash": subscription["clientHash"]})
        return [json.loads(one) for one in found["messages"]]

    def expire(self, subscription: dict[str, Any]) -> None:
        requests.post(f"{self.url}/expire-subscription/{subscription['clientHash']}", timeout=10).raise_for_status()

    def _ask(self, what: str, given: dict[str, str]) -> Any:
        answer = requests.post(f"{self.url}/{what}", json=given, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@pytest.fixture
def service(settings) -> Iterator[PushService]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([str(NODE), "-e", SERVER, str(port)], cwd=HERE, stdout=subprocess.DEVNULL)
    made = PushService(port)
    settings.PUSH_SERVICES = [made.url]
    deadline = time.monotonic() + 60
    while not _answers(made.url):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.1)
    yield made
    process.terminate()
    process.wait(10)


def _answers(url: str) -> bool:
    try:
        return requests.post(f"{url}/status", timeout=1).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture
def subscription(service, mikhail, enter):
    """Mikhail's browser has subscribed, and told the house on his page."""
    made = service.subscribe()
    given = {"endpoint": made["endpoint"], "key": made["keys"]["p256dh"], "auth": made["keys"]["auth"]}
    assert enter(mikhail).post("/account/devices/", given).status_code == 204
    return made


def test_what_arrives_is_what_the_house_has_written(service, subscription, mikhail, konstantin):
    (notice,) = tell([mikhail.pk], "question.asked", by=konstantin, deal_id=17)
    sending.send_due(push.write)
    (letter,) = service.notifications(subscription)
    assert letter == {
        "title": "Вам задали вопрос",
        "text": "Сделка № 17",
        "url": f"/notices/{notice.pk}/",
        "tag": f"notice-{notice.pk}",
    }
    notice.refresh_from_db()
    assert (notice.sent_by, notice.try_at) == ("device", None)


def test_a_subscription_that_has_ended_is_deleted(service, subscription, mikhail, konstantin):
    service.expire(subscription)
    tell([mikhail.pk], "question.asked", by=konstantin, deal_id=17)
    sending.send_due(push.write)
    assert not Device.objects.exists()
    assert Notice.objects.get().try_at is None


def test_a_notice_for_trial_arrives(service, subscription, mikhail, enter):
    assert enter(mikhail).post("/account/devices/trial/").status_code == 302
    sending.send_due(push.write)
    (letter,) = service.notifications(subscription)
    assert letter["title"] == "Пробное уведомление дошло"
