"""What `functions/` do with a request, without API Gateway: the use-case, then the hint."""

from collections.abc import Mapping
from typing import Any

from guestlist import acceptance, adding, closing, connection_changes, invites, members, moving, resending
from guestlist.acceptance import Accepted, Page
from guestlist.audit_records import ActorKind
from guestlist.bodies import InviteRequest, MemberRequest, OrganizationRequest
from guestlist.caller import Caller
from guestlist.clock import clock
from guestlist.connection_bodies import ConnectionRequest
from guestlist.ids import ordered_id
from guestlist.move_bodies import MoveRequest
from guestlist.organization_records import Organization
from guestlist.provisioning import provision
from guestlist.receipt_records import Terms
from guestlist.records import Invite, InviteStatus, Membership, User
from guestlist.request import IdempotencyKey, Request
from guestlist.tenant import TOKEN_LIFE
from local import stack
from tests.bench import OPERATOR
from tests.robustness.world import World

WEEK = 7 * 24 * 3600
PROVIDER: Mapping[str, Any] = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}
SELF_SERVICE: Mapping[str, Any] = {"self_service": True}
"""A connection that the customer's IT sets up."""
INVITEE = Caller(ActorKind.INVITEE, "invitee")


class Front:
    """The API as an operator asks it, and the invite's page, of one world."""

    def __init__(self, world: World) -> None:
        self.world, self.store, self._budgets = world, world.store, world.machines.budgets

    def provision(
        self,
        organization: str,
        *,
        adopting: bool = False,
        seats: int | None = None,
        **more: Any,  # noqa: ANN401 (JSON)
    ) -> None:
        """Provision an organization, under an idempotency key."""
        asked = OrganizationRequest(id=organization, name=organization, adopt=adopting, seats=seats, **more)
        made, offer = provision(
            asked,
            request=operators_request(f"{organization}#provision"),
            connection=stack.CONNECTION,
            budgets=self._budgets,
            store=self.store,
        )
        if made.unfinished:
            self.world.queue.provision(organization)
        elif offer:
            self.world.queue.mail(offer)

    def offboard(self, organization: str) -> None:
        """Close an organization for good."""
        closing.offboard(organization, request=operators_request(), store=self.store)
        self.world.queue.door()
        self.world.queue.provision(organization)

    def move(self, organization: str, grace: int, *providers: Mapping[str, Any]) -> None:
        """Move an organization to identity providers of its own, under an idempotency key."""
        own = [ConnectionRequest(**provider) for provider in providers or (PROVIDER,)]
        asked = MoveRequest(connections=own, grace=grace)
        request = operators_request(f"{organization}#move")
        moving.move(organization, asked, request=request, common=stack.CONNECTION, store=self.store)
        self.world.queue.provision(organization)

    def call_off_move(self, organization: str) -> None:
        """Have an organization stay where it is."""
        moving.call_off(organization, request=operators_request(), store=self.store)
        self.world.queue.provision(organization)

    def add_connection(self, organization: str, provider: Mapping[str, Any]) -> None:
        """Give an organization another identity provider, under an idempotency key."""
        asked, request = ConnectionRequest(**provider), operators_request(f"{organization}#connections")
        common = stack.CONNECTION
        connection_changes.add(organization, asked, request=request, common=common, store=self.store)
        self.world.queue.provision(organization)

    def drop_connection(self, organization: str, name: str) -> None:
        """Have an organization drop one, or call it off."""
        connection_changes.drop(organization, name, request=operators_request(), store=self.store)
        self.world.queue.provision(organization)

    def invite(self, organization: str, email: str, *, send: bool = True, life: int = WEEK) -> None:
        """Invite somebody, under an idempotency key."""
        made = invites.invite(
            organization,
            InviteRequest(email=email, roles=["editor"], inviter_name="", send=send, expires_in=life),
            request=operators_request(f"{organization}#invites#{email}"),
            connection=stack.CONNECTION,
            budgets=self._budgets,
            store=self.store,
        )
        if made.waits_for_mail(clock.now()):
            self.world.queue.mail(made)

    def resend(self, invite: Invite) -> None:
        """Send a new link."""
        again = resending.resend(
            invite.organization,
            invite.id,
            request=operators_request(),
            connection=stack.CONNECTION,
            budgets=self._budgets,
            store=self.store,
        )
        self.world.queue.mail(again)

    def revoke(self, invite: Invite) -> None:
        """Take an offer back."""
        invites.revoke(invite.organization, invite.id, request=operators_request(), store=self.store)

    def add(self, organization: str, email: str, *roles: str, welcome: bool = False) -> None:
        """Add somebody at once, under an idempotency key."""
        made, offer = adding.add_member(
            organization,
            MemberRequest(email=email, roles=list(roles), welcome=welcome, inviter_name=""),
            request=operators_request(f"{organization}#members#{email}"),
            connection=stack.CONNECTION,
            budgets=self._budgets,
            store=self.store,
        )
        if offer:
            self.world.queue.mail(offer)
        self.world.queue.project(made.user)

    def change_roles(self, seen: Membership, *roles: str) -> None:
        """Give a member other roles, as they were seen."""
        members.change_roles(
            seen.organization,
            seen.user,
            roles,
            seen=seen.version,
            request=operators_request(),
            store=self.store,
        )
        self.world.queue.project(seen.user)

    def deprovision(self, seen: Membership) -> None:
        """Take a member off the list, with a receipt."""
        removed = members.deprovision(
            seen.organization,
            seen.user,
            terms=Terms(TOKEN_LIFE),
            request=operators_request(),
            store=self.store,
        )
        for user in (removed.user, removed.successor, removed.predecessor):
            if user:
                self.world.queue.project(user)

    def press(self, invite: Invite, generation: int) -> str:
        """Press the button of a link; return where that leads: `ticket <id>`, `login`, or the page."""
        pressed = acceptance.accept(
            self.world.links.token(invite.id, generation),
            request=Request(INVITEE, ordered_id(), clock.now()),
            client_id=self.world.tenant.state.bootstrap_client[0],
            connection=stack.CONNECTION,
            links=self.world.links,
            store=self.store,
            auth0=self.world.auth0,
        )
        if isinstance(pressed, Accepted):
            return f"ticket {pressed.ticket.partition('ticket=')[2]}" if pressed.ticket else "login"
        if pressed.page is Page.WAIT and pressed.invite and pressed.invite.user:
            self.world.queue.project(pressed.invite.user)
        return pressed.page.template

    def suspend(self, organization: str, *, by_list: bool = True) -> None:
        """Close an organization's door, by its list or by its members' profiles."""
        closed = closing.suspend(organization, by_list=by_list, request=operators_request(), store=self.store)
        self._turned(closed)

    def resume(self, organization: str) -> None:
        """Open it again."""
        self._turned(closing.resume(organization, request=operators_request(), store=self.store))

    def _turned(self, organization: Organization) -> None:
        if organization.turning:
            self.world.queue.provision(organization.id)
        self.world.queue.door()

    def user(self, email: str) -> User | None:
        """Return the user with an address."""
        return self.store.user_by_email(stack.CONNECTION, email)

    def member(self, organization: str, email: str) -> Membership | None:
        """Return somebody's membership, or its tombstone; of one with both, that by the common connection."""
        own = [connection.name for connection in self.store.organization(organization).connections]
        users = [self.store.user_by_email(name, email) for name in (stack.CONNECTION, *own)]
        found = [self.store.membership(organization, user.id) for user in users if user]
        return next((membership for membership in found if membership), None)

    def invite_of(self, organization: str, email: str) -> Invite | None:
        """Return somebody's newest invite."""
        found = [
            invite
            for status in InviteStatus
            for invite in self.store.invites(organization, status, limit=100, cursor=None).items
            if invite.email == email
        ]
        return max(found, key=lambda invite: invite.id, default=None)


def operators_request(key: str = "") -> Request:
    """Return an operator's request, made now, with an idempotency key or without."""
    remembered = IdempotencyKey(f"olga#{key}#1", "the same body") if key else None
    return Request(OPERATOR, ordered_id(), clock.now(), remembered)
