"""`explain` gathers a login's facts as the Action does: the door's own vectors say so."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guestlist.door_configuration import DoorConfiguration
from guestlist.explain import Login, facts_of
from guestlist.login_policy import (
    MARK_LENGTH,
    NOT_CONFIGURED,
    NoOrganization,
    Outcome,
    Source,
    decide,
    mark,
)

VECTORS = json.loads((Path(__file__).parent / "vectors/logins.json").read_text())
SEEN = ("user.app_metadata", "client.metadata", "client.client_id", "request.query")
"""What of an event `explain` looks at; a vector that sets anything else is none of its business."""


def told(vector: Mapping[str, Any]) -> bool:
    """Tell whether a vector is about what `explain` looks at, and nothing else."""
    changes = [*vector.get("set", {}), *vector.get("remove", [])]
    plain = not {"at", "throws", "secret"} & vector.keys() and "@proto" not in json.dumps(vector)
    sound = vector["expect"] != NOT_CONFIGURED.code
    return plain and sound and all(change.startswith(SEEN) for change in changes)


def changed(event: dict[str, Any], vector: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event of a vector."""
    event = json.loads(json.dumps(event))
    for dotted in [*vector.get("set", {}), *vector.get("remove", [])]:
        *parents, last = dotted.split(".")
        place = event
        for name in parents:
            place = place.setdefault(name, {})
        place.pop(last, None)
        place.update({last: vector["set"][dotted]} if dotted in vector.get("set", {}) else {})
    return event


def marks(vector: Mapping[str, Any]) -> list[str]:
    """Return the organizations that are closed, as the door lists them."""
    lists = vector.get("closed", {}).values()
    return [text[at : at + MARK_LENGTH] for text in lists for at in range(0, len(text), MARK_LENGTH)]


def test_the_facts_are_gathered_as_the_action_gathers_them() -> None:
    """Every vector of the door that is within its sight ends in the same row here."""
    vectors = [vector for vector in VECTORS["vectors"] if told(vector)]
    assert len(vectors) > 60
    for vector in vectors:
        event = changed(VECTORS["events"]["login"], vector)
        settings = VECTORS["configuration"] | vector.get("configuration", {})
        client = mapping(event.get("client"))
        requested = mapping(event["request"].get("query")).get("ext-organization")
        login = Login(
            event["user"].get("app_metadata"),
            requested,
            client.get("client_id", ""),
            mapping(client.get("metadata")),
            closed=mark(str(requested)) in marks(vector),
        )
        decision = decide(facts_of(login, door_of(settings)))
        denied = decision.code if decision.outcome is Outcome.DENY else None
        expected = vector["expect"] if isinstance(vector["expect"], str) else None
        assert denied == expected, vector["name"]


def mapping(value: object) -> dict[str, Any]:
    """Return an object of JSON; anything else has no properties."""
    return value if isinstance(value, dict) else {}


def door_of(settings: dict[str, Any]) -> DoorConfiguration:
    return DoorConfiguration(
        settings["namespace"],
        tuple(Source(source) for source in settings["sources"]),
        NoOrganization(settings["no_organization"]),
        exempt_clients=tuple(settings["exempt_clients"]),
        audience_prefix=settings["audience_prefix"],
    )
