"""Takeover, played to the end: whoever got hold of an address, a link or a token before its owner did."""

from contextlib import closing
from json import JSONDecodeError
from typing import Any

import pytest

from guestlist.auth0 import segment
from local.people import Api, Person
from local.stack import NAMESPACE, Stack
from tests.accept_setup import HOUR, get, heading, invited, later, link
from tests.adoption_setup import PASSWORD, account, owner, planted
from tests.adoption_setup import link as linked
from tests.conftest import NewPerson
from tests.front_door import WAIT, accounts, add, join, organizations_at_auth0, provision

METHOD = {"id": "totp|dev_1", "type": "totp", "confirmed": True, "created_at": "2026-11-24T10:00:00.000Z"}


def attacker_of(victim: Person, new_person: NewPerson, **more: Any) -> tuple[Person, str]:  # noqa: ANN401 (plant)
    """Return somebody who registered the victim's address first, and the account of that address."""
    attacker = new_person("attacker")
    attacker.email = victim.email
    return attacker, planted(attacker, **more)


def signs_in(person: Person, clinic: str) -> bool:
    """Return whether somebody gets in, by a session or by their password."""
    try:
        return bool(person.sign_in(clinic)["admitted"])
    except JSONDecodeError:  # the tenant's page again: no such password
        return False


def stays_out(attacker: Person, clinic: str) -> None:
    """Hold that neither the attacker's password nor their session nor their token leads in."""
    assert not signs_in(attacker, clinic)
    assert not attacker.refresh(clinic)["admitted"]


