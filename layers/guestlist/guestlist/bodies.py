"""What the HTTP API takes: bodies, validated."""

from dataclasses import asdict, replace
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from guestlist import names, provisioning_records
from guestlist.addresses import normalised
from guestlist.body import Body, Domains
from guestlist.client_list_bodies import Callbacks, WebOrigins
from guestlist.connection_bodies import CLIENT_ID, Connections, MaxSession, Url
from guestlist.groups import GroupsAt
from guestlist.provisioning_records import Kind

HOUR, DAY = 3600, 24 * 3600
MOST_ROLES = 50
"""That are given in an organization: all of them have room in a profile."""


def _address(text: str) -> str:
    normalised(text)
    return text


Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_address)]
DisplayName = Annotated[str, StringConstraints(max_length=80), AfterValidator(names.display_name)]
InviterName = Annotated[
    str, StringConstraints(max_length=80), AfterValidator(lambda name: name and names.display_name(name))
]
OrganizationId = Annotated[str, StringConstraints(pattern=names.ORGANIZATION)]
Role = Annotated[str, StringConstraints(pattern=names.ROLE)]
Roles = Annotated[list[Role], Field(max_length=10), AfterValidator(lambda roles: sorted(set(roles)))]
Locale = Annotated[
    str,
    StringConstraints(pattern=names.LANGUAGE_TAG),
    AfterValidator(names.language),
    Field(
        description="A language tag (BCP 47), for the mail and the page. `de-AT` is written to in German; a "
        "language without texts in English.",
        examples=["en", "de-AT"],
    ),
]


OwnLocale = Annotated[
    Locale,
    # What stands for it in our code is no language tag, and nothing that anybody may send.
    Field(
        description="Left out: the organization's.", json_schema_extra=lambda schema: schema.pop("default")
    ),
]
Offered = Annotated[
    list[Role],
    Field(max_length=MOST_ROLES, description="The roles that are given in it, beside `admin`; none: any."),
    AfterValidator(lambda roles: sorted(set(roles))),
]


def _few_roles(table: dict[str, list[str]]) -> dict[str, list[str]]:
    if len({role for roles in table.values() for role in roles}) > MOST_ROLES:
        raise ValueError(f"gives more than {MOST_ROLES} roles in all")
    return table


def _group_names(table: object) -> object:
    """Return a table whose keys are names: before its values are judged, as a refusal of those names them."""
    for name in table if isinstance(table, dict) else ():
        names.group_name(str(name))
    return table


GroupTable = Annotated[
    dict[str, Roles],
    Field(max_length=100),
    BeforeValidator(_group_names),
    AfterValidator(_few_roles),
    Field(
        description="Of the kind `enterprise`: the roles that groups of its identity providers give, each "
        "by its name as the provider sends it. Replaced as a whole; they make nobody a member.",
        examples=[{"Nurses": ["member"]}],
        json_schema_extra={"propertyNames": {"minLength": 1, "maxLength": names.LONGEST_GROUP}},
    ),
]
Mapped = Annotated[
    GroupsAt,
    Field(
        strict=False,
        description="`first_login`: what groups give at somebody's first login is kept. `every_login`: the "
        "roles in the table come and go with the groups.",
    ),
]


Color = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class ColorsRequest(Body):
    """Colours as `#RRGGBB`."""

    primary: Color | None = Field(None, examples=["#0059d6"])
    page_background: Color | None = Field(None, examples=["#ffffff"])


class BrandingRequest(Body):
    """How an organization looks, for applications to show: what is left out stays, null clears it."""

    logo: Url | None = Field(None, examples=["https://clinic-a.example/logo.svg"])
    colors: ColorsRequest | None = None

    def of(self, before: provisioning_records.Branding | None) -> provisioning_records.Branding | None:
        """Return what it comes to after what was before; None: nothing of its own."""
        told, known = self.model_dump(exclude_unset=True), before or NO_BRANDING
        colors = replace(known.colors, **(told["colors"] or UNCOLORED)) if "colors" in told else known.colors
        after = replace(known, **told | {"colors": colors})
        return after if after != NO_BRANDING else None


