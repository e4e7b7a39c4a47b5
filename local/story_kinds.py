"""The story's second half: organizations whose users are their own, and how one comes to its end."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import httpx

from guestlist.making import LOOK_FOR_SETUP
from local.people import PLAIN, Api, Person, system
from local.stack import NAMESPACE, Stack
from local.telling import Story, expect, held

LOOKS_AGAIN = 15
"""Seconds after which offboarding looks again whether Auth0 knows who is out."""
GRACE = 60
"""Seconds for which the old door stays open; the operator's token outlives them."""


def tell_kinds(story: Story, stack: Stack, operating: Api, closing: ExitStack) -> None:
    """Tell how isolated and enterprise organizations open, whom they admit, and how one is shut."""
    administrator = closing.enter_context(Person(stack, "ada.admin@example.com"))
    _isolate(story, stack, operating, administrator)
    connection = _bring_provider(story, stack, operating)
    _arrive_first(story, stack, operating, connection)
    _choose_provider(story, stack, operating)
    _offboard(story, stack, operating, administrator)
    _move(story, stack, operating, administrator)
    _hand_over(story, stack, operating)


def _isolate(story: Story, stack: Stack, operating: Api, administrator: Person) -> None:
    text = "clinicE and clinicF are isolated: who is invited to both as an administrator has two accounts."
    with story.telling(12, text) as told:
        admin = {"email": administrator.email}
        for organization in ("clinicE", "clinicF"):
            _opened(stack, operating, {"id": organization, "kind": "isolated", "admin": admin})
            administrator.join()
            came = administrator.sign_in(
                organization, connection=_connection(operating, organization), prompt="login"
            )
            held(_claims(came) == (organization, ["admin"]), "the first administrator's invite admits them")
        own, other = (_connection(operating, organization) for organization in ("clinicE", "clinicF"))
        accounts = _accounts(stack, administrator.email)
        held([_came_by(account) for account in accounts] == [own, other], "one address is two accounts")
        denied = administrator.sign_in("clinicF", connection=own, prompt="login")
        held(denied.get("error") == "access_denied", "an account of clinicE is denied at clinicF")
        told.append(f"with clinicE's account, of {own}, at clinicF: {denied['error_description']}")


def _bring_provider(story: Story, stack: Stack, operating: Api) -> str:
    text = "clinicG brings an identity provider of its own, and proves its domain by a DNS record."
    with story.telling(13, text) as told:
        provider = {"strategy": "oidc", "issuer": "https://id.clinic-g.example", "client_id": "guestlist"}
        _opened(stack, operating, {"id": "clinicG", "kind": "enterprise", "connections": [provider]})
        claimed = expect(
            operating.post("/organizations/clinicG/domains", json={"domain": "clinic-g.example"}), 201
        )
        early = operating.post("/organizations/clinicG/domains/clinic-g.example/prove")
        held(early.is_client_error, "without the record, nothing is proved")
        _prove(stack, operating, claimed.json())
        told.append(
            f"TXT record {claimed.json()['record']['name']}; before it was there: {early.json()['code']}"
        )
    return _connection(operating, "clinicG")


def _arrive_first(story: Story, stack: Stack, operating: Api, connection: str) -> None:
    text = "An invited surgeon's first login there is admitted; a stranger's is denied, and leaves nothing."
    with (
        story.telling(14, text) as told,
        Person(stack, "sara.surgeon@clinic-g.example") as surgeon,
        Person(stack, "sam.stranger@elsewhere.example") as stranger,
    ):
        body = {"email": surgeon.email, "roles": ["editor"]}
        expect(operating.post("/organizations/clinicG/invites", json=body), 201)
        came = surgeon.sign_in("clinicG", connection=connection, prompt="login")
        held(_claims(came) == ("clinicG", ["editor"]), "the first login takes the offer up")
        before = _kept(operating, "clinicG")
        denied = stranger.sign_in("clinicG", connection=connection, prompt="login")
        held(denied.get("error") == "access_denied", "the stranger is denied")
        held(_kept(operating, "clinicG") == before, "nobody became a member, and no audit tells of it")
        [left] = _accounts(stack, stranger.email)
        held("app_metadata" not in left, "nothing is said of the stranger at Auth0")
        told.append(
            f"with the roles of the offer, {_claims(came)[1]}; the stranger: {denied['error_description']}"
        )


