"""The guarded way out: whom it refuses, what it sends, and when it stops waiting."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from microcred import outbound_http
from tests.microcred.certificates import self_signed
from tests.microcred.listeners import OK, Behaviour, Listener, listening, refuse, replying
from tests.microcred.spellings import PRIVATE_ADDRESSES, SPELLINGS


def resolver(*addresses: str) -> outbound_http.Resolver:
    """Return a name server that knows one answer."""
    return lambda host, port: list(addresses)


def post(
    url: str, *, timeout: float = 60, allow_private: bool = True, **options: Any
) -> outbound_http.Response:
    """Post a small body."""
    return outbound_http.post(
        url, body=b"{}", headers={"X-Test": "1"}, timeout=timeout, allow_private=allow_private, **options
    )


def dialling_of(monkeypatch: pytest.MonkeyPatch, *, refused: bool = False) -> list[tuple[str, int]]:
    """Return the list that every address dialled is written into; ``refused``: none of them answers."""
    dialled: list[tuple[str, int]] = []
    dial = socket.create_connection

    def noted(address: tuple[str, int], *args: Any, **options: Any) -> socket.socket:
        dialled.append(address)
        if refused:
            raise ConnectionRefusedError
        return dial(address, *args, **options)

    monkeypatch.setattr(socket, "create_connection", noted)
    return dialled


class TestRefusedDeliveries:
    """A listener on the loopback address must never hear of these."""

    @pytest.fixture
    def listener(self) -> Iterator[Listener]:
        """A server that would answer."""
        with listening(replying(OK)) as listener:
            yield listener

    @pytest.mark.parametrize("url", SPELLINGS)
    def test_no_spelling_connects(self, listener: Listener, url: str) -> None:
        scheme, _, rest = url.partition("://")
        host, _, path = rest.partition("/")

        with pytest.raises(outbound_http.UrlRefused):
            post(f"{scheme}://{host}:{listener.port}/{path}", allow_private=False)

        assert listener.connections == 0

    def test_there_are_more_than_sixty_different_spellings(self) -> None:
        assert len(set(SPELLINGS)) == len(SPELLINGS) > 120

    @pytest.mark.parametrize("url", SPELLINGS)
    def test_no_redirect_to_one_is_followed(
        self, listener: Listener, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dialled = dialling_of(monkeypatch)
        place = "".join(url.splitlines())  # a break would end the header
        scheme, _, rest = place.partition("://")
        host, _, path = rest.partition("/")
        target = f"{scheme}://{host}:{listener.port}/{path}"
        reply = f"HTTP/1.1 307 X\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
        with listening(replying(reply.encode())) as partner:
            answer = post(f"http://partner.example:{partner.port}/", resolve=resolver("127.0.0.1"))

        assert (answer.status, dialled) == (307, [("127.0.0.1", partner.port)])
        assert listener.connections == 0

    @pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
    def test_no_name_leads_to_a_private_address(self, listener: Listener, address: str) -> None:
        with pytest.raises(outbound_http.UrlRefused):
            post(f"https://partner.example:{listener.port}/", allow_private=False, resolve=resolver(address))

        assert listener.connections == 0

    @pytest.mark.parametrize(
        "answer",
        [
            ["8.8.8.8", "127.0.0.1"],
            ["127.0.0.1", "8.8.8.8"],
            ["2606:4700:4700::1111", "127.0.0.1"],
            ["8.8.8.8", "1.1.1.1", "9.9.9.9", "8.8.4.4", "::1"],
            ["fe80::1%lo"],
        ],
    )
    def test_one_private_address_among_public_ones_is_enough(
        self, listener: Listener, answer: Sequence[str]
    ) -> None:
        with pytest.raises(outbound_http.UrlRefused):
            post(f"https://partner.example:{listener.port}/", allow_private=False, resolve=resolver(*answer))

        assert listener.connections == 0

    @pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
    def test_a_name_server_that_changes_its_mind_is_asked_once(
        self, listener: Listener, monkeypatch: pytest.MonkeyPatch, address: str
    ) -> None:
        answers = iter([["8.8.8.8"], [address]])
        dialled = dialling_of(monkeypatch, refused=True)
        with pytest.raises(outbound_http.ExchangeError):
            post(
                f"https://partner.example:{listener.port}/",
                allow_private=False,
                resolve=lambda host, port: next(answers),
            )

        assert dialled == [("8.8.8.8", listener.port)]
        assert listener.connections == 0


class TestSending:
    """What goes over the wire, and what comes back."""

    def test_the_request_is_sent_as_given_to_the_address_found(self) -> None:
        with listening(replying(OK)) as listener:
            answer = post(f"http://partner.example:{listener.port}/hook?x=1", resolve=resolver("127.0.0.1"))

            head, _, body = bytes(listener.received).partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == "POST /hook?x=1 HTTP/1.1"
        assert f"Host: partner.example:{listener.port}" in lines
        assert {"X-Test: 1", "Content-Length: 2", "Accept-Encoding: identity", "Connection: close"} <= set(
            lines
        )
        assert body == b"{}"
        assert (answer.status, answer.excerpt, answer.retry_after) == (200, "ok", "")

    def test_the_next_address_is_tried_when_one_is_closed(self) -> None:
        with listening(replying(OK)) as listener:
            answer = post(
                f"http://partner.example:{listener.port}/", resolve=resolver("127.0.0.2", "127.0.0.1")
            )

        assert answer.status == 200

    @pytest.mark.parametrize("status", [201, 301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
    def test_any_status_is_an_answer_and_no_redirect_is_followed(self, status: int) -> None:
        with listening(replying(OK)) as elsewhere:
            reply = (
                f"HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:{elsewhere.port}/\r\n"
                "Retry-After: 7\r\nContent-Length: 0\r\n\r\n"
            )
            with listening(replying(reply.encode())) as listener:
                answer = post(f"http://127.0.0.1:{listener.port}/")

        assert (answer.status, answer.retry_after) == (status, "7")
        assert elsewhere.connections == 0

    def test_environment_proxies_are_not_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with listening(replying(OK)) as proxy, listening(replying(OK)) as listener:
            for name in ("http_proxy", "https_proxy", "all_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
                monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{proxy.port}")
            post(f"http://127.0.0.1:{listener.port}/")

        assert (proxy.connections, listener.connections) == (0, 1)

    def test_a_reply_without_end_is_read_to_64_kb(self) -> None:
        def pour(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65536)

        with listening(pour) as listener:
            answer = post(f"http://127.0.0.1:{listener.port}/")

        assert (answer.status, answer.excerpt) == (200, "x" * 65536)

    def test_what_is_no_text_becomes_text(self) -> None:
        body = b"a\0b\xff"
        with listening(replying(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body)) as listener:
            answer = post(f"http://127.0.0.1:{listener.port}/")

        assert answer.excerpt == "a\ufffdb\ufffd"


class TestNoAnswer:
    """Failures have a name and an end."""

    @pytest.mark.parametrize(
        ("behave", "reason"),
        [
            pytest.param(refuse, "network", id="reset"),
            pytest.param(replying(), "protocol", id="closed without a word"),
            pytest.param(replying(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "protocol", id="no HTTP"),
            pytest.param(
                replying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), "protocol", id="endless header"
            ),
        ],
    )
    def test_what_is_no_answer_is_named(self, behave: Behaviour, reason: str) -> None:
        with listening(behave) as listener, pytest.raises(outbound_http.ExchangeError) as failure:
            post(f"http://127.0.0.1:{listener.port}/")

        assert failure.value.reason == reason

    @pytest.mark.parametrize(
        "behave",
        [
            pytest.param(lambda connection: connection.recv(1), id="silence"),
            pytest.param(replying(*[b"H"] * 4000, every=0.05), id="dripping status"),
            pytest.param(
                replying(b"HTTP/1.1 200 OK\r\n", *[b"X: 1\r\n"] * 4000, every=0.05), id="dripping headers"
            ),
        ],
    )
    def test_the_deadline_covers_the_whole_exchange(self, behave: Behaviour) -> None:
        with listening(behave) as listener:
            began = time.monotonic()
            with pytest.raises(outbound_http.ExchangeError) as failure:
                post(f"http://127.0.0.1:{listener.port}/", timeout=0.4)
            took = time.monotonic() - began

        assert failure.value.reason == "timeout"
        # Each of them would go on for minutes.
        assert 0.35 <= took < 60
        assert 350 <= failure.value.duration_ms <= round(took * 1000)

    def test_a_status_counts_though_its_body_drips(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"
        with listening(replying(head + b"x", *[b"x"] * 3999, every=0.05)) as listener:
            answer = post(f"http://127.0.0.1:{listener.port}/", timeout=3)

        assert answer.status == 200
        assert 1 <= len(answer.excerpt) < 4000
        assert answer.duration_ms < 60_000

    def test_a_name_server_may_not_take_longer_either(self) -> None:
        is_over = threading.Event()

        def ponder(host: str, port: int) -> list[str]:
            is_over.wait(60)
            return ["127.0.0.1"]

        with listening(replying(OK)) as listener:
            with pytest.raises(outbound_http.ExchangeError) as failure:
                post(f"http://partner.example:{listener.port}/", timeout=0.2, resolve=ponder)
            is_over.set()

        assert failure.value.reason == "timeout"
        assert listener.connections == 0

    def test_an_unknown_name_is_unresolved(self) -> None:
        def unknown(host: str, port: int) -> list[str]:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        with pytest.raises(outbound_http.ExchangeError) as failure:
            post("http://partner.example/", resolve=unknown)

        assert failure.value.reason == "unresolved"


class TestTls:
    """The certificate is checked against the name, not the address."""

    def test_the_name_is_asked_for_and_checked(self, tmp_path: Path) -> None:
        server, client = self_signed("partner.example", tmp_path)
        with listening(replying(OK), tls=server) as listener:
            url = f"https://partner.example:{listener.port}/"
            answer = post(url, resolve=resolver("127.0.0.1"), ssl_context=client)

        assert answer.status == 200
        assert listener.server_names == ["partner.example"]

    def test_a_certificate_for_another_name_is_refused(self, tmp_path: Path) -> None:
        server, client = self_signed("somebody.example", tmp_path)
        with listening(replying(OK), tls=server) as listener:
            url = f"https://partner.example:{listener.port}/"
            with pytest.raises(outbound_http.ExchangeError) as failure:
                post(url, resolve=resolver("127.0.0.1"), ssl_context=client)

        assert failure.value.reason == "tls"
        assert listener.received == b""

    def test_a_certificate_of_no_known_authority_is_refused(self, tmp_path: Path) -> None:
        server, _ = self_signed("partner.example", tmp_path)
        with (
            listening(replying(OK), tls=server) as listener,
            pytest.raises(outbound_http.ExchangeError) as failure,
        ):
            post(f"https://partner.example:{listener.port}/", resolve=resolver("127.0.0.1"))

        assert failure.value.reason == "tls"
        assert listener.received == b""