NO_BRANDING = provisioning_records.Branding()
UNCOLORED = asdict(NO_BRANDING.colors)
OwnConnection = Annotated[
    str,
    StringConstraints(max_length=128),
    Field(description="Which of an organization's own connections they sign in by, if it has several."),
]


class FirstAdmin(Body):
    """Whom to invite as the first administrator, once all else is there."""

    email: Address = Field(examples=["ann@example.com"])
    locale: OwnLocale = ""
    inviter_name: InviterName = Field("", description="Who invites, as the mail shall say it.")
    connection: OwnConnection = ""


class OrganizationRequest(Body):
    """An organization to provision."""

    id: OrganizationId = Field(examples=["clinicA"])
    name: DisplayName = Field(examples=["Clinic A"])
    kind: Kind = Field(
        default=Kind.SHARED,
        strict=False,
        description="Where its users sign in. `shared`: in the common database connection. `isolated`: in "
        "one that is its own. `enterprise`: at its own identity providers.",
    )
    connections: Connections = Field(
        default=[], description="Of the kind `enterprise`: its identity providers."
    )
    applications: Annotated[
        list[Annotated[str, StringConstraints(pattern=CLIENT_ID)]], Field(max_length=50)
    ] = Field(
        default=[], description="What its connections are enabled for, by client id; none: the application."
    )
    callbacks: Callbacks = Field(default=[])
    web_origins: WebOrigins = Field(default=[])
    admin: FirstAdmin | None = None
    seats: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    allowed_domains: Domains = Field(default=[])
    roles: Offered = Field(default=[])
    groups: GroupTable = Field(default={})
    groups_at: Mapped = GroupsAt.FIRST_LOGIN
    max_session: MaxSession | None = None
    locale: Locale = "en"
    branding: BrandingRequest | None = None
    adopt: bool = Field(
        default=False,
        description="True: the name may be one that accounts at Auth0 bear already; they become members.",
    )

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if (self.kind is Kind.ENTERPRISE) != bool(self.connections):
            raise ValueError("has connections of its own if it is of the kind `enterprise`, and only then")
        return self


class OrganizationChange(Body):
    """What is to be otherwise about an organization; what is left out stays."""

    name: DisplayName = Field("", examples=["Clinic A"])
    seats: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        None, description="Null: as many as come. Never fewer than are in use."
    )
    allowed_domains: Domains = Field(default=[])
    roles: Offered = Field(default=[])
    groups: GroupTable = Field(default={})
    groups_at: Mapped = GroupsAt.FIRST_LOGIN
    max_session: MaxSession | None = None
    locale: Locale = "en"
    branding: BrandingRequest | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("names nothing to change")
        return self


class InviteRequest(Body):
    """An offer of membership."""

    email: Address = Field(examples=["ann@example.com"])
    roles: Roles = Field(default=[])
    locale: OwnLocale = ""
    expires_in: Annotated[int, Field(ge=HOUR, le=30 * DAY, description="Seconds.")] = 7 * DAY
    inviter_name: InviterName = Field("", description="Who invites, as the mail shall say it.")
    connection: OwnConnection = ""
    send: bool = Field(
        default=True, description="False: no mail, the answer holds the link. Not for organization admins."
    )


class OwnInviteRequest(InviteRequest):
    """An offer of membership in the caller's own organization; an operator names one."""

    organization: OrganizationId | None = None


class MemberRequest(Body):
    """Somebody to add at once."""

    email: Address = Field(examples=["ann@example.com"])
    roles: Roles = Field(default=[])
    connection: OwnConnection = ""
    welcome: bool = Field(default=False, description="Mail the link that leads to setting a password.")
    locale: OwnLocale = ""
    inviter_name: InviterName = ""


class RolesRequest(Body):
    """The roles that a member has from now on."""

    roles: Roles


class DriftRequest(Body):
    """A look for what is otherwise at Auth0."""

    repair: bool = Field(default=True, description="False: it is reported, and nothing is put right.")
