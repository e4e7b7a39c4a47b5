"""Why the door opens to somebody or stays shut, in words: decided by the table that the door itself has."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from guestlist.door_configuration import DoorConfiguration
from guestlist.explain_first_logins import FirstLogin
from guestlist.login_policy import Decision, Facts, NoOrganization, Outcome, Source, decide
from guestlist.names import is_organization

Body = Mapping[str, Any]

AT_AUTH0 = {
    "applied": "Auth0 has been told",
    "pending": "Auth0 has not been told yet",
    "awaiting_login": "the account comes to be at their first login through their identity provider",
    "awaiting_acceptance": "an account with this address was there before, and nobody has proved whose it is",
    "missing": "the account is gone at Auth0",
    "stopped": "Auth0 has not been told: a person must decide",
}
WHAT_NEXT = {
    "applied": "Nothing: they sign in at the application, for this organization.",
    "pending": "Wait some seconds and ask again. If it stays so, Auth0 is out of reach: see the alarms.",
    "awaiting_login": "They sign in once through their identity provider.",
    "awaiting_acceptance": "They press the button in the mail that was sent to the address.",
    "missing": "Add or invite them again, which makes the account anew; with a code, see docs/operations.md.",
    "stopped": "Look at the account in Auth0's dashboard; then add them again, or remove them.",
}
BY_ONE = "They come by {connection} alone: by another of its connections they are nobody."
CLOSED = {"open": (False,), "closing": (False, True), "closed": (True,), "opening": (True, False)}
"""By how an organization's door stands: whether the Action may find it closed."""
AFTER = {
    "organization_suspended": "Nothing gets them in before: guestlist organizations resume {organization}",
    "organizations_disagree": "Sign in at an application of this organization: this one belongs to another.",
    "organization_not_named": "The application must name the organization: ext-organization at /authorize.",
}
"""What to do about a denial of the door's, by its code."""


@dataclass(frozen=True)
class Login:
    """A login as it would be: the profile that it meets, and who names the organization."""

    profile: object
    """The account's `app_metadata`."""
    requested: object
    """What the application sends as `ext-organization`; None if nothing."""
    client_id: str = ""
    client_metadata: Body = field(default_factory=dict)
    closed: bool = False
    """Whether the organization that is asked about is suspended."""


def facts_of(login: Login, door: DoorConfiguration) -> Facts:
    """Return a login's facts, as the Action gathers them (actions/shells/login-facts.js).

    Not looked at: native organizations, audiences, connections of one organization, groups, refreshes,
    and how long ago the sign-in at the identity provider was.
    """
    bound = login.client_metadata.get("organization")
    sources = ((Source.CLIENT, bound), (Source.QUERY, login.requested))
    named = [name for source, name in sources if source in door.sources and name is not None]
    listed = _listed(login.profile)
    only = door.no_organization is NoOrganization.ONLY and len(listed) == 1 and is_organization(listed[0])
    given = only and not named
    organization = named[0] if named else listed[0] if given else ""
    return Facts(
        configured=True,
        exempt=login.client_id in door.exempt_clients,
        protocol_known=True,
        refresh=False,
        sources_sound=all(isinstance(name, str) and is_organization(name) for name in named),
        sources_agree=all(name == named[0] for name in named),
        listed=bool(listed),
        named=bool(named),
        given=given,
        without=door.no_organization is NoOrganization.ADMIT,
        connection_admits=True,
        member=organization in listed,
        open=not (login.closed and organization == login.requested),
        dated=True,
        fresh=True,
        organization=str(organization),
    )


def _listed(profile: object) -> list[str]:
    """Return the organizations of a profile; none if it is not of the shape that Guestlist writes."""
    metadata = profile if isinstance(profile, Mapping) else {}
    organizations, ours = metadata.get("organizations"), metadata.get("guestlist")
    ours = {} if ours is None else ours
    if not isinstance(ours, Mapping):
        return []
    roles = ours.get("roles")
    sound = _texts(organizations) and _texts([] if roles is None else roles)
    return list(organizations or ()) if sound else []


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text for text in value)


