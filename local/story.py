"""The whole story, told once, with everything running for real on this machine; what `make demo` runs."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from typing import Any, TextIO

import httpx

from local.naive import left_of
from local.people import PLAIN, Api, Person, operator, system
from local.program import broke
from local.signals import signals
from local.stack import NAMESPACE, Stack
from local.story_audit import tell_audit
from local.story_kinds import tell_kinds
from local.story_leaving import tell_leaving
from local.telling import Broken, Story, expect, held, together

WAIT = {"Prefer": "wait=10"}
SCANNING = 0.2
"""Seconds within which a mail scanner opens a link several times."""


class Cast:
    """The persons of the story, each with a browser of their own."""

    def __init__(self, stack: Stack, closing: ExitStack) -> None:
        self.operator = closing.enter_context(Person(stack, "olga@guestlist.example"))
        self.doctor = closing.enter_context(Person(stack, "dora.doctor@example.com"))
        self.nurse = closing.enter_context(Person(stack, "nils.nurse@example.com"))
        self.clerk = closing.enter_context(Person(stack, "carla.clerk@example.com"))


def main(out: TextIO) -> int:
    """Tell the story; return 1 and say which line broke if anything is not as told."""
    story, started = Story(out), time.monotonic()
    story.say("Guestlist, the whole story, on this machine. Calls are those to Auth0's Management API.\n")
    try:
        with ExitStack() as closing:
            _tell(story, closing)
    except Broken as broken:
        signals.check()
        story.say(f"\nLine {story.line} broke: {broken}")
        return 1
    except Exception as error:  # noqa: BLE001 whatever it is, the story says where it ended
        signals.check()
        return broke(f"Line {story.line}", error)
    signals.check()
    seconds = time.monotonic() - started
    story.say(
        f"\n{story.line + 1}  All that was promised held: {story.calls} Auth0 calls, {seconds:.0f} seconds."
    )
    story.say("    Where to look next: `make up` keeps this stack, with an index page to click through.")
    return 0


def _tell(story: Story, closing: ExitStack) -> None:
    text = "The stack is up; setup.py has made the tenant's connection, API, clients and door."
    with story.telling(1, text) as told:
        stack = story.stack = closing.enter_context(Stack())
        told.append(f"tenant {stack.tenant.url}, gateway {stack.api}, mailbox {stack.mailbox}")
        _check_tenant(stack)
    cast = Cast(stack, closing)
    stack.hire_operator(cast.operator.email, cast.operator.password)
    operating = closing.enter_context(operator(stack, cast.operator))
    _provision(story, operating)
    link = _invite_doctor(story, stack, cast, operating)
    _scan(story, operating, link)
    _join(story, cast, link)
    _invite_nurse(story, stack, cast, closing)
    automatic = closing.enter_context(system(stack))
    doctor = _add_known(story, stack, cast, automatic)
    _welcome_clerk(story, stack, cast, operating)
    _race(story, stack, (operating, automatic), doctor)
    _remove(story, cast, operating, doctor)
    _suspend(story, cast, operating)
    tell_kinds(story, stack, operating, closing)
    tell_leaving(story, stack, cast.clerk, shared="clinicB", own="clinicG", domain="clinic-g.example")
    tell_audit(story, stack)


def _check_tenant(stack: Stack) -> None:
    connection = next(iter(stack.tenant.state.connections.values()))
    held(connection["options"]["disable_signup"], "sign-ups are off on the connection")
    first = stack.tenant.state.bindings["post-login"][0]
    held(first["display_name"] == "guestlist-door", "the door is the first Action bound to the trigger")
    for url in (stack.api, stack.mailbox, stack.app, stack.index):
        path = "/openapi.json" if url == stack.api else "/"
        held(httpx.get(url + path, verify=PLAIN).status_code == HTTPStatus.OK, f"{url} answers")


def _provision(story: Story, operating: Api) -> None:
    with story.telling(2, "An operator provisions clinicA and clinicB, whose users are shared."):
        for name in ("A", "B"):
            body = {"id": f"clinic{name}", "name": f"Clinic {name}"}
            expect(operating.post("/organizations", json=body), 201)


def _invite_doctor(story: Story, stack: Stack, cast: Cast, operating: Api) -> str:
    text = "The operator invites a doctor to clinicA as admin: a mail, no account, no call to Auth0."
    with story.telling(3, text) as told:
        calls = len(story.management_calls())
        body = {"email": cast.doctor.email, "roles": ["admin"], "inviter_name": "Olga Operator"}
        expect(operating.post("/organizations/clinicA/invites", json=body), 201)
        stack.workers.idle()
        mails = [mail for mail in stack.mails() if mail.to == cast.doctor.email]
        held(len(mails) == 1, "one mail is in the mailbox")
        held(_account(stack, cast.doctor) is None, "no account exists")
        held(len(story.management_calls()) == calls, "no Auth0 call was made")
        told.append(f"mail to {mails[0].to}: {mails[0].subject}")
    return cast.doctor.link()


def _scan(story: Story, operating: Api, link: str) -> None:
    text = "A mail scanner opens the link (HEAD, GET, GET, at once): nothing changed."
    opened: list[float] = []
    hooks = {"request": [lambda _: opened.append(time.monotonic())]}
    with story.telling(4, text) as told, httpx.Client(verify=PLAIN, event_hooks=hooks) as scanner:
        before = operating.get("/organizations/clinicA/invites").json()
        pages = together(*(partial(scanner.request, method, link) for method in ("HEAD", "GET", "GET")))
        held(max(opened) - min(opened) < SCANNING, "the scanner opens the link three times within 200 ms")
        told.append(f"opened within {(max(opened) - min(opened)) * 1000:.0f} ms")
        held(all(page.status_code == HTTPStatus.OK for page in pages), "the page opens")
        held("<script" not in pages[-1].text, "there is no script that a scanner could run")
        held(operating.get("/organizations/clinicA/invites").json() == before, "the invite is as it was")


def _join(story: Story, cast: Cast, link: str) -> None:
    text = "The doctor presses the button, sets a password at the tenant, and signs in to clinicA: admitted."
    with story.telling(5, text) as told:
        expect(cast.doctor.choose_password(expect(cast.doctor.press(link), 303).headers["location"]), 200)
        outcome = cast.doctor.sign_in("clinicA")
        held(outcome["admitted"], "the doctor is admitted to clinicA")
        claims = {
            name: outcome["access_token_claims"].get(f"{NAMESPACE}/{name}")
            for name in ("organization", "roles")
        }
        held(claims == {"organization": "clinicA", "roles": ["admin"]}, "the tokens carry the claims")
        denied = cast.doctor.sign_in("clinicB")
        held(not denied["admitted"] and denied["error"] == "access_denied", "clinicB denies the doctor")
        told.append(f"claims {claims}; at clinicB: {denied['error_description']}")


def _invite_nurse(story: Story, stack: Stack, cast: Cast, closing: ExitStack) -> None:
    text = "The doctor, as clinicA's admin, invites a nurse without naming clinicA; naming clinicB is 404."
    with story.telling(6, text):
        as_admin = closing.enter_context(cast.doctor.api("clinicA"))
        made = expect(as_admin.post("/invites", json={"email": cast.nurse.email}), 201).json()
        held(made["organization"] == "clinicA", "the organization is forced to the inviter's")
        stack.workers.idle()
        sent = len(stack.mails())
        other = {"email": "somebody.else@example.com", "organization": "clinicB"}
        expect(as_admin.post("/invites", json=other), 404)
        stack.workers.idle()
        held(len(stack.mails()) == sent, "nothing is sent into clinicB")


def _add_known(story: Story, stack: Stack, cast: Cast, automatic: Api) -> str:
    text = "Another system adds the doctor, a known account, to clinicB: one call."
    with story.telling(7, text) as told:
        calls = len(story.management_calls())
        body = {"email": cast.doctor.email, "roles": ["member"]}
        added = expect(automatic.post("/organizations/clinicB/members", json=body, headers=WAIT), 201).json()
        held(added["projection"] == "applied", "the membership is applied at Auth0")
        held(len(story.management_calls()) == calls + 1, "one Auth0 call was made")
        organizations = _organizations(stack, cast.doctor)
        held(organizations == ["clinicA", "clinicB"], "the array holds both")
        held(cast.doctor.sign_in("clinicB")["admitted"], "the doctor is admitted to clinicB")
        told.append(f"app_metadata.organizations = {organizations}")
    return str(added["user"])


def _welcome_clerk(story: Story, stack: Stack, cast: Cast, operating: Api) -> None:
    text = "The operator adds a clerk to clinicB at once: an account whose password nobody knows, and a mail."
    with story.telling(8, text) as told:
        body = {"email": cast.clerk.email, "welcome": True}
        expect(operating.post("/organizations/clinicB/members", json=body, headers=WAIT), 201)
        stack.workers.idle()
        held(_account(stack, cast.clerk) is not None, "the account exists")
        cast.clerk.join()
        held(cast.clerk.sign_in("clinicB")["admitted"], "the clerk set a password and is admitted")
        told.append("one call makes the account; at the mail's button, a read and a ticket")


def _race(story: Story, stack: Stack, administrators: Sequence[Api], doctor: str) -> None:
    text = "Two administrators add the doctor to two more clinics in the same instant: both arrive."
    with story.telling(9, text) as told:
        for name in ("C", "D"):
            body = {"id": f"clinic{name}", "name": f"Clinic {name}"}
            expect(administrators[0].post("/organizations", json=body), 201)
        user, before = administrators[0].get(f"/users/{doctor}").json(), len(story.management_calls())
        paths = [f"/organizations/clinic{name}/members" for name in ("C", "D")]
        adding = [
            partial(api.post, path, json={"email": user["email"]}, headers=WAIT)
            for api, path in zip(administrators, paths, strict=True)
        ]
        for answer in together(*adding):
            held(expect(answer, 201).json()["projection"] == "applied", "each is applied")
        organizations = stack.tenant.state.users[user["account"]]["app_metadata"]["organizations"]
        held(organizations == ["clinicA", "clinicB", "clinicC", "clinicD"], "both clinics arrived")
        told.append(f"Guestlist, {len(story.management_calls()) - before} of the calls: {organizations}")
        left = left_of(stack, "clinicC", "clinicD")
        held(len(left) == 1, "the straightforward script loses one of two")
        told.append(
            f"beside it a script that reads, appends and writes back, two at once: {left}, one is lost"
        )


def _remove(story: Story, cast: Cast, operating: Api, doctor: str) -> None:
    text = "The doctor is removed from clinicA: refresh and login there are refused, clinicB goes on."
    with story.telling(10, text) as told:
        nurse = {"email": cast.nurse.email, "roles": ["admin"]}
        expect(operating.post("/organizations/clinicA/members", json=nurse, headers=WAIT), 201)
        told.append("the nurse is made an admin first: clinicA never loses its last one")
        held(cast.doctor.refresh("clinicA")["admitted"], "before the removal the refresh works")
        removal = operating.delete(f"/organizations/clinicA/members/{doctor}", headers=WAIT)
        receipt = expect(removal, 202).json()
        held(receipt["settled"], "Auth0 knows")
        held(receipt["steps"][3]["code"] == "belongs_elsewhere", "the doctor's sessions are clinicB's, too")
        refused = cast.doctor.refresh("clinicA")
        held(not refused["admitted"], "the next refresh for clinicA is refused")
        held(not cast.doctor.sign_in("clinicA")["admitted"], "the next login there is denied")
        held(cast.doctor.refresh("clinicB")["admitted"], "clinicB goes on")
        told.append(f"refresh for clinicA: {refused['error']}, {refused['error_description']}")


def _suspend(story: Story, cast: Cast, operating: Api) -> None:
    text = "The operator suspends clinicB, whatever its size: one line on the door's list; then it goes on."
    with story.telling(11, text) as told:
        closed = expect(operating.post("/organizations/clinicB/suspend", headers=WAIT), 200).json()
        held((closed["status"], closed["door"]) == ("suspended", "closed"), "Auth0's door knows")
        refused = cast.doctor.refresh("clinicB")
        held(not refused["admitted"], "the next refresh for clinicB is refused")
        held(not cast.clerk.sign_in("clinicB")["admitted"], "nobody else gets in there either")
        told.append(f"refresh for clinicB: {refused['error_description']}")
        opened = expect(operating.post("/organizations/clinicB/resume", headers=WAIT), 200).json()
        held(opened["door"] == "open", "Auth0's door knows that it is open again")
        held(cast.clerk.sign_in("clinicB")["admitted"], "the clerk gets in as before")
        told.append("each time two writes to each of the door's two Actions; no member's profile was touched")


def _account(stack: Stack, person: Person) -> dict[str, Any] | None:
    return next(
        (user for user in stack.tenant.state.users.values() if user.get("email") == person.email), None
    )


def _organizations(stack: Stack, person: Person) -> list[str]:
    account = _account(stack, person) or {}
    organizations: list[str] = account["app_metadata"]["organizations"]
    return organizations