def test_an_address_that_an_attacker_registered_is_the_invitees_in_the_end(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """With the attacker's password and session: both are worth nothing once the invitee pressed."""
    victim, before = new_person(), provision(operator)
    attacker, name = attacker_of(victim, new_person, organizations=[before])
    assert attacker.sign_in(before)["admitted"]
    _, url = invited(operator, clinic, victim)
    ticket = victim.press(url).headers["location"]
    stays_out(attacker, clinic)
    assert ticket.startswith(stack.tenant.url)
    victim.choose_password(ticket)
    assert victim.sign_in(clinic)["admitted"]
    stays_out(attacker, clinic)
    assert [found["user_id"] for found in accounts(stack, victim.email)] == [name]


def test_before_the_button_the_attackers_account_is_granted_nothing(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Added at once, the victim is asked by mail; their button makes the account theirs."""
    victim = new_person()
    attacker, name = attacker_of(victim, new_person)
    member = add(operator, clinic, victim, roles=["admin"])
    assert member["projection"] == "awaiting_acceptance"
    stays_out(attacker, clinic)
    assert "app_metadata" not in account(stack.tenant, name)
    later(stack, 60)
    stack.workers.tick()
    stack.workers.idle()
    victim.join()
    stays_out(attacker, clinic)
    shown = operator.get(f"/organizations/{clinic}/members/{member['user']}").json()
    assert shown["projection"] == "applied"
    assert victim.sign_in(clinic)["claims"][f"{NAMESPACE}/roles"] == ["admin"]


def test_a_verified_address_is_its_owners(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """They keep their password, and the link leads to the login: it sets nobody's password."""
    owner_of_it = new_person()
    planted(owner_of_it, verified=True)
    _, url = invited(operator, clinic, owner_of_it)
    assert owner_of_it.press(url).headers["location"].startswith(stack.app)
    assert owner_of_it.sign_in(clinic)["admitted"]
    assert owner_of_it.password == PASSWORD


@pytest.mark.parametrize("trap", ["linked", "second factor", "no session endpoint"])
def test_what_would_outlive_a_reset_is_for_a_person_to_decide(
    trap: str, operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Another identity, a second factor, or sessions that cannot be ended: nothing is granted."""
    victim = new_person()
    attacker, name = attacker_of(victim, new_person)
    if trap == "linked":
        other = new_person("other")
        linked(stack.tenant, name, planted(other))
    if trap == "second factor":
        stack.tenant.state.authentication_methods[name] = [METHOD]
    if trap == "no session endpoint":
        stack.tenant.state.plan = "essentials"
    try:
        page = victim.press(invited(operator, clinic, victim)[1])
    finally:
        stack.tenant.state.plan = "none"
    assert (page.status_code, heading(page)) == (409, "Somebody has to help here")
    stays_out(attacker, clinic)
    left = account(stack.tenant, name)
    assert "app_metadata" not in left
    assert "last_password_reset" not in left


def test_an_account_that_took_a_deleted_ones_place_gets_no_ticket(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Guestlist made the first one, whose password was nobody's; the second is its owner's, used or not."""
    person = new_person()
    person.press(invited(operator, clinic, person)[1])
    [found] = accounts(stack, person.email)
    with closing(owner(stack.tenant)) as auth0:
        auth0.call("DELETE", f"/users/{segment(found['user_id'])}")
    planted(person, verified=True)
    _, url = invited(operator, provision(operator), person)
    assert [person.press(url).headers["location"].startswith(stack.app) for _ in range(2)] == [True, True]
    assert person.sign_in(clinic)["admitted"]


def test_a_forwarded_link_is_of_no_use_once_a_password_was_set(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Whoever presses it then is led to the login, and the invitee's password goes on."""
    invitee, other = new_person(), new_person("other")
    _, url = invited(operator, clinic, invitee)
    invitee.join()
    assert other.press(url).headers["location"].startswith(stack.app)
    assert invitee.sign_in(clinic)["admitted"]


def test_a_forwarded_link_pressed_by_somebody_signed_in_stays_the_invitees(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The offer is the address's, whoever is signed in to what in that browser."""
    invitee, member = new_person(), new_person("member")
    join(operator, provision(operator), member)
    _, url = invited(operator, clinic, invitee)
    member.press(url)
    assert organizations_at_auth0(member.stack, invitee) == [clinic]
    assert clinic not in organizations_at_auth0(member.stack, member)


def test_a_link_does_not_follow_a_changed_address(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """The account has another address by now: its new owner's password is not for the old mailbox to set."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    person.press(url)
    [found] = accounts(stack, person.email)
    with closing(owner(stack.tenant)) as auth0:
        auth0.call("PATCH", f"/users/{segment(found['user_id'])}", {"email": f"new-{person.email}"})
    assert person.press(url).headers["location"].startswith(stack.app)


def test_an_old_mailbox_opens_nothing_for_a_renamed_account(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Whoever reads mails to the old address owns the account no more, and its owner was not invited."""
    person, reader = new_person(), new_person("reader")
    join(operator, clinic, person)
    name = accounts(person.stack, person.email)[0]["user_id"]
    renamed = f"moved-{person.email}"
    with closing(owner(person.stack.tenant)) as auth0:
        auth0.call("PATCH", f"/users/{segment(name)}", {"email": renamed, "email_verified": True})
    other = provision(operator)
    _, url = invited(operator, other, person)
    assert reader.press(url).status_code == 409
    assert account(person.stack.tenant, name)["app_metadata"]["organizations"] == [clinic]


def test_an_admin_cannot_plant_a_person_whom_another_clinic_trusts(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """No link for them, nor a password, nor a mailbox that is not the victim's: only the victim gets in."""
    admin, victim, other = new_person("admin"), new_person(), provision(operator)
    join(operator, clinic, admin, roles=["admin"])
    with admin.api(clinic) as api:
        planting = api.post(f"/organizations/{clinic}/members", json={"email": victim.email}, headers=WAIT)
        hidden = api.post(
            f"/organizations/{clinic}/invites", json={"email": "x@clinic.example", "send": False}
        )
    assert (planting.status_code, hidden.status_code) == (201, 403)
    _, url = invited(operator, other, victim)
    victim.choose_password(victim.press(url).headers["location"])
    assert victim.sign_in(other)["admitted"]


def test_a_removed_admins_token_and_invites_are_worth_nothing(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The token has time to live and the invite too; neither brings anybody in."""
    admin, friend = new_person("admin"), new_person("friend")
    add(operator, clinic, new_person(), roles=["admin"])
    join(operator, clinic, admin, roles=["admin"])
    with admin.api(clinic) as api:
        url = invited(api, clinic, friend)[1]
        [user] = [
            one["user"]
            for one in operator.get(f"/organizations/{clinic}/members").json()["items"]
            if one["email"] == admin.email
        ]
        operator.delete(f"/organizations/{clinic}/members/{user}").raise_for_status()
        late = api.post(f"/organizations/{clinic}/members", json={"email": admin.email})
        prying = [api.get(f"/organizations/{clinic}/{what}") for what in ("members", "invites", "audit")]
    assert [answer.status_code for answer in (late, *prying)] == [403] * 4
    assert friend.press(url).status_code == 410
    assert accounts(admin.stack, friend.email) == []


def test_a_removed_members_own_older_invite_does_not_bring_them_back(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The invite that they joined by has days to live yet."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    person.join()
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    operator.delete(f"/organizations/{clinic}/members/{member['user']}").raise_for_status()
    assert person.press(url).status_code == 410
    assert not person.sign_in(clinic)["admitted"]


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ("{upper}@clinic.example", 409),  # the same person
        ("{name}@clinic.example.", 422),  # a trailing dot
        ("{name}@clinic。example", 409),  # another script's dot, the same domain
        ("{name}ß@clinic.example", 422),  # no ASCII
        ("{name}@cl\u0456nic.example", 422),  # a look-alike letter
    ],
)
def test_an_address_that_looks_like_another_is_the_same_or_none(
    other: str, status: int, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Two addresses are one person exactly when mail to them arrives in one place."""
    person = new_person()
    name = person.email.partition("@")[0]
    invited(operator, clinic, person)
    body = {"email": other.format(name=name, upper=name.upper())}
    assert operator.post(f"/organizations/{clinic}/invites", json=body).status_code == status


def test_a_deleted_account_comes_back_by_an_acceptance_alone(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """A change of roles does not make it anew; an invite's button does, with a password of its own."""
    person, other = new_person(), provision(operator)
    join(operator, clinic, person)
    [found] = accounts(stack, person.email)
    with closing(owner(stack.tenant)) as auth0:
        auth0.call("DELETE", f"/users/{segment(found['user_id'])}")
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    path = f"/organizations/{clinic}/members/{member['user']}"
    changed = operator.patch(path, json={"roles": ["editor"]}, headers={"If-Match": '"1"', **WAIT})
    assert changed.json()["projection"] == "missing"
    ticket = person.press(invited(operator, other, person)[1]).headers["location"]
    person.choose_password(ticket)
    assert person.sign_in(clinic)["admitted"]


def test_a_link_outlives_neither_its_life_nor_its_use(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Pressed a second time it mints no second password; after its end it is 410."""
    url = link(operator, clinic, new_person().email, expires_in=HOUR)
    later(stack, HOUR)
    assert get(url).status_code == 410