@dataclass(frozen=True)
class Findings:
    """What was found out of a person and an organization, as the API renders it."""

    person: str
    """As asked: an id or an address."""
    organization: Body
    member: Body | None = None
    invite: Body | None = None
    """The newest one, of somebody who is no member."""
    organizations: tuple[str, ...] | None = None
    """Where Guestlist has them; None if it does not know them, or not for this caller."""
    account: Body | None = None
    """As Auth0 shows it; None if Auth0 was not asked, or has none."""
    asked_auth0: bool = False
    first_login: FirstLogin | None = None
    """What comes of it, of somebody who has not come to an identity provider of the organization's yet."""

    @property
    def left_out(self) -> Body | None:
        """How many profiles leave the organization out, or take it in again; None: the door closes it."""
        found: Body | None = self.organization.get("left_out")
        return found

    def profiles(self) -> list[Body]:
        """Return what the account's `app_metadata` may hold: one, where that is known.

        At a first login that is what the door gets as its answer in place of it.
        """
        if self.asked_auth0 and not self.first_login:
            return [(self.account or {}).get("app_metadata") or {}]
        name = self.organization["id"]
        others = [other for other in self.organizations or () if other != name]
        without, member = {"organizations": others}, {"organizations": [*others, name]}
        if self.first_login and self.first_login.admits is not False:
            return [member] if self.first_login.admits else [member, without]
        if self.member is None:
            return [without] if self.organizations is not None else [without, {"organizations": ["-"]}]
        projection = self.member["projection"]
        if self.left_out:
            return [without] if self.organization["door"] == "closed" else [member, without]
        if projection == "applied":
            return [member]
        return [member, without] if projection in {"pending", "stopped"} else [without]


@dataclass(frozen=True)
class Explanation:
    """The answer to: why was this person let in, or not."""

    person: str
    organization: str
    admitted: bool | None
    """None: not known yet."""
    decisions: list[Decision]
    """What the door says at a login; several where it is not known what Auth0 has been told."""
    membership: str
    auth0: str
    next: str
    first_login: str = ""
    """What it comes to; empty where none is to come."""
    sessions: str = ""
    """For how long a sign-in lasts them; empty where that is not bounded."""

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)

    def text(self) -> str:
        """Return it for people."""
        verdict = {True: "the door opens", False: "the door stays shut", None: "it cannot be told yet"}
        said = f"\n{'':13} or ".join(decision.reason or _welcome(decision) for decision in self.decisions)
        lines = {"membership": self.membership, "Auth0": self.auth0, "at login": said, "next": self.next}
        if self.first_login:
            lines = {"first login": self.first_login} | lines
        if self.sessions:
            lines["sessions"] = self.sessions
        head = f"{self.person} at {self.organization}: {verdict[self.admitted]}."
        return "\n".join([head, *(f"  {label:<11} {line}" for label, line in lines.items())])


def explain(findings: Findings, login: Login, door: DoorConfiguration) -> Explanation:
    """Decide by the door's own table, for every profile that there may be, and say what to do next."""
    logins = [
        replace(login, profile=profile, closed=closed)
        for profile in findings.profiles()
        for closed in ([False] if findings.left_out else CLOSED[findings.organization["door"]])
    ]
    decisions = list(dict.fromkeys(decide(facts_of(one, door)) for one in logins))
    opens = {decision.outcome is not Outcome.DENY for decision in decisions}
    admitted = opens.pop() if len(opens) == 1 else None
    if findings.account and findings.account.get("blocked"):
        admitted = False
    first, elsewhere = findings.first_login, any(decision.code in AFTER for decision in decisions)
    leads_on = "" if first is None or elsewhere else first.next
    return Explanation(
        person=_name(findings),
        organization=findings.organization["id"],
        admitted=admitted,
        decisions=decisions,
        membership=_membership(findings),
        auth0=_auth0(findings),
        next=leads_on or _next(findings, decisions, admitted=admitted),
        first_login=first.why if first else "",
        sessions=_sessions(findings.organization),
    )


