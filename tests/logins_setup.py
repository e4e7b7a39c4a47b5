"""What tests of first logins share: an organization with an identity provider of its own, and its people."""

from dataclasses import dataclass, replace
from typing import Any

from guestlist.records import User
from local.people import Api, Person, exchange
from local.stack import Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.domain_setup import proved
from tests.front_door import unique
from tests.kinds_setup import connections, provisioned

NOBODY: dict[str, list[str]] = {"organizations": [], "roles": []}


@dataclass(frozen=True)
class Place:
    """An organization with an identity provider of its own, and a domain that it proved."""

    stack: Stack
    operator: Api
    id: str
    connection: str
    domain: str

    @property
    def path(self) -> str:
        """Where the organization stands in the API."""
        return f"/organizations/{self.id}"

    def person(self, new_person: NewPerson, name: str = "ann", domain: str | None = None) -> Person:
        """Return somebody with an address of the domain."""
        person = new_person(name)
        person.email = f"{unique(name)}@{domain or self.domain}"
        person.idp["email"] = person.email
        return person

    def invite(self, email: str, **more: object) -> dict[str, Any]:
        """Invite somebody without a mail, and return the invite."""
        body = {"email": email, "roles": ["editor"], "send": False, **more}
        made = self.operator.post(f"{self.path}/invites", json=body).raise_for_status()
        return dict(made.json())

    def arrives(self, person: Person, **more: str) -> dict[str, Any]:
        """Have somebody sign in by the organization's identity provider; return what it came to."""
        return person.sign_in(self.id, connection=self.connection, prompt="login", **more)

    def user(self, email: str) -> User | None:
        """Return who is known with an address in the connection."""
        return store(self.stack).user_by_email(self.connection, email.lower())

    def account(self, person: Person) -> dict[str, Any]:
        """Return somebody's account at Auth0."""
        with self.stack.tenant.state.lock:
            return dict(self.stack.tenant.state.users[self.account_id(person)])

    def account_id(self, person: Person) -> str:
        """Return the id that Auth0 gives somebody's account."""
        return f"samlp|{self.connection}|{person.idp['sub']}"


def enterprise(stack: Stack, operator: Api, **more: object) -> Place:
    """Provision an organization that signs its people in by SAML, and prove a domain of its own."""
    saml = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}
    applications = [stack.clients["app"].client_id]
    body = {"kind": "enterprise", "connections": [saml], "applications": applications, **more}
    organization = provisioned(stack, operator, **body)
    name = min(own["name"] for own in connections(stack, organization))
    return Place(stack, operator, organization, name, proved(operator, organization)["domain"])


def several(stack: Stack, operator: Api, **more: object) -> tuple[Place, Place]:
    """Provision an organization with two identity providers; return it as people come by either."""
    both = [{"strategy": "samlp", "metadata_url": f"https://id.{name}.example/metadata"} for name in "ab"]
    place = enterprise(stack, operator, connections=both, **more)
    other = max(own["name"] for own in connections(stack, place.id))
    return place, replace(place, connection=other)


def resolver(stack: Stack) -> Api:
    """Return the API as the door uses it."""
    answer = exchange(stack, stack.clients["resolver"]).raise_for_status()
    return Api(stack, answer.json()["access_token"])


def resolved(stack: Stack, account: str) -> dict[str, Any]:
    """Return what the door is told of an account."""
    with resolver(stack) as api:
        return dict(api.post("/logins/resolve", json={"user": account}).raise_for_status().json())
