"""Guestlist without its functions: the rest of it at a real tenant and table, run by hand."""

import itertools
import json
import math
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, replace
from typing import Any

import httpx
import pytest

from guestlist.access import Permission
from guestlist.adding import add_member
from guestlist.audit_records import ActorKind
from guestlist.auth0 import Auth0, segment
from guestlist.bodies import InviteRequest, MemberRequest, OrganizationRequest
from guestlist.budgets import Budgets, Limits
from guestlist.caller import Caller
from guestlist.clock import clock
from guestlist.ids import ordered_id
from guestlist.invites import invite
from guestlist.leases import SETTLING
from guestlist.links import Links
from guestlist.members import change_roles, deprovision
from guestlist.projection import Projected, project_user
from guestlist.provisioning import provision
from guestlist.queue import Queue
from guestlist.records import Invite, InviteStatus, Membership, User
from guestlist.request import Request, sweep_request
from guestlist.seal_key import SealKey
from guestlist.sealing import Sealed, seal_all
from guestlist.store import Store
from guestlist.sweeping import Swept, sweep
from guestlist.table import Table
from guestlist.tenant import Wanted, set_up
from local import stack
from local.aws import Aws
from local.environment import variables
from local.people import PLAIN
from local.template import Template
from local.tenant.app import Tenant
from tests.adoption_setup import owner

OPERATOR = Caller(ActorKind.OPERATOR, "auth0|olga", frozenset(Permission))
URL = "https://guestlist.example"
UNHEEDED = Limits(organization=1000, inviter=1000, recipient=1000, recipient_in_all=1000)
_numbers = itertools.count(1)


class Bench:
    """The parts, and what tests do with them. Every address and organization is a new one."""

    def __init__(self, tenant: Tenant, aws: Aws, client: dict[str, str], closes: ExitStack) -> None:
        self.tenant, self.aws, self._closes = tenant, aws, closes
        self.control = closes.enter_context(httpx.Client(base_url=f"{tenant.url}/_local", verify=PLAIN))
        self.store = Store(Table(aws.physical["Table"]["Ref"]))
        self.queue = Queue(
            projection=aws.physical["ProjectionQueue"]["Ref"], mail=aws.physical["MailQueue"]["Ref"]
        )
        self.key = SealKey(aws.physical["SealKey"]["Arn"])
        self.budgets = budgets(self.store)
        self._client = client
        self.auth0 = self.client()

    def client(self, *, deadline: float = 8, transport: httpx.BaseTransport | None = None) -> Auth0:
        """Return a Management API client as the projector has one."""
        made = Auth0(self.tenant.url, lambda: self._client, deadline=deadline, transport=transport)
        self._closes.callback(made.close)
        return made

    def request(self) -> Request:
        """Return an operator's request, made now."""
        return Request(OPERATOR, ordered_id(), clock.now())

    def organization(self, *, seats: int | None = None) -> str:
        """Provision an organization and return its id."""
        return self._provisioned(
            OrganizationRequest(id=f"clinic{next(_numbers):04}", name="A Clinic", seats=seats)
        )

    def provisioned(self, organization: str, *, adopting: bool = False) -> None:
        """Provision an organization of a given id."""
        self._provisioned(OrganizationRequest(id=organization, name="A Clinic", adopt=adopting))

    def _provisioned(self, asked: OrganizationRequest) -> str:
        made, _ = provision(
            asked,
            request=self.request(),
            connection=stack.CONNECTION,
            budgets=self.budgets,
            store=self.store,
        )
        return made.id

    def audited(self, organization: str) -> list[str]:
        """Return what was done in an organization, oldest first."""
        items, _ = self.store._table.page(
            "#pk = :pk AND begins_with(#sk, :kind)", limit=100, pk=f"ORG#{organization}", kind="AUDIT#"
        )
        return [item["action"] for item in items]

    def accepted_invites(self, organization: str) -> list[Invite]:
        """Return an organization's invites that were accepted, or born so."""
        page = self.store.invites(organization, InviteStatus.ACCEPTED, limit=100, cursor=None)
        return list(page.items)

    def added(self, organization: str, email: str | None = None, *roles: str) -> str:
        """Add somebody to an organization, and return the user's id; nothing is queued."""
        asked = MemberRequest(email=email or f"ann{next(_numbers)}@example.com", roles=list(roles))
        return self._add(organization, asked)[0].user

    def invited(
        self, organization: str, email: str, *, send: bool = True, budgets: Budgets | None = None
    ) -> Invite:
        """Invite somebody; the mail is not queued."""
        asked = InviteRequest(email=email, send=send, inviter_name="")
        return invite(
            organization,
            asked,
            request=self.request(),
            connection=stack.CONNECTION,
            budgets=budgets or self.budgets,
            store=self.store,
        )

    def welcomed(self, organization: str, email: str) -> Invite:
        """Add somebody at once, whose welcome is not queued."""
        _, welcome = self._add(organization, MemberRequest(email=email, welcome=True))
        assert welcome
        return welcome

    def _add(self, organization: str, asked: MemberRequest) -> tuple[Membership, Invite | None]:
        return add_member(
            organization,
            asked,
            request=self.request(),
            connection=stack.CONNECTION,
            budgets=self.budgets,
            store=self.store,
        )

    def removed(self, organization: str, user: str) -> None:
        """Take a member off the organization's list."""
        deprovision(organization, user, request=self.request(), store=self.store)

    def user(self, user: str) -> User:
        """Return the user's item."""
        return self.store.user(user)

    def named(self, email: str) -> str:
        """Return the id of the user with an address."""
        user = self.store.user_by_email(stack.CONNECTION, email)
        assert user
        return user.id

    def changes_roles(self, organization: str, user: str, *roles: str) -> None:
        """Give a member these roles in place of those they were added with."""
        change_roles(organization, user, roles, seen=1, request=self.request(), store=self.store)

    def expelled(self, user: str) -> None:
        """Take a member off the lists of all their organizations."""
        for organization in self.user(user).organizations:
            self.removed(organization, user)

    def project(self, user: str, auth0: Auth0 | None = None) -> Projected:
        """Project a user, as the projector does when a hint comes."""
        return project_user(user, request_id="a-message", store=self.store, auth0=auth0 or self.auth0)

    def settled(self, user: str) -> User:
        """Return the user after the wait for late writes, and a look at what stands there."""
        self.advance(SETTLING)
        return self.project(user).user

    def sweep(self) -> Swept:
        """Sweep once, as every minute."""
        return sweep(request=sweep_request("sweep", clock.now()), queue=self.queue, store=self.store)

    def seal(self) -> Sealed:
        """Seal the audit once, as every five minutes."""
        return seal_all(key=self.key, store=self.store, until=math.inf)

    def hints(self, queue: str) -> list[dict[str, str]]:
        """Take all messages out of a queue, by its name in the template."""
        sqs, url, found = self.aws.sqs(), self.aws.physical[queue]["Ref"], list[dict[str, str]]()
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def account(self, user: str) -> dict[str, Any] | None:
        """Return the user's account at Auth0, past its log of calls."""
        with self.tenant.state.lock:
            found = self.tenant.state.users.get(self.user(user).account)
            return json.loads(json.dumps(found)) if found else None

    def array(self, user: str) -> list[str]:
        """Return the organizations that the user's account bears."""
        account = self.account(user)
        return list(account["app_metadata"]["organizations"]) if account else []

    def accounts(self, user: str) -> list[str]:
        """Return the ids of all accounts with the user's address."""
        email = self.user(user).email
        with self.tenant.state.lock:
            return [name for name, found in self.tenant.state.users.items() if found["email"] == email]

    def delete_account(self, user: str) -> None:
        """Delete the user's account past Guestlist, as whoever owns the tenant may."""
        with closing(owner(self.tenant)) as auth0:
            auth0.call("DELETE", f"/users/{segment(self.user(user).account)}")

    def fails(self, method: str, **how: object) -> None:
        """Have the tenant fail at the next call of this method for users."""
        fault = {"method": method, "path": "/api/v2/users", **how}
        self.control.post("/faults", json=fault).raise_for_status()

    def amended(self, user: str, **fields: Any) -> User:  # noqa: ANN401 (a user's fields)
        """Write to the user's item, past all conditions, what a crash or a race would have left there."""
        item = self.user(user)
        return self.store.amended(item, replace(item, **fields), when="attribute_exists(#pk)")

    def advance(self, seconds: float) -> None:
        """Let time pass for all; writes that are due by then have landed."""
        self.control.post("/clock", json={"advance": seconds}).raise_for_status()

    def calls(self) -> list[str]:
        """Return the Management API calls since the last look, as `PATCH 200`."""
        found = self.control.get("/calls").json()
        self.control.delete("/calls")
        return [f"{call['method']} {call['status']}" for call in found if "/api/v2/" in call["path"]]


