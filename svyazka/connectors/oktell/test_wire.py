"""How we get in, what is understood on the wire, and what is written of it."""

import asyncio
import hashlib
import json
import os
import ssl
import stat
from datetime import timedelta
from pathlib import Path

import aiohttp
import hypothesis.strategies as st
import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given

from svyazka.business.calls.phone_system import Link
from svyazka.connectors.oktell import wire
from svyazka.connectors.oktell.conftest import (
    CLIENT,
    OLGA,
    QUICK,
    all_over,
    an_oktell,
    listening,
    settled,
    until,
    up,
)
from svyazka.connectors.oktell.frames import Joiner, NotOktell, compose, in_pieces, parse, scrambled
from svyazka.connectors.oktell.raw_log import RawLog
from svyazka.kit import clock


@pytest.fixture(autouse=True)
def _company(transactional_db, windows):
    """Rows are written on another connection, so the world must be committed."""


def first_link(peer, *, times=QUICK, ssl_context=None, **options):
    async def story():
        async with peer.serving(ssl=ssl_context) as port, listening(port, times=times, **options) as driver:
            await until(lambda: driver.links)
            return driver.links[0]

    return asyncio.run(story())


@pytest.mark.parametrize("way", ["basic", "digest"])
@pytest.mark.parametrize(("secret", "link"), [("тайна", Link(True)), ("other", Link(False, "wrong_secret"))])
def test_the_web_server_lets_in_whoever_knows_the_secret(way, secret, link):
    peer = an_oktell(credentials=(way, "crm", "тайна"))
    assert first_link(peer, login="crm", secret=secret, http_login=way) == link


def test_whoever_has_no_login_is_not_let_in():
    assert first_link(an_oktell(credentials=("basic", "crm", "тайна"))) == Link(False, "wrong_secret")
    given = {"login": "crm", "secret": "тайна", "http_login": "none"}
    assert first_link(an_oktell(credentials=("basic", "crm", "тайна")), **given) == Link(False, "wrong_secret")


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ("already in", "already_in"),
        ("licence", "licence_full"),
        ("not ready", "not_ready"),
        ("wrong", "wrong_secret"),
        ("session", "wrong_secret"),
        ("", ""),
    ],
)
def test_a_log_in_as_a_user(fault, trouble):
    peer = an_oktell(passwords={"olga": "Пароль1"})
    peer.faults.log_in = fault
    link = first_link(peer, login="olga", secret="Пароль1", http_login="none", handshake="user")
    assert link == Link(not trouble, trouble)


