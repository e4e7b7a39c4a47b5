"""The story's end: two people leave, every door is tried, and the receipts are held to their word."""

from typing import Any

import httpx

from guestlist.tenant import TOKEN_LIFE
from local.people import PLAIN, Api, Person, system
from local.stack import Stack
from local.telling import Story, expect, held

WAIT = {"Prefer": "wait=10"}
GONE = 410
Receipts = dict[str, str]
"""Where each receipt stands, by whose it is."""


def tell_leaving(story: Story, stack: Stack, clerk: Person, *, shared: str, own: str, domain: str) -> None:
    """Tell how a clerk leaves a shared organization, and a porter one with a provider of its own."""
    with Person(stack, f"paul.porter@{domain}") as porter:
        receipts = _leave(story, stack, (clerk, shared), (porter, own))
    _complete(story, stack, receipts)


def _leave(story: Story, stack: Stack, one: tuple[Person, str], other: tuple[Person, str]) -> Receipts:
    (clerk, shared), (porter, own) = one, other
    text = f"A clerk of {shared} and a porter of {own} are removed, and each door is tried: all are shut."
    with story.telling(19, text) as told, system(stack) as automatic:
        [connection] = automatic.get(f"/organizations/{own}").json()["connections"]
        invite = {"email": porter.email}
        expect(automatic.post(f"/organizations/{own}/invites", json=invite), 201)
        by = {"connection": str(connection["name"]), "prompt": "login"}
        held(porter.sign_in(own, **by)["admitted"], "before, the porter's login is admitted")
        held(clerk.sign_in(shared)["admitted"], "before, the clerk's single sign-on is admitted")
        held(clerk.refresh(shared)["admitted"], "before, the clerk's refresh is admitted")
        receipts = {who.email: _remove(automatic, at, who) for who, at in ((clerk, shared), (porter, own))}
        tried = {
            "refresh": clerk.refresh(shared),
            "single sign-on": clerk.sign_in(shared),
            "new login": clerk.sign_in(shared, prompt="login"),
            "enterprise login": porter.sign_in(own, **by),
        }
        for door, outcome in tried.items():
            held(not outcome["admitted"], f"the {door} is refused")
            told.append(f"{door}: {outcome['error']}, {outcome['error_description']}")
        held(clerk.press(clerk.link()).status_code == GONE, "the old invite is used up")
        told.append("old invite: its page says that it is used up")
    return receipts


def _complete(story: Story, stack: Stack, receipts: Receipts) -> None:
    text = "When the last access token has run out, within five minutes, both receipts are complete."
    with story.telling(20, text) as told:
        jump = {"advance": TOKEN_LIFE}
        httpx.post(f"{stack.tenant.url}/_local/clock", json=jump, verify=PLAIN).raise_for_status()
        with system(stack) as automatic:
            shown = {who: expect(automatic.get(path), 200).json() for who, path in receipts.items()}
        for who, receipt in shown.items():
            held(receipt["status"] == "complete", f"the receipt of {who} is complete")
            told.append(f"{who}, effective by {receipt['effective_by']}:")
            told += [f"  {_step(step)}" for step in receipt["steps"]]


def _remove(api: Api, organization: str, who: Person) -> str:
    """Take somebody off the list, and return where the receipt stands."""
    members = expect(api.get(f"/organizations/{organization}/members"), 200).json()["items"]
    [user] = [member["user"] for member in members if member["email"] == who.email]
    answer = expect(api.delete(f"/organizations/{organization}/members/{user}", headers=WAIT), 202)
    ended = {step["step"]: step["state"] for step in answer.json()["steps"]}["access_ended"]
    held(ended == "done", "sessions and refresh tokens are ended")
    return str(answer.headers["location"])


def _step(step: dict[str, Any]) -> str:
    return " ".join(filter(None, (step["at"], step["step"], step["call"] or step["code"])))
