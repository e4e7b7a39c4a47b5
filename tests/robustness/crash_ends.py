"""How each case of a crash ends if nobody dies, by hand: two worlds can be equal, and wrong both."""

from guestlist.regrouping import PAGE
from tests.robustness.crash_case import ANN

TICKET = f"a ticket for {ANN}"
CREATED, ADDED, ADOPTED = "invite:create", "member:add", "member:adopt"
SUSPENDED, CHANGED = "organization:suspend", "member:change"
GONE = "organization:delete", "organization:offboard"
TABLE = "organization:change"
MOVED = CREATED, *[ADDED] * 3, "organization:move", *["member:move"] * 2
PROVED = "domain:claim", "domain:prove"
OPENED = "domain:change", *PROVED
EDITOR, BOUND = "hospital:editor", "user:bind"
MEMBER, ADMIN = f"{EDITOR} hospital:member", f"hospital:admin {EDITOR} hospital:member"
FIRST = *PROVED, "invite:accept", CREATED, CHANGED, BOUND
SECOND = *FIRST, ADDED, CHANGED, BOUND
"""Of Ann who came by groups, and of Ben before her: one more of the same person's is the same record."""
ENDS: dict[str, tuple[str, str, str, list[str]]] = {
    "invite by mail": ("done", TICKET, "", [CREATED]),
    "invite without a mail": ("done", TICKET, "", [CREATED]),
    "accept, new to us": (TICKET, TICKET, "clinic", ["invite:accept", CREATED]),
    "accept, known to us": ("login", "login", "clinic school", ["invite:accept", CREATED, ADDED]),
    "accept, account verified before us": (
        "login",
        "login",
        "clinic laboratory school",
        ["invite:accept", CREATED, ADOPTED],
    ),
    "accept, account planted before us": (
        TICKET,
        TICKET,
        "clinic school",
        ["invite:accept", CREATED, ADOPTED],
    ),
    "add": ("done", "", "clinic", [ADDED]),
    "add with a welcome": ("done", TICKET, "clinic", [ADDED]),
    "add who was invited": ("done", "revoked", "clinic", [CREATED, "invite:revoke", ADDED]),
    "add, account verified before us": ("done", "", "clinic laboratory school", [ADDED, ADOPTED]),
    "add, account planted before us": ("done", TICKET, "school", [CREATED, ADDED]),
    "prove the address of a planted account": (
        TICKET,
        TICKET,
        "clinic school",
        [CREATED, ADDED, ADOPTED, "user:prove"],
    ),
    "change roles": ("done", "", "clinic school", [ADDED, ADDED, ADDED, "member:change"]),
    "change roles, account linked": (
        "done",
        "",
        "",
        [ADDED, ADDED, ADDED, "member:change", "member:move", "member:move"],
    ),
    "remove": ("done", "", "school", [ADDED, ADDED, ADDED, "member:remove"]),
    "remove from the last": ("done", "", "", [ADDED, ADDED, "member:remove", "user:sign_out"]),
    "resend": ("done", TICKET, "", [CREATED, "invite:resend"]),
    "resend an invite that expired": ("done", TICKET, "", [CREATED, "invite:expire", "invite:resend"]),
    "revoke": ("done", "revoked", "", [CREATED, "invite:revoke"]),
    "suspend": ("done", "", "clinic school", [ADDED, ADDED, ADDED, SUSPENDED]),
    "suspend another": ("done", "", "clinic school", [ADDED, ADDED, ADDED, SUSPENDED, SUSPENDED]),
    "resume": ("done", "", "clinic school", [ADDED, ADDED, ADDED, "organization:resume", SUSPENDED]),
    "suspend, left out": ("done", "", "school", [ADDED, ADDED, ADDED, SUSPENDED]),
    "resume, left out": (
        "done",
        "",
        "clinic school",
        [ADDED, ADDED, ADDED, "organization:resume", SUSPENDED],
    ),
    "provision, isolated": ("done", TICKET, "", [CREATED]),
    "offboard, isolated": (
        "done",
        "unknownunknown",
        "",
        ["invite:accept", CREATED, CREATED, "invite:revoke", "member:remove", *GONE],
    ),
    "move": ("done", "login", "school", [*MOVED, "member:remove", "member:remove"]),
    "add a connection": ("done", "login", "", [CREATED, "connection:add"]),
    "drop a connection": ("done", "login", "", [CREATED, "connection:drop"]),
    "call a connection off": (
        "done",
        "login",
        "",
        [CREATED, "connection:add", "connection:drop", "connection:fail"],
    ),
    "call a move off": (
        "done",
        TICKET,
        "",
        [CREATED, ADDED, "organization:fail", "organization:move", "organization:stay"],
    ),
    "change roles while both doors are open": (
        "done",
        "login",
        "clinic school",
        [*MOVED, "member:change", "member:change"],
    ),
    "remove while both doors are open": (
        "done",
        "login",
        "school",
        [*MOVED, "member:remove", "member:remove"],
    ),
    "expire": ("done", "expired", "", [CREATED, "invite:expire"]),
    "first login, invited": (EDITOR, "login", "hospital", [*PROVED, "invite:accept", CREATED, BOUND]),
    "first login, added before": (
        "hospital:admin",
        "",
        "hospital",
        [*PROVED, ADDED, BOUND],
    ),
    "first login, by the domain": (EDITOR, "", "hospital", [*OPENED, "member:join", BOUND]),
    "first login, moved": (
        EDITOR,
        "",
        "hospital and hospital",
        [ADDED, ADDED, *PROVED, "organization:move", "member:move", "member:move", BOUND],
    ),
    "claim a domain": ("done", "", "", ["domain:claim"]),
    "prove a domain": ("done", "", "", [*PROVED]),
    "let a domain's people in": ("done", "", "", [*OPENED]),
    "release a domain": ("done", "", "", [*OPENED, "domain:release"]),
    "provision, enterprise": ("done", "", "", []),
    "suspend, enterprise": ("done", "", "hospital", [*OPENED, "member:join", SUSPENDED, BOUND]),
    "offboard, enterprise": (
        "done",
        "unknown",
        "",
        [*OPENED, "domain:release", CREATED, "invite:revoke", "member:join", "member:remove", *GONE, BOUND],
    ),
    "first login, by groups": (MEMBER, "login", "hospital", [*FIRST]),
    "first login, by groups once": (ADMIN, "login", "hospital", [*FIRST]),
    "first login, by groups at both doors": (
        MEMBER,
        "",
        "hospital and hospital",
        [ADDED, *PROVED, ADDED, "organization:move", *["member:move"] * 2, TABLE, *[CHANGED] * 2, BOUND],
    ),
    "login with other groups": (ADMIN, "login", "hospital", [*SECOND]),
    "login of an admin with other groups": (EDITOR, "login", "hospital", [*SECOND]),
    "login of the last admin with other groups": (ADMIN, "login", "hospital", [*FIRST]),
    "another table of groups": ("done", "login", "hospital", [*SECOND, TABLE]),
    "no table of groups any more": ("done", "login", "hospital", [*SECOND, TABLE]),
    "groups count at every login from now on": ("done", "login", "hospital", [*SECOND, TABLE]),
    "another table, for more people than a page has": (
        "done",
        "login",
        "hospital",
        [*SECOND, TABLE, *[ADDED] * PAGE],
    ),
    "ask for a set-up link": ("a good link", "login", "", [CREATED]),
    "set up by the customer's IT": ("done", "login", "", [CREATED]),
    "provision, set up by IT": ("done", "login", "", [CREATED]),
    "offboard, waiting for IT": ("done", "unknown", "", [CREATED, "invite:revoke", *GONE]),
    "offboard, set up by IT": ("done", "unknown", "", [CREATED, "invite:revoke", *GONE]),
    "move, set up by IT": ("done", "", "", [ADDED, "organization:move", "member:move", "member:remove"]),
}
"""How each case ends without crashes: what is heard, where the link leads, Ann's array, what was recorded."""
GIVEN = {
    "first login, by groups": "editor member",
    "first login, by groups once": "admin editor member",
    "first login, by groups at both doors": "editor member and editor member",
    "login with other groups": "admin editor member",
    "login of an admin with other groups": "editor",
    "login of the last admin with other groups": "admin editor member",
    "another table of groups": "editor nurse",
    "no table of groups any more": "editor",
    "groups count at every login from now on": "admin editor member",
    "another table, for more people than a page has": "editor nurse",
}
"""The roles that Ann's profile shows at last, where groups give some: at each of her doors."""
