"""The server: who is answered, and who is not."""

import http.client
import json
import threading
import time
from pathlib import Path

import pytest

from scm_compiler.playground.server import MOST_AT_ONCE, MOST_BYTES, Allowance, Playground
from scm_compiler.playground.session import Session
from tests.playground.serving import serving


@pytest.fixture(scope="module")
def server():
    with serving(Session()) as made:
        made.allowance = Allowance(1e9, 1e9)
        yield made


def ask(server, path="", method="GET", body=None, token=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    at = f"/{server.token if token is None else token}/{path}"
    try:
        connection.request(method, at, body, given)
        reply = connection.getresponse()
        return reply.status, reply.read(), dict(reply.headers)
    finally:
        connection.close()


def call(server, content, **headers):
    given = {"Content_Type": "application/json"} | headers
    return ask(server, "call", "POST", json.dumps(content), **given)


def test_the_page_and_its_session_are_served(server):
    status, page, headers = ask(server)
    assert status == 200
    assert b"<title>scmc playground</title>" in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    status, body, _ = call(server, {"call": "start"})
    assert (status, "graph celeba_g1" in json.loads(body)["text"]) == (200, True)


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("", {}, 403),
        ("wrong", {}, 403),
        ("wröng", {}, 403),
        (None, {"Host": "evil.example"}, 421),
        (None, {"Host": "127.0.0.1:1"}, 421),
        (None, {"Origin": "http://evil.example"}, 403),
        (None, {"Origin": "null"}, 403),
        (None, {"Sec_Fetch_Site": "cross-site"}, 403),
        (None, {"Sec_Fetch_Site": "same-site"}, 403),
    ],
)
def test_strangers_are_refused(server, token, headers, status):
    if token is not None and not token.isascii():
        token = "wr%C3%B6ng"
    assert ask(server, token=token, **headers)[0] == status
    assert call(server, {"call": "start"}, **({"token": token} | headers))[0] == status


@pytest.mark.parametrize(
    "path",
    ["nothing", "../server.py", "..%2fserver.py", "../../pyproject.toml", "%00", "web/app.js"],
)
def test_only_the_files_of_the_page_are_served(server, path):
    assert ask(server, path)[0] == 404


def test_a_body_has_a_limit_and_a_length(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    for length, status in ((MOST_BYTES + 1, 413), ("-1", 411), ("9" * 30, 411), ("x", 411)):
        connection.putrequest("POST", f"/{server.token}/call")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        assert connection.getresponse().status == status
        connection.close()
    assert call(server, {}, Content_Type="text/plain")[0] == 404
    assert ask(server, "call", "POST", b"\xff", Content_Type="application/json")[0] == 400
    assert ask(server, "", "PUT", b"")[0] == 501


def test_requests_have_a_rate():
    allowance = Allowance(rate=0.0, burst=3)
    assert [allowance.take() for _ in range(5)] == [True, True, True, False, False]


def test_too_many_requests_are_refused(server):
    kept, server.allowance = server.allowance, Allowance(0.0, 2)
    try:
        assert [ask(server)[0] for _ in range(4)] == [200, 200, 429, 429]
    finally:
        server.allowance = kept


def test_hostile_requests_leave_it_up(server):
    """A thousand of them; ten thousand differ only in the time that they take."""

    def hostile(rank):
        ask(server, "x" * (rank % 300), token="t" * (rank % 40))
        if rank % 10 == 0:
            call(server, {"call": "program", "text": "A," * rank})
            call(server, {"call": "table", "name": "t.csv", "content": "QQ==" * rank})

    for rank in range(100):
        hostile(rank)
    threads, memory = threading.active_count(), resident()
    for rank in range(1000):
        hostile(rank)
    assert ask(server)[0] == 200
    assert threading.active_count() <= threads + MOST_AT_ONCE
    assert resident() <= memory + 20


def test_what_is_being_answered_is_waited_for():
    order, begun = [], threading.Event()

    class Slow(Session):
        def start(self):
            begun.set()
            time.sleep(0.2)
            order.append("answered")
            return {}

    with Playground(Slow()) as made:
        serving = threading.Thread(target=made.serve_forever, args=(0.02,))
        asking = threading.Thread(target=call, args=(made, {"call": "start"}))
        serving.start()
        asking.start()
        assert begun.wait(10)
        made.shutdown()
        serving.join()
    order.append("closed")
    asking.join()
    assert order == ["answered", "closed"]


def resident():
    """Megabytes of memory that this process holds; 0 where the system does not say."""
    file = Path("/proc/self/statm")
    pages = int(file.read_text().split()[1]) if file.exists() else 0
    return pages * 4096 / 1e6
