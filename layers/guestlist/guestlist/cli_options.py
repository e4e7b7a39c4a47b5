"""The options that commands share: each function lets one thing be said."""

import argparse
import re
from typing import TYPE_CHECKING

from guestlist.groups import GroupsAt

UNITS = {"h": 3600, "d": 24 * 3600}
Options = argparse.ArgumentParser
if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[Options]  # noqa: SLF001 (argparse has no public name for it)
else:  # at run time it takes no parameter
    Groups = argparse._SubParsersAction  # noqa: SLF001 (the same)


def add_group(groups: Groups, name: str, text: str) -> Groups:
    """Return a new group of commands."""
    parser = groups.add_parser(name, help=text, description=f"{name.capitalize()}: {text}.")
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def add_command(groups: Groups, name: str, run: object, text: str, columns: str = "") -> Options:
    """Return a new command, which `run` carries out; `columns` names those of the table that it prints."""
    parser = groups.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run, columns=columns, limit=None, public=False, offline=False)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer as JSON")
    if columns:
        parser.add_argument("--limit", type=count, metavar="N", help="so many at most; all if not said")
    return parser


def organization(command: Options, *, required: bool = True) -> None:
    """Let an organization be named."""
    text = "its id" if required else "its id; yours if not said"
    command.add_argument("--organization", "-o", required=required, metavar="X", help=text)


def member(command: Options) -> None:
    """Let a member be named."""
    command.add_argument("user", help="an id or an address")
    organization(command)


def offer(command: Options) -> None:
    """Let what is offered be said."""
    role(command)
    command.set_defaults(role=[])
    command.add_argument("--locale", help="the language of the mail, as de or de-AT; the organization's")
    command.add_argument("--inviter-name", metavar="NAME", help="who invites, as the mail says it")
    text = "by which of its own connections they sign in, if it has several"
    command.add_argument("--connection", metavar="NAME", help=text)
    key(command)


def folder(command: Options) -> None:
    """Let the folder of organizations be named."""
    text = "has a file of each organization, as clinicA.yaml; organizations"
    command.add_argument("folder", nargs="?", default="organizations", metavar="FOLDER", help=text)


def domain(command: Options) -> None:
    """Let a domain of an organization be named."""
    command.add_argument("domain", help="as clinic-a.example")
    organization(command)


def auto_join(command: Options) -> None:
    """Let it be said whether people join by a domain, and with which roles; what is not said stays."""
    command.add_argument(
        "--auto-join",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help="whether its people become members at their first login",
    )
    given = command.add_mutually_exclusive_group()
    given.add_argument(
        "--role",
        dest="roles",
        action="append",
        default=argparse.SUPPRESS,
        metavar="R",
        help="a role that they have then; may be repeated",
    )
    none = given.add_argument("--no-roles", dest="roles", action="store_const", const=[], help="none at all")
    none.default = argparse.SUPPRESS


def wait(command: Options) -> None:
    """Let the time to wait for Auth0 be said."""
    text = "seconds to wait for Auth0, 10 at most; 5"
    command.add_argument("--wait", type=int, default=5, metavar="S", help=text)


def settings(command: Options) -> None:
    """Let what an organization allows be said; what is not said stays. `--any-domain` takes a limit away."""
    for option, name, text in (
        ("domain", "allowed_domains", "whose addresses may come"),
        ("role", "roles", "a role that is given, beside admin"),
    ):
        several = command.add_mutually_exclusive_group()
        several.add_argument(
            f"--{option}",
            dest=name,
            action="append",
            default=argparse.SUPPRESS,
            metavar="X",
            help=f"{text}; repeatable",
        )
        several.add_argument(
            f"--any-{option}",
            dest=name,
            action="store_const",
            const=[],
            default=argparse.SUPPRESS,
            help="no such limit",
        )
    command.add_argument("--locale", default=argparse.SUPPRESS, help="the language of its mails")
    groups(command)
    max_session(command)