def budgets(store: Store) -> Budgets:
    """Return budgets of mails that no test of something else uses up."""
    return Budgets(UNHEEDED, links=Links(origin=URL, keys=lambda: {"current": "key"}), store=store)


def now() -> object:
    """Return what equals the time of the tests' clock, give or take the seconds that a test takes."""
    return pytest.approx(clock.now(), abs=4)


@contextmanager
def bench() -> Iterator[Bench]:
    """Start tenant and AWS, set the tenant up, and put all away again."""
    with ExitStack() as starting:
        tenant = starting.enter_context(Tenant())
        starting.enter_context(stack._ticking(tenant))
        clients = set_up_tenant(tenant)
        aws = Aws(template(tenant.url), secrets={}, identities=[stack.SENDER])
        starting.enter_context(variables(aws.environment()))
        starting.enter_context(aws)
        yield Bench(tenant, aws, clients["projector"], starting)


def set_up_tenant(tenant: Tenant) -> dict[str, dict[str, str]]:
    """Set a tenant up as the deployer does, and return its clients."""
    client_id, client_secret = tenant.bootstrap_client
    wanted = Wanted(stack.AUDIENCE, stack.NAMESPACE, stack.CONNECTION, URL)
    owner = Auth0(tenant.url, lambda: {"client_id": client_id, "client_secret": client_secret})
    with closing(owner):
        clients = set_up(wanted, auth0=owner, door=stack.DOOR)
    return {name: asdict(client) for name, client in clients.items()}


def template(url: str) -> Template:
    """Return the template for a tenant at a URL."""
    names = ("ApiAudience", "ClaimsNamespace", "Connection", "ApplicationName", "ApplicationLoginUrl")
    parameters = dict.fromkeys((*names, "ApplicationClientId", "SelfServiceProfile", "LinkOrigin"), URL)
    parameters |= {
        "Auth0Url": url,
        "Auth0Issuer": f"{url}/",
        "MailFrom": stack.SENDER,
    }
    return Template.load(stack.ROOT / "template.yaml", parameters)