def _sessions(organization: Body) -> str:
    """Say what comes of a sign-in at an identity provider that was some time ago."""
    seconds = organization.get("max_session")
    if seconds is None:
        return ""
    told = "" if organization["max_session_told"] else ", once Auth0 has been told"
    return (
        f"a sign-in counts for {timedelta(seconds=seconds)}{told}; then sign_in_too_old, or "
        "sign_in_unknown at a refresh of which Auth0 tells no time: the application signs them in again, by "
        "prompt=login"
    )


def _name(findings: Findings) -> str:
    return str((findings.member or {}).get("email") or findings.person)


def _welcome(decision: Decision) -> str:
    if decision.outcome is Outcome.EXEMPT:
        return "exempt_client: the door does not check this application, which gets no claims"
    if decision.outcome is Outcome.WITHOUT:
        return "admitted, without the claims of an organization"
    return f"admitted to {decision.organization}"


def _membership(findings: Findings) -> str:
    if findings.organization["status"] != "active":
        said = f"the organization is {findings.organization['status']}: nothing is granted in it"
        counts = findings.left_out
        return f"{said}; {counts['done']} of {counts['of']} profiles leave it out" if counts else said
    if findings.member:
        roles = ", ".join(findings.member["roles"]) or "none"
        return f"member since {findings.member['created_at']}, roles: {roles}"
    if findings.invite:
        return f"no member; an invite of {findings.invite['created_at']} is {findings.invite['status']}"
    return "no member"


def _auth0(findings: Findings) -> str:
    if findings.asked_auth0:
        if findings.account is None:
            return "asked: there is no account"
        blocked = "; the account is blocked" if findings.account.get("blocked") else ""
        listed = ", ".join(_listed(findings.account.get("app_metadata"))) or "nothing"
        return f"asked: the account's array has {listed}{blocked}"
    if findings.member is None:
        return "not asked; Guestlist tells it of members alone"
    code = findings.member.get("projection_code")
    told = AT_AUTH0[findings.member["projection"]] + (f" ({code})" if code else "")
    return f"{findings.member['projection']}: {told}"


def _next(findings: Findings, decisions: Sequence[Decision], *, admitted: bool | None) -> str:
    if findings.account and findings.account.get("blocked"):
        return "Unblock the account in Auth0's dashboard, if that is right."
    if findings.member is None:
        return "Nothing." if admitted else _offer(findings)
    if findings.left_out and not admitted:
        return _left_out(findings)
    if told := next((AFTER[one.code] for one in decisions if one.code in AFTER), ""):
        return told.format(organization=findings.organization["id"])
    if findings.member["projection"] == "applied" and not admitted:
        return (
            "The account was changed at Auth0 past Guestlist. Change the member's roles: that tells all anew."
        )
    several = admitted and len(findings.organization.get("connections", ())) > 1
    alone = f" {BY_ONE.format(**findings.member)}" if several else ""
    return WHAT_NEXT[findings.member["projection"]] + alone


def _left_out(findings: Findings) -> str:
    """Say what to do where members' profiles leave an organization out, or do not have it again yet."""
    if findings.organization["status"] == "active":
        return "Wait: the organization was resumed, and comes back into its members' profiles one by one."
    return AFTER["organization_suspended"].format(organization=findings.organization["id"])


def _offer(findings: Findings) -> str:
    name, invite = findings.organization["id"], findings.invite
    if invite and invite["status"] == "pending":
        again = f"guestlist invites resend {invite['id']} --organization {name}"
        return f"They press the button in the invite's mail ({invite['mail']}). A new link: {again}"
    return f"Offer membership: guestlist invite {findings.person} --organization {name}"
