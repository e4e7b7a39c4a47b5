"""People who arrive by an organization's own identity provider, as Auth0 and the door have it."""

from collections.abc import Sequence

from guestlist import logins
from guestlist.audit_records import ActorKind
from guestlist.caller import Caller
from guestlist.clock import clock
from guestlist.ids import ordered_id
from guestlist.request import Request
from local.tenant.enterprise import arrived
from tests.robustness.world import World

RESOLVER = Caller(ActorKind.SYSTEM, "the door")
READ = 3.0
"""Seconds for the read of an account (`functions/logins`)."""


class Arrivals:
    """The identity providers of one world, and the door that asks who came."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._auth0 = world.tenant.client(deadline=READ)

    def account(self, connection: str, email: str, subject: str, groups: Sequence[str] = ()) -> str:
        """Have somebody arrive, which makes their account before anybody is asked; return its id."""
        state = self._world.tenant.state
        [by] = [found for found in state.connections.values() if found["name"] == connection]
        claims = {"sub": subject, "email": email, "email_verified": True, "groups": [*groups]}
        return str(arrived(state, by, claims)["user_id"])

    def request(self) -> Request:
        """Return a request of the door's, made now."""
        return Request(RESOLVER, ordered_id(), clock.now())

    def resolve(self, account: str, request: Request) -> logins.Answer:
        """Ask as the door does; a profile without our mark makes it ask, and here any does."""
        return logins.resolve(
            account,
            request=request,
            store=self._world.store,
            auth0=self._auth0,
            queue=self._world.queue,
        )
