"""Tickets to set a password: the newest is the only one."""

import secrets

from local.tenant.errors import ManagementError, inexistent_user, invalid_body
from local.tenant.identities import account_id, identity_by_email
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.schema import EMAIL_ADDRESS, FLAG, OBJECT, TEXT, WHOLE, Field, check
from local.tenant.state import Document, State, Ticket, connection_by_name

PASSWORD_CHANGE = {
    "result_url": TEXT,
    "user_id": TEXT,
    "client_id": TEXT,
    "organization_id": TEXT,
    "connection_id": Field(str, pattern="^con_[A-Za-z0-9]{16}$"),
    "email": EMAIL_ADDRESS,
    "ttl_sec": WHOLE,
    "mark_email_as_verified": FLAG,
    "includeEmailInRedirect": FLAG,
    "identity": OBJECT,
}
FIVE_DAYS = 432000
"""Seconds that a ticket lives where `ttl_sec` is absent or 0 [OpenAPI]."""


def create_password_change(call: Call) -> Reply:
    """POST /tickets/password-change: answers a link and sends no mail."""
    body: Document = check(call.body, PASSWORD_CHANGE)
    _check_fields(call.state, body)
    user_id, account = _user_and_account(call.state, body)
    ticket = mint(
        call.state,
        user_id,
        ttl=body.get("ttl_sec") or FIVE_DAYS,
        mark_email_as_verified=body.get("mark_email_as_verified", False),
        client_id=body.get("client_id"),
        result_url=body.get("result_url"),
        account=account,
    )
    return Reply(201, {"ticket": f"{call.state.url}/u/reset-password?ticket={ticket.id}#"})


def mint(
    state: State,
    user_id: str,
    *,
    ttl: float,
    mark_email_as_verified: bool,
    client_id: str | None,
    result_url: str | None,
    account: str | None = None,
) -> Ticket:
    """Make a ticket that lives `ttl` seconds; older ones of the user are gone [password-change.mdx].

    `account` names whose password, where it is a linked identity's.
    """
    for older in [ticket.id for ticket in state.tickets.values() if ticket.user_id == user_id]:
        del state.tickets[older]
    ends = state.clock.now() + ttl
    name, verified = secrets.token_urlsafe(24), mark_email_as_verified
    ticket = Ticket(name, user_id, ends, verified, client_id, result_url, account or user_id)
    state.tickets[ticket.id] = ticket
    return ticket


def _check_fields(state: State, body: Document) -> None:
    by_address = "email" in body or "connection_id" in body
    if ("user_id" in body) == by_address:
        raise invalid_body("You must specify either user_id or email and connection_id.")
    if by_address and not {"email", "connection_id"} <= set(body):
        raise invalid_body("You must specify both email and connection_id.")
    if "result_url" in body and "organization_id" in body:
        raise invalid_body("result_url cannot be used together with organization_id.")
    if "organization_id" in body:
        raise invalid_body("The organization does not exist")
    if "client_id" in body and body["client_id"] not in state.clients:
        raise invalid_body("The client does not exist")


def _user_and_account(state: State, body: Document) -> tuple[str, str]:
    if "user_id" in body:
        user_id = _of_a_database(state, body["user_id"])
        return user_id, user_id
    connection = state.connections.get(body["connection_id"])
    if connection is None:
        raise invalid_body(f"The connection with id {body['connection_id']} does not exist.")
    found = identity_by_email(state, connection["name"], body["email"].lower())
    if found is None:
        raise inexistent_user()
    return found[0]["user_id"], account_id(found[1])


def _of_a_database(state: State, user_id: str) -> str:
    if user_id not in state.users:
        raise inexistent_user()
    connection = connection_by_name(state, state.users[user_id]["identities"][0]["connection"])
    if connection is None or connection["strategy"] != "auth0":
        message = "The user's main connection does not support this operation."
        raise ManagementError(400, message, "operation_not_supported")
    return user_id


OPERATIONS = (
    Operation("POST", "/tickets/password-change", ("create:user_tickets",), create_password_change),
)