def groups(command: Options) -> None:
    """Let the roles of an identity provider's groups be said; a table takes the place of the one before."""
    table = command.add_mutually_exclusive_group()
    table.add_argument(
        "--group",
        dest="groups",
        action="append",
        nargs=2,
        default=argparse.SUPPRESS,
        metavar=("NAME", "ROLE"),
        help="a group of its identity providers and a role that it gives; repeatable",
    )
    none = table.add_argument(
        "--no-groups", dest="groups", action="store_const", const=[], help="groups give no role"
    )
    none.default = argparse.SUPPRESS
    command.add_argument(
        "--groups-at",
        choices=[*GroupsAt],
        default=argparse.SUPPRESS,
        help="whether groups count once, or whenever they are others",
    )


def max_session(command: Options) -> None:
    """Let it be said for how long a sign-in at an organization's identity providers counts."""
    bound = command.add_mutually_exclusive_group()
    bound.add_argument(
        "--max-session",
        type=seconds,
        default=argparse.SUPPRESS,
        metavar="12h",
        help="for how long a sign-in at its identity providers counts; 1h to 30d",
    )
    none = bound.add_argument(
        "--no-max-session", dest="max_session", action="store_const", const=None, help="for any time"
    )
    none.default = argparse.SUPPRESS


def kind(command: Options) -> None:
    """Where an organization's users sign in, its first administrator, and what it has at applications."""
    command.add_argument("--isolated", action="store_true", help="its users have a connection of their own")
    first_admin(command)
    command.add_argument("--callback", action="append", default=[], metavar="URL", help="of its own")
    command.add_argument("--web-origin", action="append", default=[], metavar="URL", help="the same")
    command.add_argument(
        "--application", action="append", default=[], metavar="CLIENT_ID", help="which it is for"
    )


def first_admin(command: Options) -> None:
    """Let it be said whom to invite as an organization's first administrator, and how."""
    for option, metavar, text in (
        ("--admin", "EMAIL", "invite its first administrator when all is made"),
        ("--admin-locale", "LOCALE", "the language of their mail; the organization's"),
        ("--admin-inviter-name", "NAME", "who invites them, as the mail says it"),
        ("--admin-connection", "NAME", "by which of its own connections they sign in, if it has several"),
    ):
        command.add_argument(option, default=argparse.SUPPRESS, metavar=metavar, help=text)


def setup_link(command: Options) -> None:
    """Let it be said what a link is for, and how long it can be opened."""
    command.add_argument("organization")
    command.add_argument("--connection", metavar="NAME", help="which of several")
    command.add_argument("--expires-in", type=seconds, metavar="24h", help="1h to 5d; 24h if not said")


def branding(command: Options) -> None:
    """Let it be said how an organization looks, for applications to show; what is not said stays."""
    look = command.add_argument_group("how it looks, for applications to show")
    for name, metavar, kind, text in (
        ("logo", "URL", str, "its logo, by https"),
        ("primary-color", "RRGGBB", color, "of its buttons and links, as 0059d6"),
        ("page-background", "RRGGBB", color, "of its pages"),
    ):
        one, stays = look.add_mutually_exclusive_group(), argparse.SUPPRESS
        one.add_argument(f"--{name}", type=kind, default=stays, metavar=metavar, help=text)
        dest = name.replace("-", "_")
        one.add_argument(f"--no-{name}", dest=dest, action="store_const", default=stays, help="none")
    look.add_argument("--no-branding", action="store_true", help="nothing of its own but what is said here")


def seats(command: argparse._ActionsContainer, default: str | None = None) -> None:
    """Let the number of seats be said."""
    text = "members and pending invites at most"
    command.add_argument("--seats", type=int, default=default, metavar="N", help=text)


def role(command: argparse._ActionsContainer) -> None:
    """Let roles be said."""
    command.add_argument("--role", action="append", metavar="R", help="a role, as admin; may be repeated")


def key(command: Options) -> None:
    """Let an idempotency key be said."""
    command.add_argument(
        "--idempotency-key", metavar="KEY", help="the same key makes the same thing once; else a random one"
    )


def color(text: str) -> str:
    """Return a colour as the API takes it: `#` may be left out, as it begins a comment in a shell."""
    return text if text.startswith("#") else f"#{text}"


def count(text: str) -> int:
    """Return a number of things."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number such as 20")
    return int(text)


def seconds(text: str) -> int:
    """Return a time in seconds."""
    found = re.fullmatch(r"([0-9]{1,4})([hd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 12h or 7d")
    return int(found[1]) * UNITS[found[2]]
