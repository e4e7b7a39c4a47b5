"""The domain name system: which texts a name has (TXT records)."""

from collections.abc import Callable

from guestlist.errors import DnsUnavailable

PATIENCE = 3.0
"""Seconds for one name in all, whatever is asked again within."""

LookUp = Callable[[str], list[str]]
"""Returns the texts that a full name has, none if there is no such name; raises DnsUnavailable."""


def resolver(name_server: str = "") -> LookUp:
    """Return what asks a name server, as `127.0.0.1:5353`, or by default the system's own."""

    def look_up(name: str) -> list[str]:
        # One request in a thousand asks; the others are not to wait for it at a cold start.
        from dns.exception import DNSException  # noqa: PLC0415 (see above)
        from dns.resolver import NXDOMAIN, NoAnswer, Resolver  # noqa: PLC0415 (see above)

        asked = Resolver(configure=not name_server)
        asked.lifetime = PATIENCE
        if name_server:
            host, _, port = name_server.partition(":")
            asked.nameservers, asked.port = [host], int(port or asked.port)
        try:
            answer = asked.resolve(name, "TXT", search=False)
        except (NXDOMAIN, NoAnswer):
            return []
        except DNSException:  # nobody answered in time, or all that did said that they cannot tell
            raise DnsUnavailable from None
        # A record's strings are one text, cut where DNS wants it (RFC 1035, section 3.3.14; RFC 7208, 3.3).
        return [b"".join(record.strings).decode(errors="replace") for record in answer]

    return look_up
