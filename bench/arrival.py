"""Somebody who arrives by an organization's own identity provider, for the first time."""

from collections.abc import Callable
from functools import partial

import httpx

from bench.world import World, unique
from guestlist import organization_writes, writes
from guestlist.clock import clock
from guestlist.domain_records import Domain
from guestlist.organization_records import Organization
from guestlist.provisioning_records import Connection, Kind
from guestlist.store import Store
from guestlist.table import Table
from local.people import Api, exchange


def first_login(ours: World, _: str) -> Callable[[], Callable[[], httpx.Response]]:
    """Return the case of a stranger whom a proved domain makes a member as the door asks about them."""

    def ready() -> Callable[[], httpx.Response]:
        organization = _organization(ours)
        account = f"samlp|{organization}|ann"
        identity = {"connection": organization, "user_id": f"{organization}|ann", "provider": "samlp"}
        arrived = {"user_id": account, "email": f"ann@{organization}.example", "identities": [identity]}
        with ours.stack.tenant.state.lock:
            ours.stack.tenant.state.users[account] = arrived
        token = exchange(ours.stack, ours.stack.clients["resolver"]).json()["access_token"]
        return partial(Api(ours.stack, token).post, "/logins/resolve", json={"user": account})

    return ready


def discovered(ours: World, _: str) -> Callable[[], Callable[[], httpx.Response]]:
    """Return the case of an address whose domain leads to its organization's connection."""
    email = f"ann@{_organization(ours)}.example"
    return lambda: partial(Api(ours.stack, "").post, "/discover", json={"email": email})


def linked(ours: World, _: str) -> Callable[[], Callable[[], httpx.Response]]:
    """Return the case of a member of whom an operator says which account is theirs."""
    organization = _organization(ours)
    path = f"/organizations/{organization}/members"

    def ready() -> Callable[[], httpx.Response]:
        email = f"{unique('ann')}@{organization}.example"
        user = ours.api.post(path, json={"email": email}).raise_for_status().json()["user"]
        account = f"samlp|{organization}|{user}"
        return partial(ours.api.post, f"{path}/{user}/link", json={"account": account})

    return ready


def _organization(ours: World) -> str:
    """Record an organization as it stands when all that it needs at Auth0 is made; return its id."""
    name, now = unique("arriving"), clock.now()
    store = Store(Table(ours.stack.aws.physical["Table"]["Ref"]))
    connection = Connection(name=name, strategy="samlp")
    organization = Organization(
        id=name, name=name, kind=Kind.ENTERPRISE, connections=(connection,), created_at=now
    )
    domain = Domain(
        organization=name,
        name=f"{name}.example",
        token="",
        proved_at=now,
        auto_join=True,
        roles=("editor",),
        created_at=now,
    )
    store.commit(
        organization_writes.new_organization(organization),
        organization_writes.own_connection(name, name),
        writes.new_domain(domain),
        writes.own_domain(domain),
    )
    return name
