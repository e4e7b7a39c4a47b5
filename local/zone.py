"""A name server of this machine, over UDP on a free port, with the texts that it is given alone."""

import threading
from socketserver import BaseRequestHandler, ThreadingUDPServer
from types import TracebackType
from typing import Any, Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LONGEST_STRING = 255
"""Bytes of one of the strings that a TXT record's text is cut into (RFC 1035, section 3.3)."""


class Zone(dict[str, list[str]]):
    """Texts by full name, as `zone["_guestlist-challenge.clinic.example"] = ["..."]`; tests may change it.

    Of a name in `broken` it says that it cannot tell (SERVFAIL); of one in `silent`, nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.broken, self.silent = set[str](), set[str]()
        self._server = ThreadingUDPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.address = "{}:{}".format(*self._server.server_address)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, question: bytes) -> bytes | None:
        """Return the answer to a question, both as they are on the wire; None for no answer."""
        asked = dns.message.from_wire(question)
        name, kind = asked.question[0].name, asked.question[0].rdtype
        key = name.to_text(omit_final_dot=True).lower()
        if key in self.silent:
            return None
        answer = dns.message.make_response(asked, recursion_available=True)
        texts = self.get(key, [])
        if key in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif key not in self:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif texts and kind == dns.rdatatype.TXT:
            records = [TXT(asked.question[0].rdclass, kind, _strings(text)) for text in texts]
            answer.answer.append(dns.rrset.from_rdata_list(name, 60, records))
        return answer.to_wire()

    def _handler(self) -> type[BaseRequestHandler]:
        answered = self.answer

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                question, socket = self.request
                if answer := answered(question):
                    socket.sendto(answer, self.client_address)

        return Handler


def routes(zone: Zone) -> list[Route]:
    """Return what lets a terminal look into the zone, and put a name's texts there as a JSON list."""

    async def show(_: Request) -> Response:
        return JSONResponse(zone)

    async def put(request: Request) -> Response:
        zone[request.path_params["name"].lower()] = [str(text) for text in await request.json()]
        return JSONResponse(zone)

    return [Route("/zone", show), Route("/zone/{name}", put, methods=["PUT"])]


def _strings(text: str) -> list[bytes]:
    encoded: Any = text.encode()
    return [encoded[at : at + LONGEST_STRING] for at in range(0, len(encoded), LONGEST_STRING)] or [b""]
