"""The socket that HTTP is served on."""

from __future__ import annotations

import socket

import httpx
import pytest

from envscaler_mcp.runtime.host.ports import _config
from envscaler_mcp.runtime.standalone.listening import KEEP_ALIVE, listen, url_of


def test_connections_send_their_answers_at_once():
    # Without it an answer on a connection that is kept open waits 40 ms for an acknowledgement.
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_it_is_clients_who_close_idle_connections():
    assert (httpx.Limits().keepalive_expiry or 0) < KEEP_ALIVE / 2
    assert _config(lambda *_: None).timeout_keep_alive == KEEP_ALIVE  # type: ignore[arg-type,return-value]


def test_a_free_port_stands_in_the_url():
    with listen("127.0.0.1", 0) as listening:
        assert url_of(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"


def test_an_address_with_colons_stands_in_brackets():
    try:
        listening = listen("::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listening:
        assert url_of(listening).startswith("http://[::1]:")
