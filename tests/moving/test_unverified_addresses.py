"""Accounts whose identity provider says that nobody verified the address, however well a domain is proved."""

from contextlib import closing

import pytest

from local.people import Api, Person
from local.stack import Stack
from tests.conftest import NewPerson
from tests.domain_setup import ANY, proved
from tests.front_door import unique
from tests.kinds_setup import provisioned
from tests.logins_setup import Place, enterprise
from tests.moving_setup import Mover
from tests.test_first_logins_refused import refused

TRUST = "should_trust_email_verified_connection"


def open_to_all(place: Place) -> None:
    """Let the people of an organization's domain become members by themselves."""
    path = f"{place.path}/domains/{place.domain}"
    place.operator.patch(path, json={"auto_join": True}, headers=ANY).raise_for_status()


@pytest.mark.parametrize("said", [False, "false", "False"])
@pytest.mark.parametrize("waits", ["invite", "auto_join"])
def test_nobody_joins_by_an_unverified_address(
    operator: Api, stack: Stack, new_person: NewPerson, said: object, waits: str
) -> None:
    """Neither by what waits for the address nor by its domain; SAML says it in text."""
    place = enterprise(stack, operator)
    eve = place.person(new_person, "eve")
    if waits == "invite":
        place.invite(eve.email)
    else:
        open_to_all(place)
    eve.idp["email_verified"] = said
    refused(place, eve)
    eve.idp["email_verified"] = True
    assert place.arrives(eve)["admitted"]


def test_silence_is_no_denial(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """Most SAML providers say nothing about it; the organization vouches for its domain."""
    place = enterprise(stack, operator)
    ann = place.person(new_person)
    place.invite(ann.email)
    del ann.idp["email_verified"]
    assert place.arrives(ann)["admitted"]


def test_who_is_bound_already_stays_so(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """By then it is the account that counts, not the address."""
    place = enterprise(stack, operator)
    ann = place.person(new_person)
    place.invite(ann.email)
    assert place.arrives(ann)["admitted"]
    ann.idp["email_verified"] = False
    assert place.arrives(ann)["admitted"]


def test_a_member_who_moves_is_bound_by_a_link_alone(clinic: Mover, new_person: NewPerson) -> None:
    """An operator vouches for the account, so that it may say what it likes."""
    ann = clinic.person(new_person, roles=["admin"])
    clinic.move()
    ann.idp["email_verified"] = False
    assert not clinic.arrives(ann)["admitted"]
    account = f"samlp|{clinic.provider}|{ann.idp['sub']}"
    path = f"{clinic.path}/members/{clinic.members(ann.email)[-1]['user']}/link"
    clinic.operator.post(path, json={"account": account}).raise_for_status()
    clinic.stack.workers.idle()
    assert clinic.arrives(ann)["admitted"]


def entra(stack: Stack, operator: Api, **options: str) -> Place:
    """Return an organization whose people sign in by Entra ID, by a connection with these options."""
    name = unique("entra")
    options = {"client_id": "id", "client_secret": "no", "tenant_domain": "clinic.example", **options}
    with closing(stack.management()) as auth0:
        auth0.call("POST", "/connections", {"name": name, "strategy": "waad", "options": options})
    more = {"connections": [{"name": name}], "applications": [stack.clients["app"].client_id]}
    organization = provisioned(stack, operator, kind="enterprise", **more)
    return Place(stack, operator, organization, name, proved(operator, organization)["domain"])


def arriving(place: Place, new_person: NewPerson) -> Person:
    """Return somebody whom the domain lets in, and whose provider calls their address verified."""
    open_to_all(place)
    return place.person(new_person)


def test_of_entra_id_the_connections_setting_says_it(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """Whatever the directory says: never by itself, always where the operator so chose."""
    distrusted = entra(stack, operator)
    refused(distrusted, arriving(distrusted, new_person))
    trusted = entra(stack, operator, **{TRUST: "always_set_emails_as_verified"})
    assert trusted.arrives(arriving(trusted, new_person))["admitted"]
