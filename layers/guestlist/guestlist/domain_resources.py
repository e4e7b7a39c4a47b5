"""What the HTTP API gives of domains: records as its answers show them."""

from typing import Self

from pydantic import Field

from guestlist import domain_records
from guestlist.clock import rfc3339
from guestlist.domains import challenge
from guestlist.resources import Resource


class DomainChallenge(Resource):
    """The record of the domain name system that proves a domain."""

    name: str
    type: str
    value: str


class Domain(Resource):
    """A domain that an organization claims, and what it is good for once it is proved."""

    organization: str
    domain: str = Field(description="Normalised: lower case, as A-labels (`xn--...`).")
    proved: bool
    proved_at: str | None
    record: DomainChallenge = Field(description="What to set to prove it. Nobody looks again after that.")
    auto_join: bool = Field(
        description="Whether its people become members by themselves, at their first login by an own "
        "connection."
    )
    roles: list[str] = Field(description="With which roles they do.")
    created_at: str

    @classmethod
    def of(cls, domain: domain_records.Domain) -> Self:
        """Render a record."""
        return cls(
            organization=domain.organization,
            domain=domain.name,
            proved=domain.is_proved,
            proved_at=None if domain.proved_at is None else rfc3339(domain.proved_at),
            record=DomainChallenge(**challenge(domain)),
            auto_join=domain.auto_join,
            roles=list(domain.roles),
            created_at=rfc3339(domain.created_at),
        )


class DomainList(Resource):
    """All domains that an organization claims, by name."""

    items: list[Domain]
    next: None = None
