"""What tests of roles by groups share: an organization that maps groups, its people, what the door asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from guestlist.logins import DURING_LOGIN
from local.http_response import Reply
from local.people import Api, Person
from local.routes import Match
from local.stack import NAMESPACE, Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.front_door import pass_time
from tests.logins_setup import Place, enterprise

ANY = {"If-Match": "*"}
TABLE = {"Nurses": ["member"], "Heads": ["admin", "member"], "Lab, night": ["lab"]}


@dataclass(frozen=True)
class Mapping:
    """An organization that maps groups, as it is when the test begins."""

    place: Place

    def person(self, new_person: NewPerson, *groups: str, roles: list[str] | None = None) -> Person:
        """Return somebody who is invited, whose provider says that they are in these groups."""
        ann = self.place.person(new_person)
        ann.idp["groups"] = list(groups)
        self.place.invite(ann.email, roles=roles or [])
        return ann

    def comes(self, person: Person, *groups: str) -> list[str]:
        """Have a person sign in whose provider says that they are in these groups; return their roles."""
        person.idp["groups"] = list(groups)
        return self.roles(self.place.arrives(person))

    def roles(self, outcome: dict[str, Any]) -> list[str]:
        """Return the roles of a login or a refresh that was let in."""
        assert "claims" in outcome, outcome
        return sorted(outcome["claims"][f"{NAMESPACE}/roles"])

    def member(self, person: Person) -> str:
        """Return where a member stands in the API."""
        user = self.place.user(person.email)
        assert user
        return f"{self.place.path}/members/{user.id}"

    def recorded(self, person: Person) -> list[str]:
        """Return the roles that Guestlist has for somebody."""
        return list(self.place.operator.get(self.member(person)).raise_for_status().json()["roles"])

    def profile(self, person: Person) -> dict[str, Any]:
        """Return what the account at Auth0 bears of ours."""
        return dict(self.place.account(person)["app_metadata"]["guestlist"])

    def change(self, **asked: object) -> None:
        """Change the organization."""
        self.place.operator.patch(self.place.path, json=asked, headers=ANY).raise_for_status()

    def admins(self) -> int:
        """Return how many admins count."""
        return store(self.place.stack).organization(self.place.id).admins

    def told(self) -> None:
        """Let half a minute go by, and what is due be done."""
        pass_time(self.place.stack, seconds=DURING_LOGIN)
        self.place.stack.workers.tick()
        self.place.stack.workers.idle()


def mapping(stack: Stack, operator: Api, *, every: bool, **more: object) -> Mapping:
    """Provision an organization that maps groups, at each login or at the first one."""
    asked = {"groups": TABLE, "groups_at": "every_login" if every else "first_login", **more}
    return Mapping(enterprise(stack, operator, **asked))


@contextmanager
def asking(stack: Stack) -> Iterator[list[int]]:
    """Give a list that gets the status of every answer to the door."""
    answers = list[int]()

    def hear(match: Match, reply: Reply) -> None:
        if match.route.key == "POST /logins/resolve":
            answers.append(reply.status)

    with stack.gateway.heard(hear):
        yield answers
