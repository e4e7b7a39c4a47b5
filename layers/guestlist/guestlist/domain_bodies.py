"""What the HTTP API takes about domains: bodies, validated."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from guestlist.addresses import domain
from guestlist.bodies import Roles
from guestlist.body import Body
from guestlist.domain_records import CHALLENGE

LONGEST = 253 - len(f"{CHALLENGE}.")
"""A name has 253 characters at most (RFC 1035, section 2.3.4), and the one that proves it lies beneath."""
Name = Annotated[str, StringConstraints(max_length=253), AfterValidator(domain), Field(max_length=LONGEST)]


class DomainRequest(Body):
    """A domain that the organization says is its own."""

    domain: Name = Field(examples=["clinic-a.example"])


class DomainChange(Body):
    """Whether a proved domain's people become members by themselves; what is left out stays."""

    auto_join: bool = Field(default=False, description="At their first login by an own connection.")
    roles: Roles = Field([], description="With which roles they do.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("names nothing to change")
        return self
