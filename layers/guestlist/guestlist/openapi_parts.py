"""The parts of the OpenAPI document that stand still: schemas, headers, and the routes of other functions."""

from typing import Any

from guestlist.api import KEY, LONGEST_WAIT

Part = dict[str, Any]

ABOUT = """Organizations, invites and members of a B2B application on Auth0.

Refusals are problem details (RFC 9457); programs go by `code`. Lists come in pages: ask again with the
`next` of a page as `cursor` until it is null. A change of members is recorded when the answer comes, and
`projection` says how far Auth0 knows; `Prefer: wait=N` waits for it."""

TAGS = {
    "organizations": "Business customers.",
    "invites": "Offers of membership.",
    "members": "Users in an organization.",
    "receipts": "How far removals have come.",
    "domains": "Domains that an organization has, each proved by a record of the domain name system.",
    "users": "People, and where they belong.",
    "audit": "Who did what, when, to whom.",
    "drift": "What somebody changed at Auth0 past Guestlist.",
    "logins": "People who arrive by an identity provider; for the door alone.",
    "discover": "By which connection somebody signs in; for anybody.",
    "accept": "An invite's page and its button, for browsers.",
    "openapi.json": "This document.",
}
PARAMETERS = {
    "organization": "An organization's id.",
    "connection": "A connection's name at Auth0.",
    "invite": "An invite's id.",
    "domain": "A domain that the organization claims, in any spelling.",
    "user": "A user's id.",
    "receipt": "A receipt's id.",
    "sessions": "`end`: end sessions and refresh tokens although the user belongs elsewhere.",
    "token": "What the mail's link holds.",
    "status": "Only what is in this status.",
    "limit": "How many items a page has at most.",
    "cursor": "The `next` of the page before; it survives what comes and goes meanwhile.",
}
COMPLETED = {"deprovision"}
"""The operations that answer 202 while something is to be done yet, and 200 once it is."""
TAGGED = {"Organization", "Invite", "Member", "Domain"}
"""The resources that bear an `ETag`."""

PROBLEM: Part = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; what programs go by."},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Where the request is wrong, never what it held.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON Pointer (RFC 6901), as a fragment."},
                    "detail": {"type": "string"},
                },
            },
        },
        "user": {"type": "string", "description": "Of `already_member`: who it is."},
        "invite": {"type": "string", "description": "Of `invite_pending`: which it is."},
        "state": {"type": "string", "description": "Of `organization_not_ready`: its status."},
        "record": {
            "type": "object",
            "description": "Of `domain_unproved`: what was looked for in the domain name system.",
            "required": ["name", "type", "value"],
            "properties": {name: {"type": "string"} for name in ("name", "type", "value")},
        },
        "budget": {"type": "string", "description": "Of `budget_exhausted`: whose it is."},
        "seats": {"type": "integer", "description": "Of `seats_taken`: how many there are."},
        "taken": {"type": "integer", "description": "Of `seats_taken`: members and pending invites."},
    },
}
GATEWAY_MESSAGE: Part = {
    "type": "object",
    "description": "What API Gateway itself says; no problem details.",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}
GATEWAY: Part = {
    "description": "API Gateway's own: over a throttle or a quota, or no answer in time.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}},
}
TOKEN: Part = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def told(description: str, example: object, **schema: object) -> Part:
    """Return what a header or a parameter holds: a text, unless `schema` says otherwise."""
    return {"description": description, "schema": {"type": "string", **schema}, "example": example}


LOCATION = told("Where the resource stands.", "/organizations/clinicA", format="uri-reference")
ETAG = told("The record's version, for `If-Match`. Projection and mail do not move it.", '"1"')
RETRY_AFTER = {**told("Seconds.", 1), "schema": {"type": "integer", "minimum": 1}}
PREFERENCE_APPLIED = told("Present where the preference was heeded (RFC 7240).", "wait=10")


def _header(name: str, part: Part, *, required: bool = False) -> Part:
    return {"name": name, "in": "header", "required": required, **part}


IDEMPOTENCY_KEY = _header(
    "Idempotency-Key",
    told(
        "For 24 hours the same key with the same body answers with the same resource; with another, 422.",
        "5b0f2a52-1f0e-4f0e-9d6a-3f6a0e1f6c1b",
        minLength=1,
        maxLength=255,
        pattern=f"^{KEY.pattern}$",
    ),
)
IF_MATCH = _header(
    "If-Match", told("The `ETag` that was read, a list of them, or `*`.", '"1"'), required=True
)
PREFER = _header(
    "Prefer",
    told(
        f"`wait=N`: answer when Auth0 knows, after N seconds at the latest, {LONGEST_WAIT} at most.",
        "wait=10",
    ),
)
