"""A world in its normal form: a line of JSON for all that is so, with names in place of ids and no times.

Two worlds with the same lines differ in nothing that anybody could want: this is how a world in which
processes died is compared with one in which none did.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from guestlist.audit_records import Action
from guestlist.provisioning_records import ListName
from local.tenant.passwords import matches
from tests.adoption_setup import PASSWORD
from tests.robustness.world import World

Item = dict[str, Any]
Form = Counter[str]

TIMES = {
    "created_at",
    "changed_at",
    "accepted_at",
    "proved_at",
    "at",
    "ttl",
    "expires_at",
    "mail_day",
    "updated_at",
    "groups_seen",
    "behind_since",
    "progressed_at",
    "closes_at",
    "removed_at",
    "told_at",
    "access_at",
    "settled_at",
    "tokens_end_at",
}
"""A retry is later than the first try."""
WORK = {"attempts", "mailing_until"}
"""How often and until when somebody tried; `due` tells whether somebody still will."""
LOOKS = {"lease_until", "due_shard", "listed", "request"}
"""Of no meaning by themselves: the rest of a lease, a place in an index, which request it was."""
BUDGETS = "BUDGET#"
"""A share of a budget is spent before the transaction: a crash may cost one more (budgets.py)."""
RECEIPT = "RECEIPT"
"""Its version rises with each part that is recorded by itself, of which a crash may make more."""
NO_COUNTERS = {"pk", "sk", "ttl"}
LINK = re.compile(r"https://guestlist\.example/accept/(\w+)")
_decode = TypeDeserializer().deserialize


@dataclass(frozen=True)
class Normal:
    """A world in its normal form. What there may be more of is counted apart."""

    lines: Form
    """All else that is so in the table and at Auth0."""
    mails: Form
    """Which links were mailed to whom, and how often."""
    repeated: Form
    """What is spent of the budgets of mails, and which set-up links were made."""


def normal_form(world: World) -> Normal:
    """Return a world in its normal form."""
    items = [plain(item) for item in world.aws.table.items()]
    names = _names(items, world)
    state = world.tenant.state
    lines = [_line(item) for item in items if not (item["pk"].startswith(BUDGETS) or _is_of_a_link(item))]
    lines += [_account(account, world) for account in state.users.values()]
    lines += [_line({"session": session.user_id}) for session in state.sessions.values()]
    lines += [_line({"deployed": name} | secrets) for name, secrets in world.tenant.deployed().items()]
    lines += [_connection(connection, world) for connection in state.connections.values()]
    lines += [
        _line({"client": client} | {name: made.get(name) for name in ListName})
        for client, made in state.clients.items()
    ]
    lines += [_line({"refresh token": token.user_id}) for token in state.refresh_tokens.values()]
    mails = [_mail(mail, world) for mail in world.aws.mails]
    links = [_line(item) for item in items if _is_of_a_link(item)]
    return Normal(_named(lines, names), _named(mails, names), _spent(items) + _named(links, names))


def _is_of_a_link(item: Item) -> bool:
    """Tell whether an item records a set-up link: whoever heard of none asks for another."""
    return item.get("action") == Action.SETUP_LINK_CREATE


def _mail(mail: Item, world: World) -> str:
    found = LINK.search(mail["Content"]["Simple"]["Body"]["Text"]["Data"])
    invite, generation = world.links.read(found[1]) if found else ("no invite", 0)
    return f"to {mail['Destination']['ToAddresses']}: the link of {invite}, generation {generation}"


def _spent(items: list[Item]) -> Form:
    spent = Form()
    for item in items:
        if item["pk"].startswith(BUDGETS):
            whose = item["pk"].split("#", 3)[3]
            spent.update({f"{whose} {name}": int(item[name]) for name in item if name not in NO_COUNTERS})
    return spent


def plain(item: Item) -> Item:
    """Return an item of the table without DynamoDB's types."""
    return {name: _decode(value) for name, value in item.items()}


def _names(items: list[Item], world: World) -> dict[str, str]:
    """Name what has an id by what it is: the user with an address, their account, their first invite."""
    names = dict[str, str]()
    for account in world.tenant.state.users.values():
        names[_bare(account["user_id"])] = f"<account with {account['email']} that is nobody's>"
    for user in (item for item in items if item["sk"] == "USER"):
        names |= {
            user["id"]: f"<user {user['email']} by {user['connection']}>",
            _bare(user["account"]): f"<account of {user['email']} by {user['connection']}>",
        }
    for connection in world.tenant.state.connections.values():
        names[connection["id"]] = f"<connection {connection['name']}>"
    invites = Counter[str]()
    for invite in sorted(
        (item for item in items if item["sk"] == "INVITE"), key=lambda item: str(item["id"])
    ):
        whose = f"{invite['email']} into {invite['organization']}"
        invites[whose] += 1
        names[invite["id"]] = f"<invite {invites[whose]} of {whose}>"
    for receipt in (item for item in items if item["sk"] == RECEIPT):
        names[receipt["id"]] = f"<receipt of {names[receipt['user']]} in {receipt['organization']}>"
    for domain in (item for item in items if "token" in item):
        names[domain["token"]] = f"<the record of {domain['name']}>"
    for audit in (item for item in items if item["sk"].startswith("AUDIT#")):
        names[audit["id"]] = "<record>"
    return names


def _bare(account: str) -> str:
    return account.removeprefix("auth0|")


def _line(item: Item) -> str:
    kept = {name: value for name, value in item.items() if name not in TIMES | WORK | LOOKS}
    if "due" in kept:
        kept["due"] = "at its end" if item["due"] == item.get("expires_at") else "still"
    if "halt" in kept:
        # An ambiguous write from before the halt is settled when the work goes on.
        kept.pop("unsettled_at", None)
    if kept.get("sk") == RECEIPT:
        del kept["version"]
    changes = [kept.get(name, {}) for name in ("move", "connection_change")]
    steps = [step for change in changes for step in change.get("steps", ())]
    for part in (*changes, *steps, *kept.get("provisioning", ())):
        for name in TIMES & part.keys():
            del part[name]
    for name in ("password_reset", "last_password_reset"):
        if kept.get(name):
            kept[name] = "then"
    return json.dumps(kept, sort_keys=True, default=int)


def _account(account: Item, world: World) -> str:
    kept = world.tenant.state.credentials.get(account["user_id"])
    return _line(account | {"password": "planted" if matches(kept, PASSWORD) else "nobody's"})


def _connection(connection: Item, world: World) -> str:
    enabled = world.tenant.state.connection_clients[connection["id"]]
    kept = {name: value for name, value in connection.items() if name != "provisioning_ticket_url"}
    return _line({**kept, "enabled for": sorted(enabled)})


def _named(lines: list[str], names: dict[str, str]) -> Form:
    ids = re.compile("|".join(map(re.escape, names)) or "(?!)")
    return Counter(ids.sub(lambda found: names[found[0]], line) for line in lines)
