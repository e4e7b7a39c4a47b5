"""What the bodies of the HTTP API have in common."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from guestlist.addresses import domain

Names = list[Annotated[str, StringConstraints(max_length=253), AfterValidator(domain)]]
"""Of domains."""
ONCE = AfterValidator(lambda domains: sorted(set(domains)))
Domains = Annotated[
    Names,
    Field(
        max_length=100,
        description="Whose addresses may be invited or added; none: any.",
        examples=[["clinic-a.example"]],
    ),
    ONCE,
]


class Body(BaseModel):
    """A body; what it does not know it refuses, and `"7"` is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)
