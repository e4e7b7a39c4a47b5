"""An example of each route: what is made ready first, and the request that is measured."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from bench.arrival import discovered, first_login, linked
from bench.world import World, address, unique
from guestlist.provisioning import connection_name
from local.people import PLAIN

Asked = Callable[[], httpx.Response]
Case = Callable[[World, str], Callable[[], Asked]]
"""Given an organization with members, returns what makes one request ready, unasked."""
MEMBER = f"{5:024}"
PAGE = {"limit": 5}


def _get(path: str, **query: int) -> Case:
    """Return the case of a path that is read."""

    def case(ours: World, organization: str) -> Callable[[], Asked]:
        filled = path.format(organization=organization, user=MEMBER)
        return lambda: partial(ours.api.get, filled, params=query)

    return case


def _rename(ours: World, organization: str) -> Callable[[], Asked]:
    """Return the case of an organization that gets another name."""
    path, seen = f"/organizations/{organization}", {"If-Match": "*"}
    return lambda: partial(ours.api.patch, path, json={"name": "Renamed"}, headers=seen)


def _turn(verb: str) -> Case:
    """Return the case of an organization that is suspended, or resumed, while the other was so before."""
    other = {"suspend": "resume", "resume": "suspend"}[verb]

    def case(ours: World, organization: str) -> Callable[[], Asked]:
        def ready() -> Asked:
            ours.api.post(f"/organizations/{organization}/{other}").raise_for_status()
            return partial(ours.api.post, f"/organizations/{organization}/{verb}")

        return ready

    return case


def _post(path: str, body: Callable[[str], dict[str, Any]]) -> Case:
    """Return the case of a path at which something is made, with a body made anew for each."""

    def case(ours: World, organization: str) -> Callable[[], Asked]:
        filled = path.format(organization=organization)
        return lambda: partial(ours.api.post, filled, json=body(organization))

    return case


def _offboard(ours: World, _: str) -> Callable[[], Asked]:
    """Return the case of an organization that was provisioned just before."""

    def ready() -> Asked:
        name = unique("leaving")
        ours.api.post("/organizations", json={"id": name, "name": name}).raise_for_status()
        return partial(ours.api.delete, f"/organizations/{name}")

    return ready


def _move(ours: World, _: str) -> Callable[[], Asked]:
    """Return the case of an organization that was provisioned just before, and is to sign in by SAML."""
    provider = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}

    def ready() -> Asked:
        name = unique("moving")
        ours.api.post("/organizations", json={"id": name, "name": name}).raise_for_status()
        return partial(ours.api.post, f"/organizations/{name}/move", json={"connections": [provider]})

    return ready


def _call_off(ours: World, _: str) -> Callable[[], Asked]:
    """Return the case of an organization that moves to a connection which its IT is still to set up."""

    def ready() -> Asked:
        name, waits = unique("staying"), [{"self_service": True}]
        ours.api.post("/organizations", json={"id": name, "name": name}).raise_for_status()
        ours.api.post(f"/organizations/{name}/move", json={"connections": waits}).raise_for_status()
        return partial(ours.api.delete, f"/organizations/{name}/move")

    return ready


def _connection(method: str) -> Case:
    """Return the case of an organization that gets another connection, or drops one that nobody comes by."""

    def case(ours: World, _: str) -> Callable[[], Asked]:
        def ready() -> Asked:
            provider = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}
            name, own = unique("connected"), [provider] * 2
            body = {"id": name, "name": name, "kind": "enterprise", "connections": own}
            ours.api.post("/organizations", json=body).raise_for_status()
            ours.stack.workers.idle()
            where = f"/organizations/{name}/connections"
            if method == "POST":
                return partial(ours.api.post, where, json=provider)
            return partial(ours.api.delete, f"{where}/{connection_name(name, 2)}")

        return ready

    return case


def _setup_link(ours: World, _: str) -> Callable[[], Asked]:
    """Return the case of an organization whose connection its IT is to set up."""
    name, own = unique("awaiting"), [{"self_service": True}]
    body = {"id": name, "name": name, "kind": "enterprise", "connections": own}
    ours.api.post("/organizations", json=body).raise_for_status()
    return lambda: partial(ours.api.post, f"/organizations/{name}/setup-links", json={})


def _look_for_drift(ours: World, _: str) -> Callable[[], Asked]:
    """Return the case of a look for drift that is asked for once more before it begins."""
    return lambda: partial(ours.api.post, "/drift", json={"repair": False})


def _read_drift(ours: World, organization: str) -> Callable[[], Asked]:
    """Return the case of a look for drift that was asked for."""
    _look_for_drift(ours, organization)()().raise_for_status()
    return _get("/drift")(ours, organization)


def _of_invite(method: str, rest: str = "") -> Case:
    """Return the case of an invite that was made just before, and not mailed."""

    def case(ours: World, organization: str) -> Callable[[], Asked]:
        def ready() -> Asked:
            made = _invite(ours, organization)
            return partial(ours.api.request, method, f"{made.headers['location']}{rest}")

        return ready

    return case


def _of_member(method: str, **more: Any) -> Case:  # noqa: ANN401 (JSON)
    """Return the case of a member who was added just before."""

    def case(ours: World, organization: str) -> Callable[[], Asked]:
        def ready() -> Asked:
            path = f"/organizations/{organization}/members"
            made = ours.api.post(path, json={"email": address()}).raise_for_status()
            seen = {"If-Match": made.headers["etag"]}
            return partial(ours.api.request, method, made.headers["location"], headers=seen, **more)

        return ready

    return case


def _receipt(ours: World, organization: str) -> Callable[[], Asked]:
    """Return the case of the receipt of somebody who was removed just before."""
    removed = _of_member("DELETE")(ours, organization)()().raise_for_status()
    return lambda: partial(ours.api.get, removed.headers["location"])


def _of_domain(method: str, rest: str = "", **more: Any) -> Case:  # noqa: ANN401 (JSON)
    """Return the case of a domain that was claimed just before, with the record that proves it in place."""

    def case(ours: World, organization: str) -> Callable[[], Asked]:
        def ready() -> Asked:
            path, body = f"/organizations/{organization}/domains", {"domain": f"{unique('domain')}.example"}
            made = ours.api.post(path, json=body).raise_for_status()
            record, seen = made.json()["record"], {"If-Match": made.headers["etag"]}
            ours.stack.zone[record["name"]] = [record["value"]]
            where = f"{made.headers['location']}{rest}"
            return partial(ours.api.request, method, where, headers=seen, **more)

        return ready

    return case


def _of_link(method: str) -> Case:
    """Return the case of an invite's page, or its button: the page is looked at before."""

    def case(ours: World, organization: str) -> Callable[[], Asked]:
        browser = httpx.Client(verify=PLAIN, timeout=30)

        def ready() -> Asked:
            link = _invite(ours, organization).json()["link"]
            if method != "POST":
                return partial(browser.request, method, link)
            nonce = re.search(r'name="nonce" value="([^"]+)"', browser.get(link).text)
            return partial(browser.post, link, data={"nonce": nonce[1] if nonce else ""})

        return ready

    return case


