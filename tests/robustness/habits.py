"""What a seed's clients ask for: of whom, where, how often and how fast."""

from dataclasses import dataclass, field, replace

from guestlist.names import ADMIN
from tests.robustness.history import Kind
from tests.robustness.mapping import Mapping
from tests.robustness.own import GROUPS, HOMES, HOSPITAL, MAPPINGS, STAFF, WARD
from tests.robustness.weather import arriving, crowded, grouping, late, moving, rushing, thronged

PEOPLE = tuple(f"{name}@example.com" for name in ("ann", "ben", "cleo", "dan", "eve"))
POPULAR = (8, 4, 2, 1, 1)
"""How often each is asked about: a few of them often at the same time."""
ORGANIZATIONS = ("clinic", "school", "studio")
ROLES = ((), (), ("editor",), (ADMIN,))
PAUSES = (0.05, 0.05, 1.0, 10.0)
"""Seconds between two operations of one client, on average: mostly at once, so that clients meet."""
MIX = {
    Kind.READ_MEMBER: 27,
    Kind.READ_INVITE: 16,
    Kind.READ_ORGANIZATIONS: 17,
    Kind.INVITE: 6,
    Kind.ACCEPT: 10,
    Kind.ADD: 4,
    Kind.CHANGE: 5,
    Kind.REMOVE: 10,
    Kind.RESEND: 3,
    Kind.REVOKE: 2,
    Kind.SUSPEND: 1,
    Kind.RESUME: 2,
}


@dataclass(frozen=True)
class Habits:
    """What a seed's clients ask for, of whom, where and how fast."""

    people: tuple[int, ...] = POPULAR
    """How often each of `names` is asked about."""
    organizations: tuple[int, ...] = POPULAR[:3]
    """How often each of `places` is."""
    pauses: tuple[float, ...] = PAUSES
    roles: tuple[tuple[str, ...], ...] = ROLES
    mix: dict[Kind, int] = field(default_factory=lambda: MIX)
    beat: float = 0.0
    """Seconds of a beat on which all clients ask, if there is one."""
    together: float = 0.5
    """How likely a client asks about whom the others do on this beat."""
    turns: int = 3
    """How many take turns at being asked about by all, a beat each."""
    names: tuple[str, ...] = PEOPLE
    places: tuple[str, ...] = ORGANIZATIONS
    homes: dict[str, str] = field(default_factory=dict)
    """Where alone somebody is asked about; who has no home is asked about everywhere."""
    of_unknown: tuple[Kind, ...] = (Kind.INVITE, Kind.ADD)
    """What is asked for of somebody of whom nothing is known that could be changed or read."""
    groups: tuple[tuple[str, ...], ...] = ()
    """With which groups somebody may sign in."""
    mappings: tuple[Mapping, ...] = ()
    """What is made of them, of which the first one is there from the beginning."""


OFTEN = {
    Kind.READ_MEMBER: 5,
    Kind.READ_INVITE: 5,
    Kind.READ_ORGANIZATIONS: 3,
    Kind.INVITE: 18,
    Kind.ACCEPT: 8,
    Kind.ADD: 20,
    Kind.CHANGE: 15,
    Kind.REMOVE: 30,
    Kind.RESEND: 1,
    Kind.REVOKE: 8,
    Kind.SUSPEND: 1,
    Kind.RESUME: 6,
}
"""Mostly changes."""
CROWDED = Habits((2, 2, 2, 1, 0), (1, 0, 0), (0.005,), ((), (ADMIN,), (ADMIN,)), OFTEN, beat=0.5)
"""All at once, for few seats and about few admins."""
THRONGED = replace(CROWDED, people=(1, 1, 1, 1, 1), together=0.8)
"""All at once, and about one person: who is invited, added, revoked and removed in the same moment."""
LATE = Habits((6, 3, 1, 0, 0), (3, 2, 0), (2.0, 10.0, 30.0), ROLES, OFTEN)
"""A person is changed again and again while what was sent for them is on its way."""


MOVING = Habits((3, 1, 0, 0, 0), (1, 1, 1), (0.3, 0.6), ROLES, OFTEN)
"""A person's organizations change side by side: what is read of them in pieces does not fit together."""


ARRIVALS = {
    Kind.LOGIN: 40,
    Kind.DISCOVER: 3,
    Kind.READ_MEMBER: 6,
    Kind.READ_INVITE: 3,
    Kind.READ_ORGANIZATIONS: 4,
    Kind.INVITE: 9,
    Kind.ACCEPT: 4,
    Kind.ADD: 4,
    Kind.CHANGE: 3,
    Kind.REMOVE: 18,
    Kind.RESEND: 1,
    Kind.REVOKE: 6,
    Kind.SUSPEND: 1,
    Kind.RESUME: 6,
    Kind.AUTO_JOIN: 8,
    Kind.PROVE: 8,
    Kind.RELEASE: 2,
}
"""Mostly first logins, and what lets people in or not."""
ARRIVING = Habits(
    (3, 3, 2, 2, 2, 2, 1, 1, 3, 2, 1, *[0] * (len(STAFF) - 11), 2, 1),
    (1, 0, 0, 6, 2),
    (0.05, 0.05, 1.0, 10.0, 30.0),
    ROLES,
    ARRIVALS,
    names=tuple(HOMES),
    places=(*ORGANIZATIONS, HOSPITAL, WARD),
    homes=HOMES,
    of_unknown=(Kind.LOGIN, Kind.LOGIN, Kind.INVITE, Kind.ADD),
)
"""People come by identity providers of their organization's own, while its domains come and go."""
BY_GROUPS = {
    **ARRIVALS,
    Kind.LOGIN: 60,
    Kind.MAP: 6,
    Kind.CHANGE: 8,
    Kind.REMOVE: 12,
    Kind.AUTO_JOIN: 3,
    Kind.PROVE: 4,
    Kind.RELEASE: 1,
}
GROUPING = replace(
    ARRIVING,
    people=(6, 5, 4, 2, 1, 0, 0, 0, 3, 2, 0, *[0] * (len(STAFF) - 11), 0, 0),
    mix=BY_GROUPS,
    groups=GROUPS,
    mappings=MAPPINGS,
)
"""A few people come again and again, in other groups, while what these give changes."""
RUSH = {
    Kind.LOGIN: 50,
    Kind.DISCOVER: 5,
    Kind.READ_MEMBER: 4,
    Kind.INVITE: 4,
    Kind.REVOKE: 2,
    Kind.REMOVE: 14,
    Kind.SUSPEND: 1,
    Kind.RESUME: 5,
    Kind.AUTO_JOIN: 14,
    Kind.PROVE: 8,
    Kind.RELEASE: 6,
}
RUSHING = replace(
    ARRIVING,
    people=(*[1] * len(STAFF), 0, 0),
    pauses=(0.005, 0.3),
    mix=RUSH,
    beat=0.5,
    turns=len(STAFF),
    of_unknown=(Kind.LOGIN,),
)
"""They come all at once, for few seats, in the moment in which a domain lets them in no more."""


def habits(seed: int) -> Habits:
    """Return the habits of a seed's clients."""
    sorts = (
        (thronged, THRONGED),
        (crowded, CROWDED),
        (late, LATE),
        (moving, MOVING),
        (rushing, RUSHING),
        (grouping, GROUPING),
        (arriving, ARRIVING),
    )
    return next((habits for is_so, habits in sorts if is_so(seed)), Habits())
