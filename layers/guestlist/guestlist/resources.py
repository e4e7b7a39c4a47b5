"""What the HTTP API gives: records as its answers show them."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from guestlist import records
from guestlist.caller import Caller
from guestlist.clock import rfc3339
from guestlist.mail_records import MailState
from guestlist.needs import Need
from guestlist.profile import projection_state

MAIL = """How far the mail of the current link got. `none`: made with `send: false`. `queued`: to be sent.
`withdrawn`: not sent, since the member whom it welcomes was removed. `sent`: SES has it, and has not said
more (`mail_detail`: what keeps it). `delivered`: the receiver's server took it. `failed`: SES refused the
mail itself. `suppressed`: not sent, since a mail to this address bounced or was complained of before.
`bounced`: the receiver's server refused it for good. `complained`: the receiver reported it as spam. After
the last three nothing but a resend mails the address again."""


NEEDS = """What is missing before they can come in; null: nothing, for all that Guestlist knows.
`domain_proof`: the organization did not prove the domain of their address, so no login of theirs at its
identity provider is believed."""


class Resource(BaseModel):
    """A resource; its validator is built at its first use, not those of all at a cold start."""

    model_config = ConfigDict(defer_build=True)


class Invite(Resource):
    """An offer of membership, and how far its mail got."""

    id: str
    organization: str
    email: str
    connection: str | None = Field(
        description="Where they are to sign in, by its name at Auth0; null: in the common connection."
    )
    roles: list[str]
    status: records.InviteStatus
    mail: MailState = Field(description=MAIL)
    mail_detail: str | None = Field(None, description="Why, in SES's own word, as `MailboxFull`.")
    created_at: str
    expires_at: str
    user: str | None = None
    needs: Need | None = Field(None, description=NEEDS)
    link: str | None = None

    @classmethod
    def of(cls, invite: records.Invite, link: str | None = None, *, needs: Need | None = None) -> Self:
        """Render a record, with what is missing before it can be taken up."""
        return cls(
            id=invite.id,
            organization=invite.organization,
            email=invite.typed_email,
            connection=invite.connection or None,
            roles=list(invite.roles),
            status=invite.status,
            mail=invite.mail,
            mail_detail=invite.mail_detail or None,
            created_at=rfc3339(invite.created_at),
            expires_at=rfc3339(invite.expires_at),
            user=invite.user,
            needs=needs,
            link=link,
        )


class Member(Resource):
    """A user in an organization, and how far Auth0 knows."""

    user: str
    organization: str
    email: str
    connection: str = Field(
        description="Where they sign in, by its name at Auth0; by another one they are nobody."
    )
    roles: list[str]
    status: records.MembershipStatus
    projection: str
    projection_code: str | None = None
    needs: Need | None = Field(None, description=f"{NEEDS} Or it is said which account is theirs (`link`).")
    moved_to: str | None = Field(
        None, description="The user who has their seat since the organization moved; this one's door closes."
    )
    receipt: str | None = Field(
        None, description="The receipt of an earlier removal: they were added again since, on purpose."
    )
    created_at: str
    changed_at: str

    @classmethod
    def of(cls, membership: records.Membership, user: records.User, *, needs: Need | None = None) -> Self:
        """Render a record with its user's projection, and what is missing before they can come in."""
        return cls(
            user=membership.user,
            organization=membership.organization,
            email=membership.email,
            connection=user.connection,
            roles=list(membership.roles),
            status=membership.status,
            projection=projection_state(user, membership),
            projection_code=user.halt_code or None,
            needs=needs,
            moved_to=membership.successor,
            receipt=membership.receipt,
            created_at=rfc3339(membership.created_at),
            changed_at=rfc3339(membership.changed_at),
        )


class UserOrganization(Resource):
    """Where a user belongs."""

    organization: str
    roles: list[str]


class User(Resource):
    """A person, and those of their organizations that the caller may know of."""

    id: str
    email: str
    account: str | None = Field(
        None, description="The `user_id` at Auth0, for who acts in all organizations and the user themselves."
    )
    organizations: list[UserOrganization]

    @classmethod
    def of(cls, user: records.User, caller: Caller) -> Self:
        """Render a record; who acts for one organization sees what is of that one, and no account."""
        shown = {
            name: roles
            for name, roles in sorted(user.organizations.items())
            if caller.organization in {None, name}
        }
        return cls(
            id=user.id,
            email=user.email,
            account=user.account if caller.organization is None or caller.id == user.account else None,
            organizations=[
                UserOrganization(organization=name, roles=list(roles)) for name, roles in shown.items()
            ],
        )


class InviteList(Resource):
    """A page of invites."""

    items: list[Invite]
    next: str | None


class MemberList(Resource):
    """A page of members."""

    items: list[Member]
    next: str | None


class UserOrganizationList(Resource):
    """Where a user belongs, as far as the caller may know."""

    items: list[UserOrganization]
    next: None = None