def _choose_provider(story: Story, stack: Stack, operating: Api) -> None:
    text = "clinicH has two identity providers: the domain of an address says by which one signs in."
    with story.telling(15, text) as told:
        domains = ("north.clinic-h.example", "south.clinic-h.example")
        providers = [
            {
                "strategy": "samlp",
                "metadata_url": f"https://id.{domain}/metadata",
                "domains": [domain],
            }
            for domain in domains
        ]
        _opened(stack, operating, {"id": "clinicH", "kind": "enterprise", "connections": providers})
        own = operating.get("/organizations/clinicH").json()["connections"]
        for domain, connection in zip(domains, own, strict=True):
            claimed = operating.post("/organizations/clinicH/domains", json={"domain": domain})
            _prove(stack, operating, expect(claimed, 201).json())
            with Person(stack, f"petra.porter@{domain}") as porter:
                invite = operating.post("/organizations/clinicH/invites", json={"email": porter.email})
                expect(invite, 201)
                held(_claims(porter.sign_in("clinicH"))[0] == "clinicH", f"{porter.email} is admitted")
                [account] = _accounts(stack, porter.email)
                held(_came_by(account) == connection["name"], f"{domain}'s provider is asked")
                told.append(f"{porter.email} came by {connection['name']}")


def _offboard(story: Story, stack: Stack, operating: Api, administrator: Person) -> None:
    text = "The operator offboards clinicE: people, connection and record go, and clinicF goes on."
    with story.telling(16, text) as told:
        connection = _connection(operating, "clinicE")
        leaving = expect(operating.delete("/organizations/clinicE"), 202).json()
        held(leaving["status"] == "offboarding", "the door closes first")
        stack.workers.idle()
        _pass(stack, LOOKS_AGAIN)
        stack.workers.idle()
        expect(operating.get("/organizations/clinicE"), 404)
        names = {own["name"] for own in stack.tenant.state.connections.values()}
        held(connection not in names, "its connection is gone")
        [left] = _accounts(stack, administrator.email)
        own = _connection(operating, "clinicF")
        held(_came_by(left) == own, "one account is left, clinicF's")
        again = administrator.sign_in("clinicF", connection=own, prompt="login")
        held(_claims(again) == ("clinicF", ["admin"]), "clinicF admits as before")
        told.append(
            f"of the two accounts, that of {own} is left (the clock was moved on by {LOOKS_AGAIN} seconds)"
        )


def _move(story: Story, stack: Stack, operating: Api, administrator: Person) -> None:
    text = "clinicF moves to an identity provider: its administrator keeps seat and role."
    with story.telling(17, text) as told:
        old = _connection(operating, "clinicF")
        provider = {"strategy": "oidc", "issuer": "https://id.clinic-f.example", "client_id": "guestlist"}
        body = {"connections": [provider], "grace": GRACE}
        expect(operating.post("/organizations/clinicF/move", json=body), 202)
        stack.workers.idle()
        [member] = [m for m in _members(operating, "clinicF") if m["moved_to"] is None]
        account = f"oidc|{_connection(operating, 'clinicF')}|{administrator.idp['sub']}"
        path = f"/organizations/clinicF/members/{member['user']}/link"
        expect(operating.post(path, json={"account": account}), 200)
        for connection in (old, _connection(operating, "clinicF")):
            came = administrator.sign_in("clinicF", connection=connection, prompt="login")
            held(_claims(came) == ("clinicF", ["admin"]), f"{connection} admits, in the time of grace")
        counted = expect(operating.get("/organizations/clinicF"), 200).json()["members"]
        held(counted == 1, "two accounts share a seat")
        _pass(stack, GRACE)
        stack.workers.tick()
        stack.workers.idle()
        denied = administrator.sign_in("clinicF", connection=old, prompt="login")
        held(denied.get("error") == "access_denied", "the old door is closed")
        came = administrator.sign_in("clinicF", connection=_connection(operating, "clinicF"), prompt="login")
        held(_claims(came) == ("clinicF", ["admin"]), "the new one is open")
        told.append(f"a minute later, with the old account: {denied['error_description']}")


