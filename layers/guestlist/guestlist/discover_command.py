"""`guestlist discover`: by which connection somebody signs in, as an application asks before a login."""

from argparse import Namespace
from dataclasses import dataclass

from guestlist.client import Api, Body

NOBODYS = "no open organization with connections of its own has proved this domain"


@dataclass(frozen=True)
class Discovered:
    """What anybody is told."""

    asked: str
    """An address, or an organization."""
    answer: Body

    def to_json(self) -> Body:
        """Return it for programs."""
        return self.answer

    def text(self) -> str:
        """Return it for people."""
        if "connections" in self.answer:
            names = [connection["name"] for connection in self.answer["connections"]]
            return "\n".join(names) or f"{self.asked} has no connections of its own, or is not open."
        connection, organization = self.answer["connection"], self.answer["organization"]
        if connection:
            return f"{self.asked} signs in by {connection}, at {organization}."
        if organization:
            choice = f"guestlist discover --organization {organization}"
            return f"{self.asked} signs in at {organization}, by one of several: {choice}"
        return f"{self.asked} signs in as everybody does: {NOBODYS}."


def discover(api: Api, asked: Namespace) -> Discovered:
    """Ask by which connection somebody signs in, by their address or by choice."""
    body = {"email": asked.email} if asked.email else {"organization": asked.organization}
    return Discovered(asked.email or asked.organization, api.write("POST", "/discover", body))
