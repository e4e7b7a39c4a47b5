"""`door_us`: what the Action adds to a login, in Node."""

import json
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import Bound, Figure, at_most
from guestlist.door_configuration import Resolution
from guestlist.groups import digest, groups_in
from guestlist.login_policy import FEDERATED, MAX_SESSION
from local.stack import ROOT
from local.tenant.actions import NODE

ORGANIZATIONS, ROUNDS, LIMIT = (1, 100, 400), 5_000, 20
GROUPS, LIMIT_OF_GROUPS = (20, 200), 100
"""Entra ID sends 200 at the most."""
DOOR = ROOT / "actions/deploy/actions/guestlist-door/code.js"
RESOLUTION = Resolution(
    "https://api.example/logins/resolve",
    "https://tenant.example/oauth/token",
    "https://api.example",
    "resolver",
)
_BESIDE = Path(__file__).parent


def measure() -> Figure:
    """Let a member with so many organizations in, again and again, in one Node process."""
    vectors = json.loads((ROOT / "tests/vectors/logins.json").read_text("utf-8"))
    logins = {str(number): _login(vectors, number) for number in ORGANIZATIONS}
    logins |= {f"{number}, own provider": _enterprise(vectors, number) for number in ORGANIZATIONS}
    logins |= {f"1, {number} groups": _in_groups(vectors, number) for number in GROUPS}
    asked = {
        "codes": {
            "guestlist": DOOR.read_text("utf-8"),
            "naive": (_BESIDE / "naive_door.js").read_text("utf-8"),
        },
        "events": logins,
        "rounds": ROUNDS,
    }
    done = subprocess.run(
        [NODE, _BESIDE / "door.js"], input=json.dumps(asked), check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    times = {name: {of: run["microseconds"] for of, run in runs.items()} for name, runs in found.items()}
    admitted = all(run["admitted"] for runs in found.values() for run in runs.values())
    return Figure(
        "door_us",
        f"µs of the door's Action for a login, median of {ROUNDS} in one Node process, by the user's number "
        "of organizations (400 is past what fits in a profile), and of a bare look into the array. Own "
        "provider: by the organization's own connection, at a door that is configured for all kinds. Groups: "
        "the same, in so many groups that roles rest on, which are compared",
        times,
        [("organizations", *times), *((of, *(times[name][of] for name in times)) for of in logins)],
        [
            Bound("each of these logins is let in", admitted),
            *(
                at_most(f"at {of}", us, LIMIT_OF_GROUPS if "groups" in of else LIMIT)
                for of, us in times["guestlist"].items()
            ),
        ],
    )


def _login(vectors: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the vectors' login, by a user with so many organizations, an editor in each, to the last one."""
    organizations = [f"clinic{one}" for one in range(number)]
    login = json.loads(json.dumps(vectors["events"]["login"]))
    login["user"]["app_metadata"] = {
        "organizations": organizations,
        "guestlist": {"version": 7, "roles": [f"{organization}:editor" for organization in organizations]},
    }
    login["request"]["query"] = {"ext-organization": organizations[-1]}
    return {**login, **_secrets(vectors["configuration"])}


def _enterprise(vectors: dict[str, Any], number: int) -> dict[str, Any]:
    """Return that login by the last organization's own connection, past a door that knows of all kinds.

    A sign-in there counts for a day.
    """
    login = _login(vectors, number)
    metadata = {"organization": login["request"]["query"]["ext-organization"], MAX_SESSION: str(24 * 3600)}
    at = datetime.now(UTC).isoformat()
    login["authentication"] = {"methods": [{"name": FEDERATED, "timestamp": at}]}
    login["connection"] = {"name": "own", "strategy": "samlp", "metadata": metadata}
    return {**login, **_secrets(vectors["configuration"] | {"resolve": asdict(RESOLUTION)})}


def _in_groups(vectors: dict[str, Any], number: int) -> dict[str, Any]:
    """Return that login by somebody in so many groups, on which the roles in the profile rest."""
    login = _enterprise(vectors, 1)
    login["user"]["groups"] = [f"CN=Group {one},OU=Clinic,DC=clinic,DC=example" for one in range(number)]
    login["user"]["app_metadata"]["guestlist"]["groups"] = digest(groups_in(login["user"]))
    return login


def _secrets(configuration: dict[str, Any]) -> dict[str, Any]:
    return {"secrets": {"GUESTLIST_DOOR": json.dumps(configuration)}}
