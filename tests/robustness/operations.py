"""The operations that each fault befalls, over HTTP, and what Auth0 is to show when all is well again."""

from abc import ABC, abstractmethod
from typing import Any

import httpx

from local.people import Person
from tests.robustness.stage import Stage, at_rest, shown

EDITOR, VIEWER = ["editor"], ["viewer"]


class Operation(ABC):
    """One thing that somebody does to one person in one clinic, and what another changes a little later."""

    def __init__(self, on: Stage, who: Person) -> None:
        self.on, self.who = on, who
        self.clinic = on.organization()
        self.wanted: dict[str, list[str]] = {}
        """What Auth0 is to show in the end: organizations with roles, as the answers of the API promised."""
        self.prepare()

    @abstractmethod
    def prepare(self) -> None:
        """Bring about the state in which the operation is possible."""

    @abstractmethod
    def act(self) -> None:
        """Do it, and record what was promised."""

    def follow(self) -> None:
        """Have somebody change it again: give the member other roles."""
        self.change(VIEWER)

    def right(self) -> bool:
        """Tell whether Auth0 shows what was promised."""
        return (shown(self.on.accounts(self.who.email)) or {}) == self.wanted

    def settled(self) -> bool:
        """Tell whether Guestlist knows that too, and has nothing left to do."""
        return at_rest(self.on.user(self.who.email))

    def add(self, organization: str, roles: list[str]) -> None:
        """Add the person at once."""
        body = {"email": self.who.email, "roles": roles}
        self._ask("POST", f"/organizations/{organization}/members", json=body)
        self.wanted[organization] = roles

    def change(self, roles: list[str]) -> None:
        """Give the member other roles."""
        self._ask("PATCH", self._membership(), json={"roles": roles}, headers={"If-Match": "*"})
        self.wanted[self.clinic] = roles

    def remove(self) -> None:
        """Deprovision the member from the clinic."""
        self._ask("DELETE", self._membership())
        del self.wanted[self.clinic]

    def invite(self) -> str:
        """Invite the person and return the link."""
        body = {"email": self.who.email, "roles": EDITOR, "send": False}
        return str(self._ask("POST", f"/organizations/{self.clinic}/invites", json=body)["link"])

    def press(self, link: str) -> httpx.Response:
        """Press the button: the acceptance stands, whatever the page then says."""
        answer = self.who.press(link)
        assert answer.status_code in {303, 503}, f"the button answered {answer.status_code}"
        return answer

    def _membership(self) -> str:
        user = self.on.user(self.who.email)
        assert user is not None
        return f"/organizations/{self.clinic}/members/{user.id}"

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (httpx's)
        answer = self.on.api.request(method, path, **more)
        assert answer.is_success, f"{method} {path} was refused: {answer.status_code} {answer.text}"
        return dict(answer.json())


class AcceptsNew(Operation):
    """Somebody whom nobody knew accepts an invite: the account is made, and a ticket minted."""

    def prepare(self) -> None:
        """Invite them."""
        self.link = self.invite()

    def act(self) -> None:
        """Press the button."""
        # Before the answer: somebody may change it again while that is on its way.
        self.wanted[self.clinic] = EDITOR
        self.press(self.link)

    def settled(self) -> bool:
        """Tell whether all is known to be well, and the button leads on to a password after all."""
        return super().settled() and self._leads_on()

    def _leads_on(self) -> bool:
        location: str = self.press(self.link).headers.get("location", "")
        return location.startswith(self.on.stack.tenant.url)


class AcceptsKnown(AcceptsNew):
    """Somebody with an account accepts an invite into a second organization: one PATCH."""

    def prepare(self) -> None:
        """Have them join another clinic, and invite them."""
        self.add(self.on.organization(), EDITOR)
        self.on.work(1)
        super().prepare()


class Changes(Operation):
    """An operator changes a member's roles."""

    def prepare(self) -> None:
        """Add the member."""
        self.add(self.clinic, [])
        self.on.work(1)

    def act(self) -> None:
        """Give them another role."""
        self.change(EDITOR)


class Removes(Changes):
    """An operator takes a member off the clinic's list; later somebody adds them again."""

    def act(self) -> None:
        """Take them off."""
        self.remove()

    def follow(self) -> None:
        """Add them again, as something else."""
        self.add(self.clinic, VIEWER)


OPERATIONS: dict[str, type[Operation]] = {
    "accept, new": AcceptsNew,
    "accept, known": AcceptsKnown,
    "change roles": Changes,
    "remove": Removes,
}