def _invite(ours: World, organization: str) -> httpx.Response:
    body = {"email": address(), "send": False}
    return ours.api.post(f"/organizations/{organization}/invites", json=body).raise_for_status()


_INVITES, _MEMBERS = "/organizations/{organization}/invites", "/organizations/{organization}/members"
_DOMAINS = "/organizations/{organization}/domains"
ROUTES: dict[str, Case] = {
    "POST /organizations": _post("/organizations", lambda _: {"id": unique("clinic"), "name": "A Clinic"}),
    "GET /organizations": _get("/organizations", **PAGE),
    "GET /organizations/{organization}": _get("/organizations/{organization}"),
    "POST /invites": _post("/invites", lambda own: {"email": address(), "send": False, "organization": own}),
    "POST /organizations/{organization}/invites": _post(
        _INVITES, lambda _: {"email": address(), "send": False}
    ),
    "GET /organizations/{organization}/invites": _get(_INVITES, **PAGE),
    "GET /organizations/{organization}/invites/{invite}": _of_invite("GET"),
    "POST /organizations/{organization}/invites/{invite}/resend": _of_invite("POST", "/resend"),
    "DELETE /organizations/{organization}/invites/{invite}": _of_invite("DELETE"),
    "POST /organizations/{organization}/members": _post(_MEMBERS, lambda _: {"email": address()}),
    "GET /organizations/{organization}/members": _get(_MEMBERS, **PAGE),
    "GET /organizations/{organization}/members/{user}": _get(_MEMBERS + "/{user}"),
    "PATCH /organizations/{organization}": _rename,
    "DELETE /organizations/{organization}": _offboard,
    "POST /organizations/{organization}/move": _move,
    "DELETE /organizations/{organization}/move": _call_off,
    "POST /organizations/{organization}/connections": _connection("POST"),
    "DELETE /organizations/{organization}/connections/{connection}": _connection("DELETE"),
    "POST /organizations/{organization}/suspend": _turn("suspend"),
    "POST /organizations/{organization}/resume": _turn("resume"),
    "PATCH /organizations/{organization}/members/{user}": _of_member("PATCH", json={"roles": ["editor"]}),
    "DELETE /organizations/{organization}/members/{user}": _of_member("DELETE"),
    "GET /organizations/{organization}/receipts/{receipt}": _receipt,
    "POST /organizations/{organization}/members/{user}/link": linked,
    "POST /organizations/{organization}/domains": _post(
        _DOMAINS, lambda _: {"domain": f"{unique('domain')}.example"}
    ),
    "GET /organizations/{organization}/domains": _get(_DOMAINS),
    "GET /organizations/{organization}/domains/{domain}": _of_domain("GET"),
    "POST /organizations/{organization}/domains/{domain}/prove": _of_domain("POST", "/prove"),
    "PATCH /organizations/{organization}/domains/{domain}": _of_domain("PATCH", json={"roles": ["editor"]}),
    "DELETE /organizations/{organization}/domains/{domain}": _of_domain("DELETE"),
    "GET /organizations/{organization}/audit": _get("/organizations/{organization}/audit", **PAGE),
    "GET /organizations/{organization}/audit/checkpoints": _get(
        "/organizations/{organization}/audit/checkpoints", **PAGE
    ),
    "GET /organizations/{organization}/audit/keys": _get("/organizations/{organization}/audit/keys"),
    "GET /users/{user}": _get("/users/{user}"),
    "GET /users/{user}/organizations": _get("/users/{user}/organizations"),
    "POST /organizations/{organization}/setup-links": _setup_link,
    "POST /logins/resolve": first_login,
    "POST /discover": discovered,
    "POST /drift": _look_for_drift,
    "GET /drift": _read_drift,
    "GET /openapi.json": _get("/openapi.json"),
    "GET /accept/{token}": _of_link("GET"),
    "HEAD /accept/{token}": _of_link("HEAD"),
    "POST /accept/{token}": _of_link("POST"),
    "$default": _get("/nowhere"),
}
