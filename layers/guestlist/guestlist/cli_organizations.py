"""`guestlist organizations`, as it is typed."""

import argparse

from guestlist import cli_options as options
from guestlist import cli_providers
from guestlist.cli_options import Groups, add_command
from guestlist.organization_commands import (
    add_connection,
    call_off_move,
    change_organization,
    create_organization,
    drop_connection,
    list_organizations,
    move_organization,
    offboard_organization,
    resume_organization,
    show_organization,
    suspend_organization,
)


def add(group: Groups) -> None:
    """Add its commands to a group."""
    add_command(group, "list", list_organizations, "all of them", "organizations")
    add_command(group, "show", show_organization, "one of them").add_argument("organization")
    create = add_command(group, "create", create_organization, "provision one")
    create.add_argument("organization", help="its id, for ever: letters, digits, - and _")
    create.add_argument("--name", required=True, help="as people read it")
    options.seats(create)
    options.settings(create)
    options.kind(create)
    cli_providers.add(create)
    options.branding(create)
    create.add_argument("--adopt", action="store_true", help="accounts may bear this name already")
    options.key(create)
    change = add_command(
        group, "change", change_organization, "give one another name, other seats, another look"
    )
    change.add_argument("organization", help="its id, which stays")
    change.add_argument("--name", default=argparse.SUPPRESS, help="as people read it")
    seats = change.add_mutually_exclusive_group()
    options.seats(seats, default=argparse.SUPPRESS)
    none = seats.add_argument("--no-seats", dest="seats", action="store_const", const=None)
    none.default, none.help = argparse.SUPPRESS, "as many as come"
    options.settings(change)
    options.branding(change)
    for name, run, text in (
        ("suspend", suspend_organization, "close its door: nobody gets in"),
        ("resume", resume_organization, "open its door again"),
    ):
        turn = add_command(group, name, run, text)
        turn.add_argument("organization")
        options.wait(turn)
    move = add_command(group, "move", move_organization, "have it sign in by its own identity providers")
    move.add_argument("organization")
    cli_providers.add(move)
    move.add_argument(
        "--grace", type=options.seconds, metavar="14d", help="for how long the old door is open"
    )
    options.key(move)
    off = add_command(group, "call-off-move", call_off_move, "undo a move that is still being made")
    off.add_argument("organization")
    add = add_command(group, "add-connection", add_connection, "give one another identity provider")
    add.add_argument("organization")
    cli_providers.add_one(add)
    options.key(add)
    drop = add_command(group, "drop-connection", drop_connection, "have one drop an identity provider")
    drop.add_argument("organization")
    drop.add_argument("connection", help="its name at Auth0, as `show` tells it")
    offboard = add_command(group, "offboard", offboard_organization, "close it for good")
    offboard.add_argument("organization")
    offboard.add_argument("--yes", action="store_true", required=True, help="there is no way back")
