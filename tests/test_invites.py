"""Invites by the API: resending, revoking, links without a mail, seats and expiry."""

from functools import partial

import httpx
import pytest

from local.people import PLAIN, Api
from local.stack import Stack
from local.telling import together
from tests.accept_setup import HOUR, get, heading, invited, later, link
from tests.conftest import NewPerson
from tests.front_door import provision
from tests.minted import EVERYTHING, caller
from tests.refusals import refused, traces


def test_a_resend_kills_the_old_link(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """The new mail's link offers, the old one's does not, and the invite is the same."""
    person = new_person()
    path, old = invited(operator, clinic, person)
    again = operator.post(f"{path}/resend")
    person.stack.workers.idle()
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')
    assert again.json()["id"] == path.rpartition("/")[2]
    assert [get(url).status_code for url in (old, person.link())] == [410, 200]


def test_a_resend_renews_an_expired_invite(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """An invite whose expiry was carried out takes seat and address again, for another life."""
    person = new_person()
    path, _ = invited(operator, clinic, person, expires_in=HOUR)
    later(stack, HOUR)
    stack.workers.tick()
    with caller(stack, permissions=EVERYTHING) as api:
        assert api.get(path).json()["status"] == "expired"
        assert api.get(f"/organizations/{clinic}").json()["pending_invites"] == 0
        assert api.post(f"{path}/resend").json()["status"] == "pending"
        assert api.get(f"/organizations/{clinic}").json()["pending_invites"] == 1
    stack.workers.idle()
    assert get(person.link()).status_code == 200


def test_f5_an_expired_invites_address_may_be_taken(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Inviting again after the end makes a new invite, and the old one cannot be renewed beside it."""
    person = new_person()
    path, _ = invited(operator, clinic, person, expires_in=HOUR)
    later(stack, HOUR)
    with caller(stack, permissions=EVERYTHING) as api:
        second, _ = invited(api, clinic, person)
        assert second != path
        refused(api.post(f"{path}/resend"), 409, "invite_pending")
        assert api.get(f"/organizations/{clinic}").json()["pending_invites"] == 1


def test_an_invited_address_is_invited_once(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Inviting again, in whatever spelling, names the invite that there is."""
    person = new_person()
    path, _ = invited(operator, clinic, person)
    answer = operator.post(
        f"/organizations/{clinic}/invites", json={"email": person.email.upper().replace("CLINIC", "Clinic")}
    )
    refused(answer, 409, "invite_pending")
    assert answer.json()["invite"] == path.rpartition("/")[2]


def test_a_revoked_invite_is_revoked_once(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Revoking frees seat and address, twice is the same, and nothing resends it."""
    path, _ = invited(operator, clinic, new_person())
    first, second = operator.delete(path), operator.delete(path)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert operator.get(f"/organizations/{clinic}").json()["pending_invites"] == 0
    refused(operator.post(f"{path}/resend"), 409, "invite_closed")


def test_an_accepted_invite_is_closed(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """What was accepted is neither sent again nor taken back; the invite names the user."""
    person = new_person()
    path, url = invited(operator, clinic, person)
    person.press(url)
    assert operator.get(path).json()["status"] == "accepted"
    assert operator.get(f"/organizations/{clinic}/members/{operator.get(path).json()['user']}").is_success
    refused(operator.post(f"{path}/resend"), 409, "invite_closed")
    refused(operator.delete(path), 409, "invite_closed")


def test_a_link_without_a_mail(stack: Stack, operator: Api, clinic: str, new_person: NewPerson) -> None:
    """`send: false` answers with the link, sends nothing, and no reading of the invite shows it again."""
    sent = len(stack.mails())
    body = {"email": new_person().email, "send": False}
    made = operator.post(f"/organizations/{clinic}/invites", json=body, headers={"Idempotency-Key": "link"})
    replay = operator.post(f"/organizations/{clinic}/invites", json=body, headers={"Idempotency-Key": "link"})
    assert made.json()["link"] == replay.json()["link"]
    assert get(made.json()["link"]).status_code == 200
    assert made.json()["mail"] == "none"
    assert operator.get(made.headers["location"]).json()["link"] is None
    stack.workers.idle()
    assert len(stack.mails()) == sent


@pytest.mark.parametrize("end", ["delete", "resend"])
def test_a_replay_shows_no_dead_link(end: str, operator: Api, clinic: str, new_person: NewPerson) -> None:
    """The replay of a `send: false` holds the link only while the invite is as it made it."""
    body, headers = {"email": new_person().email, "send": False}, {"Idempotency-Key": f"dead-{end}"}
    path = f"/organizations/{clinic}/invites"
    made = operator.post(path, json=body, headers=headers)
    location = made.headers["location"]
    ended = operator.delete(location) if end == "delete" else operator.post(f"{location}/resend")
    assert ended.is_success
    assert operator.post(path, json=body, headers=headers).json()["link"] is None


def test_seats_hold_members_and_pending_invites(operator: Api, new_person: NewPerson, stack: Stack) -> None:
    """With all seats taken nobody is invited or added; a revoked invite's seat is free again."""
    full = provision(operator, seats=2)
    path, _ = invited(operator, full, new_person())
    operator.post(f"/organizations/{full}/members", json={"email": new_person().email}).raise_for_status()
    before = traces(stack)[0]
    for kind in ("invites", "members"):
        answer = operator.post(f"/organizations/{full}/{kind}", json={"email": "third@clinic.example"})
        refused(answer, 409, "seats_taken")
        assert (answer.json()["seats"], answer.json()["taken"]) == (2, 2)
    assert traces(stack)[0] == before
    operator.delete(path).raise_for_status()
    assert invited(operator, full, new_person())


def test_accepting_and_adding_take_no_second_seat(operator: Api, new_person: NewPerson) -> None:
    """An invited person who accepts, or is added meanwhile, sits on the invite's own seat."""
    full, first, second = provision(operator, seats=2), new_person(), new_person()
    _, url = invited(operator, full, first)
    path, dead = invited(operator, full, second)
    assert first.press(url).status_code == 303
    body = {"email": second.email}
    assert operator.post(f"/organizations/{full}/members", json=body).status_code == 201
    organization = operator.get(f"/organizations/{full}").json()
    assert (organization["members"], organization["pending_invites"]) == (2, 0)
    assert operator.get(path).json()["status"] == "revoked"
    assert get(dead).status_code == 410


def test_a_member_is_not_invited(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Inviting or adding who is in already names the user."""
    body = {"email": new_person().email}
    user = operator.post(f"/organizations/{clinic}/members", json=body).json()["user"]
    for kind in ("invites", "members"):
        answer = operator.post(f"/organizations/{clinic}/{kind}", json=body)
        refused(answer, 409, "already_member")
        assert answer.json()["user"] == user


def test_a_mail_in_another_language(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """The locale of the invite is the mail's; the address is written to as it was typed."""
    person = new_person("Dr.Ann")
    invited(operator, clinic, person, locale="de")
    mail = [mail for mail in person.stack.mails() if mail.to == person.email][-1]
    assert mail.subject.startswith("Einladung zu")
    assert "Olga Orr lädt Sie" in mail.text


def test_names_are_escaped(operator: Api, new_person: NewPerson) -> None:
    """What a name may hold stands in page and mail as text."""
    place = provision(operator, name="A & B 'Clinic' \"x\"")
    page = get(link(operator, place, new_person().email))
    assert heading(page) == "Join A &amp; B &#39;Clinic&#39; &#34;x&#34;"


def test_an_organizations_id_is_never_given_twice(operator: Api, clinic: str) -> None:
    """An id that differs only in case is taken."""
    for taken in (clinic, clinic.upper(), clinic.title()):
        answer = operator.post("/organizations", json={"id": taken, "name": "Again"})
        refused(answer, 409, "organization_exists")
    assert httpx.get(f"{operator.base_url}/organizations/{clinic}", verify=PLAIN).status_code == 401


def test_an_offer_and_an_addition_at_once_do_not_both_stand(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Whoever is added while they are invited holds one seat, and no offer that could bring them back."""
    body, paths = (
        {"email": new_person().email},
        (f"/organizations/{clinic}/{kind}" for kind in ("invites", "members")),
    )
    together(*[partial(operator.get, f"/organizations/{clinic}")] * 2)
    with stack.aws.delayed("TransactWriteItems", 0.2):
        together(*[partial(operator.post, path, json=body) for path in paths])
    counts = operator.get(f"/organizations/{clinic}").json()
    assert counts["members"] + counts["pending_invites"] == 1


def test_an_expired_invite_of_a_member_is_not_renewed(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Else it could bring them back after a removal."""
    person = new_person()
    path, _ = invited(operator, clinic, person, expires_in=HOUR)
    later(stack, HOUR)
    stack.workers.tick()
    with caller(stack, permissions=EVERYTHING) as api:
        api.post(f"/organizations/{clinic}/members", json={"email": person.email}).raise_for_status()
        refused(api.post(f"{path}/resend"), 409, "already_member")
