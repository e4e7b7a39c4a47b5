"""The name server of the local stack, and how a terminal writes into it."""

import socket
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette

from guestlist.resolver import resolver
from local.servers import Server
from local.zone import Zone, routes


@pytest.fixture
def zone() -> Iterator[Zone]:
    with Zone() as started:
        yield started


def test_a_terminal_writes_into_it(zone: Zone) -> None:
    """A name's texts are put as a JSON list, whatever it calls itself, and are what the server says."""
    server = Server("zone")
    with server.start(Starlette(routes=routes(zone))), httpx.Client(base_url=server.url) as client:
        put = client.put("/zone/_X.clinic.example", content='["one", "two"]')
        assert put.json() == client.get("/zone").json() == {"_x.clinic.example": ["one", "two"]}
    assert sorted(resolver(zone.address)("_x.clinic.example")) == ["one", "two"]


def test_it_ends_with_its_block() -> None:
    """The port is free again."""
    with Zone() as first:
        host, _, port = first.address.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((host, int(port)))
