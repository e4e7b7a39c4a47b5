"""What tests of moves share: an organization that leaves a database connection, and people at both doors."""

from dataclasses import dataclass
from typing import Any

from guestlist.organization_records import Organization
from local.people import Api, Person
from local.stack import Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.front_door import join, pass_time, unique
from tests.kinds_setup import connections, provisioned

DAY = 24 * 3600
SAML: dict[str, Any] = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}


@dataclass(frozen=True)
class Mover:
    """An organization that is going to have an identity provider of its own."""

    stack: Stack
    operator: Api
    id: str
    domain: str

    @property
    def path(self) -> str:
        """Where the organization stands in the API."""
        return f"/organizations/{self.id}"

    @property
    def record(self) -> Organization:
        """The organization as it stands in the table."""
        return store(self.stack).organization(self.id)

    @property
    def shown(self) -> dict[str, Any]:
        """The organization as the API shows it."""
        return dict(self.operator.get(self.path).raise_for_status().json())

    @property
    def provider(self) -> str:
        """The name of its identity provider's connection at Auth0."""
        [name] = [own["name"] for own in connections(self.stack, self.id) if own["strategy"] != "auth0"]
        return str(name)

    def members(self, email: str) -> list[dict[str, Any]]:
        """Return those of its members who have an address, who came first at the front."""
        page = self.operator.get(f"{self.path}/members", params={"limit": 100}).raise_for_status().json()
        found = [member for member in page["items"] if member["email"] == email]
        return sorted(found, key=lambda member: member["moved_to"] is None)

    def person(self, new_person: NewPerson, **more: object) -> Person:
        """Return somebody with an address of its domain, who joined by the old door."""
        person = new_person("ann")
        person.email = f"{unique('ann')}@{self.domain}"
        person.idp["email"] = person.email
        join(self.operator, self.id, person, **more)
        return person

    def move(self, **more: object) -> dict[str, Any]:
        """Move it, and wait until its members have their places."""
        body = {"connections": [SAML], "grace": 14 * DAY, **more}
        self.operator.post(f"{self.path}/move", json=body).raise_for_status()
        self.stack.workers.idle()
        return self.shown

    def later(self, seconds: int) -> None:
        """Let time pass, and be done what is due then."""
        pass_time(self.stack, seconds=seconds)
        for _ in range(2):
            self.stack.workers.tick()
            self.stack.workers.idle()

    def arrives(self, person: Person, name: str = "") -> dict[str, Any]:
        """Have somebody sign in by an identity provider of the organization's."""
        return person.sign_in(self.id, connection=name or self.provider, prompt="login")

    def comes_as_before(self, person: Person) -> dict[str, Any]:
        """Have somebody sign in by the old door."""
        origin = self.record.move.origin if self.record.move else ""
        return person.sign_in(self.id, connection=origin, prompt="login")


def mover(stack: Stack, operator: Api, domain: str, **more: object) -> Mover:
    """Provision an organization that is to move, for the application that is there."""
    applications = [stack.clients["app"].client_id]
    return Mover(stack, operator, provisioned(stack, operator, applications=applications, **more), domain)