def test_a_password_is_scrambled_as_the_vendors_client_does_it():
    def md5(text):
        return hashlib.md5(text).hexdigest()

    assert scrambled("Secret1") == (md5(b"Secret1"), md5(b"secret1"))
    assert scrambled("Ёж-é") == (md5(b"\xa8\xe6-"), md5(b"\xb8\xe6-"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    key, now = ec.generate_private_key(ec.SECP256R1()), clock.now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "oktell")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, SHA256())
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(plain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(("check", "link"), [("any", Link(True)), ("checked", Link(False, "unreachable"))])
def test_a_certificate_of_its_own_making(certificate, check, link):
    assert first_link(an_oktell(), ssl_context=certificate, tls="on", certificate=check) == link


def test_a_server_that_wants_encryption_sends_us_there(certificate, monkeypatch):
    async def story():
        plain, secure = an_oktell(), an_oktell()
        plain.faults.redirects = True
        async with secure.serving(ssl=certificate) as secure_port, plain.serving() as port:
            monkeypatch.setattr(wire, "SECURE_PORT", secure_port)
            async with listening(port, certificate="any") as driver:
                await up(driver)
                return driver.links, [name for name, _body in plain.heard]

    assert asyncio.run(story()) == ([Link(True)], ["ping"])


def test_a_server_that_sends_us_round_in_a_circle_is_left_alone_for_a_while(certificate):
    around = an_oktell()
    around.faults.redirects = True
    link = first_link(around, ssl_context=certificate, tls="on", certificate="any")
    assert link == Link(is_up=False, trouble="not_understood")


def test_long_messages_come_in_pieces():
    """The list of all users is longer than what this server sends at once."""

    async def story():
        peer = an_oktell(longest=64)
        async with peer.serving() as port, listening(port) as driver:
            await up(driver)
            return driver.directory.user_at("201"), driver.breaks

    user, breaks = asyncio.run(story())
    assert (bool(user), breaks) == (True, {"обед": 3, "чай": 4})


TEXTS = st.text(max_size=60)


@given(st.dictionaries(TEXTS, TEXTS, max_size=5), st.integers(4, 200).map(lambda n: n // 4 * 4), st.randoms())
def test_pieces_in_any_order_are_the_message(body, longest, chance):
    pieces = list(in_pieces(compose("some", body), longest=longest, name="1"))
    chance.shuffle(pieces)
    joiner = Joiner()
    whole = [frame for piece in pieces if (frame := joiner.feed(parse(piece)))]
    assert [(frame.name, frame.body) for frame in whole] == [("some", body)]
    assert joiner.pieces == {}


@pytest.mark.parametrize("text", ["", "{}", "[]", '["a"]', '["a",1]', "[1,{}]", "nonsense", '["a",{},3]'])
def test_what_is_no_message(text):
    with pytest.raises(NotOktell):
        parse(text)


@pytest.mark.parametrize("body", [{}, {"packetnumber": 0, "packetcount": 2, "content": "é"}, {"packetnumber": "x"}])
def test_what_is_no_piece(body):
    with pytest.raises(NotOktell):
        Joiner().feed(parse(compose("multipart", body)))


def test_a_server_whose_pieces_never_end_is_left():
    joiner = Joiner()
    pieces = ({"message-id": "1", "packetnumber": n, "packetcount": 10**9, "content": ""} for n in range(10_000))
    with pytest.raises(NotOktell):
        all(joiner.feed(parse(compose("multipart", piece))) is None for piece in pieces)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"SSH-2.0-OpenSSH_9.2\r\n", b""])
def test_something_else_at_this_address(answer):
    async def greet(reader, writer):
        await reader.read(1024)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def story():
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        async with server, listening(server.sockets[0].getsockname()[1]) as driver:
            await until(lambda: driver.links)
            return driver.links[0]

    assert asyncio.run(story()).trouble in ("not_understood", "unreachable")


@pytest.mark.parametrize("text", ["nonsense", '["iam"]'])
def test_a_web_socket_that_is_no_oktell(text):
    async def chatter(socket):
        await socket.send(text)
        await socket.wait_closed()

    async def story():
        server = websockets.serve(chatter, "127.0.0.1", 0, subprotocols=["json"])
        async with server as serving, listening(serving.sockets[0].getsockname()[1]) as driver:
            await until(lambda: driver.links)
            return driver.links[0]

    assert asyncio.run(story()) == Link(False, "not_understood")


def test_another_crm_is_no_oktell():
    async def say_iam(socket):
        async for text in socket:
            name, body = json.loads(text)
            answer = {"ping": "pong", "whoareyou": "iam"}.get(name)
            await socket.send(json.dumps([answer, {"qid": body["qid"], "type": "ws-server"}]))

    async def story():
        server = websockets.serve(say_iam, "127.0.0.1", 0, subprotocols=["json"])
        async with server as serving, listening(serving.sockets[0].getsockname()[1]) as driver:
            await until(lambda: driver.links)
            return driver.links[0]

    assert asyncio.run(story()) == Link(False, "not_understood")


@pytest.mark.parametrize("deaf_to", ["ping", "whoareyou"])
def test_a_server_that_does_not_answer_is_left(deaf_to):
    peer = an_oktell()
    peer.faults.deaf_to = {deaf_to}
    assert first_link(peer) == Link(False, "silent")


def test_a_server_that_falls_silent_is_left():
    async def story():
        peer = an_oktell()
        async with peer.serving() as port, listening(port) as driver:
            await up(driver)
            peer.faults.deaf_to = {"ping"}
            await until(lambda: len(driver.links) > 1)
            return driver.links[1]

    assert asyncio.run(story()) == Link(False, "silent")


def test_a_wrong_secret_is_not_tried_again_and_again():
    async def story():
        peer = an_oktell(credentials=("basic", "crm", "right"))
        async with peer.serving() as port, listening(port, login="crm", secret="wrong") as driver:
            await until(lambda: driver.links)
            await asyncio.sleep(0.3)
            return driver.links

    assert asyncio.run(story()) == [Link(False, "wrong_secret")]


def test_all_messages_are_written_down_where_that_is_switched_on(settings, tmp_path):
    settings.PHONE_FRAMES = tmp_path / "frames"

    async def story():
        peer = an_oktell(passwords={"olga": "Пароль1"}, longest=100)
        given = {"login": "olga", "secret": "Пароль1", "http_login": "none", "handshake": "user", "raw_log": "on"}
        async with peer.serving() as port, listening(port, **given) as driver:
            await up(driver)
            chain = await peer.lines.client_rings(CLIENT, "101")
            await peer.lines.client_leaves(chain)
            await all_over(driver)

    asyncio.run(story())
    (place,) = Path(settings.PHONE_FRAMES).iterdir()
    text = place.read_text()
    assert place.name == "oktell-main.frames.txt"
    assert (stat.S_IMODE(place.stat().st_mode), stat.S_IMODE(place.parent.stat().st_mode)) == (0o600, 0o700)
    assert all(word in text for word in (' > ["login"', ' < ["loginresult"', "phoneevent_ringstarted", CLIENT))
    secrets = [*scrambled("Пароль1"), "Пароль1"]
    assert [secret for secret in secrets if secret in text] == []
    assert "multipart" not in text


def test_without_the_switch_nothing_is_written(settings, tmp_path):
    settings.PHONE_FRAMES = tmp_path / "frames"
    assert first_link(an_oktell()) == Link(True)
    assert not settings.PHONE_FRAMES.exists()


def test_the_file_of_messages_does_not_grow_for_ever(tmp_path):
    log = RawLog(tmp_path, "oktell/main", largest=1000)
    for number in range(100):
        log.note("<", compose("ping", {"qid": number, "Password": 'a\\"b', "temppass": "x", "sipPass": "hush"}))
    log.close()
    assert len(os.listdir(tmp_path)) <= 2
    texts = [place.read_text() for place in tmp_path.iterdir()]
    assert all(len(text) < 1300 for text in texts)
    assert not any("hush" in text or "a\\" in text for text in texts)
    assert '"qid":99' in "".join(texts)


def test_where_nothing_can_be_written_calls_are_heard_all_the_same(settings, tmp_path):
    (tmp_path / "frames").write_text("a file stands in the way")
    settings.PHONE_FRAMES = tmp_path / "frames"
    assert first_link(an_oktell(), raw_log="on") == Link(True)


def test_somebody_elses_client_finds_the_stand_in_to_speak_web_sockets():
    """The library `websockets` judges the framing; the bodies are the documented ones."""

    async def story():
        peer = an_oktell(credentials=("basic", "crm", "hush"), longest=200)
        peer.faults.twice = True
        async with peer.serving() as port:
            address = f"ws://crm:hush@127.0.0.1:{port}/"
            async with websockets.connect(address, subprotocols=["json"], compression=None) as socket:
                assert socket.subprotocol == "json"
                await socket.send('["whoareyou",{"qid":"1","type":"ws-server","name":"other"}]')
                said = [json.loads(await socket.recv()) for _number in range(3)]
                await socket.send('["subscribeevent",{"qid":"2","event":"phoneevent"}]')
                said.append(json.loads(await socket.recv()))
                await peer.lines.client_rings(CLIENT, "101")
                heard = []
                joiner = Joiner()
                while len(heard) < 2:
                    frame = joiner.feed(parse(await socket.recv()))
                    heard += [frame] if frame else []
                await socket.send('["pbxautocallstart",{"qid":"3","number":"1","userlogin":"mikhail"}]')
                said.append(json.loads(await socket.recv()))
                return said, heard

    said, heard = asyncio.run(story())
    assert [name for name, _body in said] == [
        "iam", "whoareyou", "getactiveusers", "subscribeeventresult", "pbxautocallstartresult",
    ]  # fmt: skip
    assert (said[0][1]["qid"], said[0][1]["type"], said[3][1]) == ("1", "commserver", {"qid": "2", "result": 1})
    assert [frame.name for frame in heard] == ["phoneevent_ringstarted"] * 2
    ring = heard[0].body
    assert (ring["userlogin"], ring["userid"], ring["callerid"]) == ("olga", OLGA.id, CLIENT)
    assert set(ring) >= {"qid", "chainid", "callerdirection", "callerlineid", "callerlinenum", "isextline", "istask"}


def test_the_stand_in_answers_all_that_the_vendors_client_asks_after_its_log_in():
    asked = {
        "getcurrentqueue": {"queue"},
        "getversion": {"version", "alloweddbstoredprocs"},
        "getmyuserinfo": {"mainpbxnumber", "username", "hasline", "isoperator"},
        "cc_getlunchtypes": {"items"},
        "getuserstate": {"userstateid"},
        "getredirectrules": {"rules"},
        "getpbxnumbers": {"numbers"},
        "getallusernumbers": {"users"},
        "getextendedlineinfo": {"linestatestr", "chainid", "isflashing", "abonent"},
    }

    async def story():
        peer = an_oktell(passwords={"olga": "hush"})
        right = hashlib.md5(b"hush").hexdigest()
        async with (
            peer.serving() as port,
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://127.0.0.1:{port}/", protocols=("json",)) as socket,
        ):
            refused = await ask(socket, "getversion", {})
            answers = {"login": await ask(socket, "login", {"userlogin": "olga", "Password": right})}
            for name in asked:
                answers[name] = await ask(socket, name, {"userlogin": "olga"})
            return refused, answers

    refused, answers = asyncio.run(story())
    assert (refused["result"], answers.pop("login")["userid"]) == (0, OLGA.id)
    assert {name: set(body) - {"qid", "result"} for name, body in answers.items()} == asked


async def ask(socket, name, body):
    await socket.send_json([name, {"qid": name, **body}])
    answer, found = await socket.receive_json()
    assert (answer, found["qid"]) == (f"{name}result", name)
    return found


def test_a_stop_in_the_middle_leaves_nothing_open():
    async def story():
        peer = an_oktell()
        async with peer.serving() as port:
            async with listening(port) as driver:
                await up(driver)
                await peer.lines.client_rings(CLIENT, "101")
                await settled(driver)
            await until(lambda: not peer.sessions)
            return driver.line, [task for task in driver.asides if not task.done()]

    assert asyncio.run(story()) == (None, [])
