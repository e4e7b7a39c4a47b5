"""The persons of the story, seeded into a stack as they would come in: by the API and their mails."""

from collections.abc import Sequence

import httpx

from local.index import Person as Shown
from local.people import Person, operator
from local.signals import signals
from local.stack import Stack

ORGANIZATIONS = {"clinicA": "Clinic A", "clinicB": "Clinic B"}
MEMBERS: dict[str, tuple[str, str, dict[str, Sequence[str]]]] = {
    "dora.doctor@example.com": (
        "Dora",
        "doctor, admin of clinicA and member of clinicB",
        {"clinicA": ["admin"], "clinicB": []},
    ),
    "nils.nurse@example.com": ("Nils", "nurse at clinicA", {"clinicA": []}),
    "carla.clerk@example.com": ("Carla", "clerk at clinicB", {"clinicB": []}),
}
INVITED = "ida.invited@example.com"


def seed(stack: Stack) -> None:
    """Provision the organizations, have everybody join, and leave one invite open in the mailbox."""
    with Person(stack, "olga@guestlist.example") as olga:
        stack.hire_operator(olga.email, olga.password)
        with operator(stack, olga) as api:
            for organization, name in ORGANIZATIONS.items():
                api.post("/organizations", json={"id": organization, "name": name}).raise_for_status()
            stack.persons.append(
                Shown("Olga", olga.email, "operator: acts in every organization", (), olga.password)
            )
            for email, (name, about, roles) in MEMBERS.items():
                signals.check()
                password = _joined(stack, email, roles, api)
                stack.persons.append(Shown(name, email, about, tuple(roles), password))
            invite = {"email": INVITED, "inviter_name": "Olga Operator"}
            api.post("/organizations/clinicA/invites", json=invite).raise_for_status()
    stack.persons.append(Shown("Ida", INVITED, "invited to clinicA; the mail is in the mailbox", (), None))
    stack.workers.idle()


def _joined(stack: Stack, email: str, roles: dict[str, Sequence[str]], api: httpx.Client) -> str:
    """Invite somebody into each organization, go through their mails, and return the password they chose."""
    with Person(stack, email) as person:
        for organization, given in roles.items():
            invite = {"email": email, "roles": given, "inviter_name": "Olga Operator"}
            api.post(f"/organizations/{organization}/invites", json=invite).raise_for_status()
            stack.workers.idle()
            answer = person.press(person.link())
            if answer.headers["location"].startswith(stack.tenant.url):
                person.choose_password(answer.headers["location"])
        return person.password
