"""What a client can ask for, done as the handlers of `functions/` do it, and how its answer is heard."""

from functools import partial

from guestlist import acceptance, adding, closing, members
from guestlist.acceptance import Accepted, Page
from guestlist.audit_records import ActorKind
from guestlist.bodies import InviteRequest, MemberRequest
from guestlist.caller import Caller
from guestlist.ids import ordered_id
from guestlist.invites import invite, revoke
from guestlist.organization_records import Organization
from guestlist.receipt_records import Terms
from guestlist.records import Membership
from guestlist.request import IdempotencyKey, Request
from guestlist.resending import resend
from guestlist.tenant import TOKEN_LIFE
from local import stack
from tests.bench import OPERATOR
from tests.robustness.deeds_of_own import OwnDeeds
from tests.robustness.history import History, Kind, Operation, Outcome
from tests.robustness.own import HOSPITAL, connection_of
from tests.robustness.witnesses import Witnesses
from tests.robustness.world import World

CALL = 4.0
"""Seconds for a call to Auth0 from the invite's page (`functions/accept`)."""
INVITEE = Caller(ActorKind.INVITEE, "invitee")
IN = {Page.WAIT, Page.STOPPED, Page.USED}
"""Pages that whoever is a member by this link may see."""


class Deeds:
    """All that clients do in one world."""

    def __init__(self, world: World, history: History, witnesses: Witnesses, *, by_list: bool = True) -> None:
        self._world, self._history, self._by_list = world, history, by_list
        self._store, self._queue = world.store, world.queue
        self._of_page = world.tenant.client(deadline=CALL)
        self.users = witnesses.users
        self._own = OwnDeeds(world, history, witnesses).deeds

    def perform(self, operation: Operation) -> Outcome:
        """Carry an operation out.

        Raises:
            GuestlistError: it is refused.
            ClientError: AWS failed, and nobody knows what became of it.
        """
        return {
            **self._own,
            Kind.INVITE: self._invite,
            Kind.RESEND: self._resend,
            Kind.REVOKE: self._revoke,
            Kind.ACCEPT: self._accept,
            Kind.ADD: self._add,
            Kind.CHANGE: self._change,
            Kind.REMOVE: self._remove,
            Kind.SUSPEND: self._suspend,
            Kind.RESUME: self._resume,
            Kind.READ_MEMBER: self._read_member,
            Kind.READ_INVITE: self._read_invite,
            Kind.READ_ORGANIZATIONS: self._read_organizations,
        }[operation.kind](operation)

    def _request(self, operation: Operation, caller: Caller = OPERATOR) -> Request:
        key = operation.key and IdempotencyKey(f"{operation.key} {operation.kind}", "the same body")
        request = Request(caller, ordered_id(), operation.now, key or None)
        self._history.requests[request.id] = operation
        return request

    def _invite(self, asked: Operation) -> Outcome:
        body = InviteRequest.model_construct(
            email=asked.person,
            roles=list(asked.roles),
            expires_in=asked.life,
            locale="en",
            connection=_signs_in_by(asked),
        )
        request = self._request(asked)
        made = invite(
            asked.organization,
            body,
            request=request,
            connection=stack.CONNECTION,
            budgets=self._world.machines.budgets,
            store=self._store,
        )
        if made.waits_for_mail(request.now):
            self._queue.mail(made)
        return Outcome("done", id=made.id, generation=made.generation, status=made.status.value)

    def _resend(self, asked: Operation) -> Outcome:
        again = resend(
            asked.organization,
            asked.invite,
            request=self._request(asked),
            connection=stack.CONNECTION,
            budgets=self._world.machines.budgets,
            store=self._store,
        )
        self._queue.mail(again)
        return Outcome("done", generation=again.generation, status=again.status.value)

    def _revoke(self, asked: Operation) -> Outcome:
        revoke(asked.organization, asked.invite, request=self._request(asked), store=self._store)
        return Outcome("done")

    def _accept(self, asked: Operation) -> Outcome:
        token = self._world.links.token(asked.invite, asked.generation)
        pressed = acceptance.accept(
            token,
            request=self._request(asked, INVITEE),
            client_id=self._world.tenant.state.bootstrap_client[0],
            connection=stack.CONNECTION,
            links=self._world.links,
            store=self._store,
            auth0=self._of_page,
        )
        made = pressed.invite
        if made and made.user:
            self.users[asked.person] = made.user
        if isinstance(pressed, Accepted) or pressed.page in IN:
            if not isinstance(pressed, Accepted) and made and made.user:
                self._queue.project(made.user)
            return Outcome("done")
        return Outcome(pressed.page.template)

    def _add(self, asked: Operation) -> Outcome:
        body = MemberRequest.model_construct(
            email=asked.person,
            roles=list(asked.roles),
            welcome=asked.welcome,
            locale="en",
            connection=_signs_in_by(asked),
        )
        made, welcome = adding.add_member(
            asked.organization,
            body,
            request=self._request(asked),
            connection=stack.CONNECTION,
            budgets=self._world.machines.budgets,
            store=self._store,
        )
        if welcome:
            self._queue.mail(welcome)
        return self._changed(asked, made, welcome.id if welcome else "")

    def _change(self, asked: Operation) -> Outcome:
        change = partial(members.change_roles, asked.organization, self.users[asked.person], asked.roles)
        return self._changed(asked, change(seen=asked.seen, request=self._request(asked), store=self._store))

    def _remove(self, asked: Operation) -> Outcome:
        user = self.users[asked.person]
        request = self._request(asked)
        removed = members.deprovision(
            asked.organization, user, terms=Terms(TOKEN_LIFE), request=request, store=self._store
        )
        self._changed(asked, removed)
        return Outcome("done")

    def _changed(self, asked: Operation, made: Membership, welcome: str = "") -> Outcome:
        self.users[asked.person] = made.user
        self._queue.project(made.user)
        return Outcome("done", id=welcome, version=made.version, roles=made.roles)

    def _suspend(self, asked: Operation) -> Outcome:
        request = self._request(asked)
        closed = closing.suspend(
            asked.organization, by_list=self._by_list, request=request, store=self._store
        )
        return self._turned(closed)

    def _resume(self, asked: Operation) -> Outcome:
        return self._turned(
            closing.resume(asked.organization, request=self._request(asked), store=self._store)
        )

    def _turned(self, organization: Organization) -> Outcome:
        if organization.turning:
            self._queue.provision(organization.id)
        self._queue.door()
        return Outcome("done")

    def _read_member(self, asked: Operation) -> Outcome:
        found = members.member(asked.organization, self.users[asked.person], self._store)
        return Outcome("seen", version=found.version, roles=found.roles)

    def _read_invite(self, asked: Operation) -> Outcome:
        found = self._store.invite(asked.organization, asked.invite)
        return Outcome("seen", id=found.id, generation=found.generation, status=found.status.value)

    def _read_organizations(self, asked: Operation) -> Outcome:
        user = self._store.user(self.users[asked.person])
        return Outcome("seen", organizations=frozenset(user.organizations.items()))


def _signs_in_by(asked: Operation) -> str:
    """Name the connection of whoever is offered something, where their domain may not tell it."""
    return connection_of(asked.person) if asked.organization == HOSPITAL else ""