def _hand_over(story: Story, stack: Stack, operating: Api) -> None:
    text = "clinicI's own IT sets up its connection, by a link of Auth0's that Guestlist made and forgot."
    with story.telling(18, text) as told:
        own = [{"self_service": True}]
        body = {"id": "clinicI", "name": "clinicI", "kind": "enterprise", "connections": own}
        expect(operating.post("/organizations", json=body), 201)
        stack.workers.idle()
        link = expect(operating.post("/organizations/clinicI/setup-links", json={}), 201).json()
        held(_status(stack, "clinicI")[1] == "awaiting_setup", "it waits")
        entered = {"strategy": "okta", "domain": "clinic-i.okta.example", "client_id": "guestlist"}
        expect(httpx.post(link["url"], data=entered, verify=PLAIN), 200)
        _pass(stack, LOOK_FOR_SETUP)
        stack.workers.tick()
        stack.workers.idle()
        held(_status(stack, "clinicI")[0] == "active", "it is open")
        told.append(
            f"{link['connection']} is found within {LOOK_FOR_SETUP // 60} minutes of their last click"
        )


def _status(stack: Stack, organization: str) -> tuple[str, str | None]:
    """Return an organization's status and why its first step waits, by a token of now."""
    with system(stack) as api:
        shown = expect(api.get(f"/organizations/{organization}"), 200).json()
    return shown["status"], shown["provisioning"][0]["code"]


def _members(operating: Api, organization: str) -> list[dict[str, Any]]:
    page = expect(operating.get(f"/organizations/{organization}/members"), 200).json()
    return list(page["items"])


def _pass(stack: Stack, seconds: int) -> None:
    """Move the stack's clock on."""
    jump = {"advance": seconds}
    httpx.post(f"{stack.tenant.url}/_local/clock", json=jump, verify=PLAIN).raise_for_status()


def _opened(stack: Stack, operating: Api, body: Mapping[str, object]) -> None:
    """Provision an organization, and go on when all of it is made at Auth0."""
    path = f"/organizations/{body['id']}"
    made = expect(operating.post("/organizations", json={"name": body["id"], **body}), 201).json()
    held(made["status"] == "provisioning", "it is recorded, and made from now on")
    stack.workers.idle()
    held(operating.get(path).json()["status"] == "active", f"{body['id']} is made")


def _connection(operating: Api, organization: str) -> str:
    [connection] = operating.get(f"/organizations/{organization}").json()["connections"]
    return str(connection["name"])


def _prove(stack: Stack, operating: Api, claimed: Mapping[str, Any]) -> None:
    """Set a claimed domain's record in the stack's zone, and have it looked for."""
    record = claimed["record"]
    stack.zone[record["name"]] = [record["value"]]
    path = f"/organizations/{claimed['organization']}/domains/{claimed['domain']}/prove"
    expect(operating.post(path), 200)


def _kept(operating: Api, organization: str) -> list[Any]:
    """Return what Guestlist has of an organization's people."""
    kinds = ("members", "invites", "audit")
    return [expect(operating.get(f"/organizations/{organization}/{kind}"), 200).json() for kind in kinds]


def _claims(outcome: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return where a login led, and as what; break the story if it was refused."""
    held(outcome["admitted"], f"a login is admitted, not: {outcome.get('error_description')}")
    claims = outcome["access_token_claims"]
    return claims[f"{NAMESPACE}/organization"], claims[f"{NAMESPACE}/roles"]


def _accounts(stack: Stack, email: str) -> list[dict[str, Any]]:
    with stack.tenant.state.lock:
        return [dict(user) for user in stack.tenant.state.users.values() if user.get("email") == email]


def _came_by(account: Mapping[str, Any]) -> str:
    return str(account["identities"][0]["connection"])
