"""The routes of other functions than `api` in the OpenAPI document: Powertools does not see them."""

from guestlist import openapi_parts as parts
from guestlist.openapi_parts import Part
from guestlist.setup_link_bodies import LONGEST, SHORTEST, USUAL

LOGIN_REQUEST: Part = {
    "type": "object",
    "required": ["user"],
    "additionalProperties": False,
    "properties": {"user": {"type": "string", "minLength": 1, "description": "An account's id at Auth0."}},
}
_TEXTS: Part = {"type": "array", "items": {"type": "string"}}
LOGIN: Part = {
    "type": "object",
    "required": ["organizations", "roles"],
    "properties": {
        "organizations": {**_TEXTS, "description": "Of a stranger: none."},
        "roles": {**_TEXTS, "description": "As `clinicA:editor`."},
    },
}
RESOLVING: Part = {
    "tags": ["logins"],
    "summary": "Say where a new enterprise user, or one with other groups, belongs",
    "description": "Asked by the door at a first login by an organization's own connection, before the "
    "profile says it: binds the account to the person whom the organization awaits. Of strangers nothing "
    "is kept. Asked at a login with other groups, too, where the organization has them mean roles: those of "
    "the account as Auth0 has it.",
}
_OR_NULL: Part = {"type": ["string", "null"]}
DISCOVERY_REQUEST: Part = {
    "oneOf": [
        {
            "type": "object",
            "required": [name],
            "additionalProperties": False,
            "properties": {name: {"type": "string", "description": told}},
        }
        for name, told in (("email", "An email address."), ("organization", "An organization's id."))
    ]
}
DISCOVERY: Part = {
    "oneOf": [
        {
            "type": "object",
            "title": "By address",
            "required": ["connection", "organization"],
            "properties": {
                "connection": {**_OR_NULL, "description": "For `/authorize`; null: to choose."},
                "organization": {**_OR_NULL, "description": "Null: of no organization that has its own."},
            },
        },
        {
            "type": "object",
            "title": "By choice",
            "required": ["connections"],
            "properties": {
                "connections": {
                    "type": "array",
                    "description": "None of one that is unknown, closed, or without any of its own.",
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": {"type": "string"}},
                    },
                }
            },
        },
    ]
}
DISCOVERING: Part = {
    "tags": ["discover"],
    "summary": "Say by which connection somebody signs in",
    "description": "With an `email`: by its domain alone, if an organization proved it and has connections "
    "of its own; who exists plays no part. With an `organization`: its connections, to choose from.",
}
SETUP_LINK_REQUEST: Part = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "connection": {"type": "string", "description": "Its name, if the organization has several such."},
        "expires_in": {
            "type": "integer",
            "minimum": SHORTEST,
            "maximum": LONGEST,
            "default": USUAL,
            "description": "Seconds until it can be opened no more. Who opened it has five hours then.",
        },
    },
}
SETUP_LINK: Part = {
    "type": "object",
    "required": ["url", "connection", "expires_at"],
    "properties": {
        "url": {"type": "string", "format": "uri", "description": "A secret, and shown this once."},
        "connection": {"type": "string", "description": "The name of the connection that it is for."},
        "expires_at": {"type": "string", "format": "date-time"},
    },
}
SETTING_UP: Part = {
    "tags": ["organizations"],
    "summary": "Make a link by which the customer's IT sets up the organization's connection",
    "description": "Of a connection that is `self_service`: leads to Auth0's assistant, which makes it, or "
    "edits it once it is there. Each request makes another link, whatever its `Idempotency-Key`, and each is "
    "good until its end.",
}

_ON_PAGES: Part = {
    "303": {
        "Location": parts.told("A page of Auth0's, or the application's login.", "https://app.example/login")
    },
    "503": {"Retry-After": parts.RETRY_AFTER},
}


def _page(name: str, told: str, answers: Part, **more: object) -> Part:
    html: Part = {"text/html": {"schema": {"type": "string"}}}
    responses = {
        status: {"description": text, "headers": _ON_PAGES.get(status, {})}
        | ({"content": html} if name != "head_page" and status != "303" else {})
        for status, text in answers.items()
    }
    return {
        "operationId": name,
        "tags": ["accept"],
        "summary": told.removesuffix("."),
        "description": told,
        "security": [],
        **more,
        "responses": responses,
    }


_SHOWN = {
    "200": "Who invites, to what, and the button.",
    "403": "The organization is suspended.",
    "404": "No such link, or not all of it.",
    "410": "Expired, revoked or used up.",
    "500": "Something went wrong here.",
}
_PRESSED = {
    "400": "The form cannot be read.",
    **_SHOWN,
    "303": "Accepted: on to setting a password, or to the login.",
    "409": "The person belongs to too many organizations, or somebody has to look at it.",
    "503": "Not yet: the page has the button once more, to be pressed after `Retry-After`.",
}
_FORM: Part = {
    "type": "object",
    "required": ["nonce"],
    "properties": {"nonce": {"type": "string", "description": "As the page holds it."}},
}
PUBLIC: Part = {
    "/accept/{token}": {
        "parameters": [
            {
                "name": "token",
                "in": "path",
                "required": True,
                "description": parts.PARAMETERS["token"],
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9]+$"},
            }
        ],
        "get": _page("open_page", "Show what an invite's link leads to. Changes nothing.", _SHOWN),
        "head": _page("head_page", "Answer as the page does, without it.", _SHOWN),
        "post": _page(
            "press_button",
            "Accept, and lead on to a password or a login.",
            dict(sorted(_PRESSED.items())),
            requestBody={
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": _FORM}},
            },
        ),
    },
    "/openapi.json": {
        "get": {
            "operationId": "document",
            "tags": ["openapi.json"],
            "summary": "Read this document",
            "description": "The API, for machines.",
            "security": [],
            "responses": {
                "200": {
                    "description": "OpenAPI 3.1.",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                }
            },
        }
    },
}
