"""What the file of an organization may state: what the API takes when one is provisioned, or changed later.

`python -m guestlist.repository_schema` prints the JSON schema of such a file.
"""

import json
import sys
from typing import Any

from pydantic import Field, create_model

from guestlist.bodies import OrganizationChange, OrganizationRequest
from guestlist.client import Body
from guestlist.provisioning_records import DATABASE

SCHEMA_FILE = "organization.schema.json"
HEAD = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
"""The first line of a file: editors that know YAML complete and check it by the schema beside it."""
AT_PROVISIONING = frozenset({"adopt", "admin"})
"""What is asked once, as an organization is provisioned, and compared with nothing later."""
ABOUT = (
    "An organization, as the repository states it. What is left out stays as it is; when the organization is "
    "provisioned, it is as the API has it by default."
)
SUSPENDED = "suspended"
"""A status at the API, yes or no in a file."""

_later = {
    name: (field.annotation, field)
    for name, field in OrganizationChange.model_fields.items()
    if name not in OrganizationRequest.model_fields
}
_more: dict[str, Any] = {
    **_later,
    SUSPENDED: (bool, Field(default=False, description="True: its door is closed, nobody gets in.")),
}
OrganizationFile = create_model("OrganizationFile", __base__=OrganizationRequest, __doc__=ABOUT, **_more)

FIELDS = tuple(name for name in OrganizationFile.model_fields if name not in {"id", *AT_PROVISIONING})
"""What is compared, in the order in which files are written."""
CHANGEABLE = frozenset({*OrganizationChange.model_fields, SUSPENDED})
"""What may be otherwise than it was provisioned."""


def shown_as_stated(organization: Body) -> Body:
    """Return an organization that the API shows in the words of a file.

    A database connection of its own comes with the kind; nobody states it.
    """
    fields = {name: organization[name] for name in FIELDS if name in organization}
    if "connections" in fields:
        fields["connections"] = [one for one in fields["connections"] if one["strategy"] != DATABASE]
    return fields | {SUSPENDED: organization["status"] == SUSPENDED}


def schema() -> str:
    """Return the JSON schema of a file, as text."""
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **OrganizationFile.model_json_schema(),
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())
