"""Guestlist from a terminal: a client of its HTTP API, which may do what its token may.

  guestlist organizations create clinicA --name "Clinic A" --seats 20
  guestlist invite ann@example.com --organization clinicA --role admin
  guestlist members list --organization clinicA
  guestlist explain ann@example.com --organization clinicA
  guestlist discover ann@clinic-a.example
  guestlist drift --wait
  guestlist plan organizations/

Where the API is, and who calls, is said by the environment:

  GUESTLIST_API            the API's URL, which is all that `discover` needs
  GUESTLIST_TOKEN          an access token; or, to get one by client credentials,
  GUESTLIST_ISSUER, GUESTLIST_CLIENT_ID, GUESTLIST_CLIENT_SECRET, GUESTLIST_AUDIENCE

Exit status: 0, done; 1, refused (the problem's code and words, with --json the problem itself, are on
standard error); 2, asked wrongly, or with wrong files; 3, `drift` or
`audit verify` found something, or `plan` has changes.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from guestlist import cli_audit, cli_organizations, commands, repository
from guestlist import cli_options as options
from guestlist.audit_commands import Verified
from guestlist.cli_options import Groups, Options, add_command, add_group
from guestlist.client import Api, MissingSettingsError, RefusedError, Settings
from guestlist.discover_command import discover
from guestlist.domain_commands import (
    change_domain,
    claim_domain,
    list_domains,
    prove_domain,
    release_domain,
    show_domain,
)
from guestlist.drift_command import DriftReport, look_for_drift
from guestlist.organization_commands import make_setup_link
from guestlist.repository_apply import Applied
from guestlist.repository_files import ProblemsError
from guestlist.repository_plan import Plan
from guestlist.terminal import Found, as_json, as_text, printable
from guestlist.user_commands import list_user_organizations, show_user

EXPLAINED = """
Decided by the table that the door itself has. USER is an id, or the address of a member or an invitee.
Guestlist's own records say what Auth0 has been told; with GUESTLIST_AUTH0_URL, GUESTLIST_AUTH0_CLIENT_ID and
GUESTLIST_AUTH0_CLIENT_SECRET (scopes read:users and, for --client, read:clients) Auth0 is asked itself.
GUESTLIST_DOOR, the JSON of the Action's secret, says how the door is set; without it no application is
exempt, and client metadata and ext-organization name the organization, as set-up has it.
Not looked at: Auth0's own organizations, audiences, connections of one organization, groups, and refreshes.
"""
DRIFT = """
Has everyone's account compared with what Guestlist recorded, and the door and the sign-ups with what set-up
made. Organizations and roles are put right at Auth0, but for --report-only; for the rest it says what to do.
A look goes on by slices every five minutes, within a budget of calls; one begins by itself every day.
"""
FILES = """
FOLDER holds one YAML file per organization, clinicA.yaml; what it leaves out stays as it is. `export` writes
it from what is, with a schema that editors complete by; `plan` shows what would change; `apply` shows that,
asks, and does it.
Exit status of `plan`: 0, nothing to do; 2, something is wrong in the files; 3, changes wait.
"""
FOUND = 3
"""The exit status when there is drift."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit status."""
    asked = parser().parse_args(arguments)
    try:
        found = asked.run(asked) if asked.offline else _called(asked)
    except MissingSettingsError as missing:
        print(missing, file=sys.stderr)
        return 2
    except (RefusedError, ProblemsError) as refused:
        print(as_json(refused.problem) if asked.json else printable(str(refused), keep="\n"), file=sys.stderr)
        return 1 if isinstance(refused, RefusedError) else 2
    _print(as_json(found) if asked.json else as_text(found, asked.columns))
    return _status(found)


def _called(asked: argparse.Namespace) -> Found:
    with Api(Settings.of(os.environ, public=asked.public)) as api:
        found: Found = asked.run(api, asked)
        return found


def _status(found: Found) -> int:
    if isinstance(found, DriftReport):
        return FOUND if found.found else 0
    return found.status if isinstance(found, Plan | Applied | Verified) else 0


def _print(answer: str) -> None:
    """Print an answer; who reads but its beginning, as `head` does, has what they want."""
    try:
        print(answer, flush=True)
    except BrokenPipeError:
        # Else Python complains as it ends, and flushes once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser() -> Options:
    """Return what the command line understands."""
    root = Options("guestlist", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root.add_argument("--json", action="store_true", help="answer as JSON, also after the command")
    groups = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    cli_organizations.add(add_group(groups, "organizations", "the business customers"))
    options.setup_link(
        add_command(groups, "setup-link", make_setup_link, "a secret link for a customer's IT")
    )
    invite = add_command(groups, "invite", commands.invite, "invite somebody")
    invite.add_argument("email")
    options.organization(invite, required=False)
    options.offer(invite)
    invite.add_argument("--expires-in", type=options.seconds, metavar="7d", help="1h to 30d; 7d if not said")
    invite.add_argument(
        "--no-send", dest="send", action="store_false", help="no mail: the answer has the link, a secret"
    )
    _invites(add_group(groups, "invites", "the offers that were made"))
    _members(add_group(groups, "members", "who belongs to an organization"))
    _receipts(add_group(groups, "receipts", "how far removals have come"))
    _domains(add_group(groups, "domains", "what an organization has proved to be its own, or is to prove"))
    _users(add_group(groups, "users", "people, wherever they belong"))
    cli_audit.add(add_group(groups, "audit", "who did what, and whether the list of it is whole"))
    explain = add_command(groups, "explain", commands.explain_user, "why somebody is let in, or not")
    explain.description, explain.formatter_class = EXPLAINED, argparse.RawDescriptionHelpFormatter
    options.member(explain)
    explain.add_argument("--client", metavar="ID", help="the application that they sign in at")
    explain.add_argument("--client-organization", metavar="X", help="the organization in its metadata")
    _discover(add_command(groups, "discover", discover, "by which connection somebody signs in"))
    _drift(add_command(groups, "drift", look_for_drift, "what was changed at Auth0 past Guestlist"))
    _repository(groups)
    return root


def _users(group: Groups) -> None:
    for name, run, text, columns in (
        ("show", show_user, "one of them", ""),
        ("organizations", list_user_organizations, "where one belongs", "places"),
    ):
        add_command(group, name, run, text, columns).add_argument("user", help="an id")


def _discover(command: Options) -> None:
    command.set_defaults(public=True)
    command.description = "By which connection somebody signs in, as an application asks; without a token."
    asked = command.add_mutually_exclusive_group(required=True)
    asked.add_argument("email", nargs="?", help="an address, of which the domain alone counts")
    asked.add_argument("--organization", "-o", metavar="X", help="for those to choose from")


def _repository(groups: Groups) -> None:
    plan = add_command(groups, "plan", repository.plan_folder, "what files of organizations would change")
    apply = add_command(groups, "apply", repository.apply_folder, "make organizations as files state them")
    export = add_command(groups, "export", repository.export_folder, "write those files from what is")
    for command in (plan, apply, export):
        command.description, command.formatter_class = FILES, argparse.RawDescriptionHelpFormatter
        options.folder(command)
    apply.add_argument("--yes", action="store_true", help="ask nothing")
    apply.add_argument("--allow-delete", action="store_true", help="offboard what has no file")
    export.add_argument("--force", action="store_true", help="although there is something else")


def _drift(drift: Options) -> None:
    drift.description, drift.formatter_class = DRIFT, argparse.RawDescriptionHelpFormatter
    drift.add_argument("--report-only", action="store_true", help="repair nothing")
    drift.add_argument("--wait", action="store_true", help="follow it to its end")
    drift.add_argument("--last", action="store_true", help="show the last one, or the one that goes on")


def _invites(group: Groups) -> None:
    listed = add_command(group, "list", commands.list_invites, "those in one status", "invites")
    options.organization(listed)
    listed.add_argument("--status", choices=commands.INVITES, default="pending")
    for name, run, text in (
        ("show", commands.show_invite, "one of them"),
        ("resend", commands.resend_invite, "a new link, mailed if the first was; the old one is dead"),
        ("revoke", commands.revoke_invite, "take it back"),
    ):
        command = add_command(group, name, run, text)
        command.add_argument("invite", help="its id")
        options.organization(command)


def _members(group: Groups) -> None:
    options.organization(add_command(group, "list", commands.list_members, "all of them", "members"))
    options.member(add_command(group, "show", commands.show_member, "one of them"))
    add = add_command(group, "add", commands.add_member, "add somebody at once, without an offer")
    add.add_argument("email")
    options.organization(add)
    options.offer(add)
    add.add_argument("--welcome", action="store_true", help="mail the way to a password")
    roles = add_command(group, "roles", commands.change_roles, "give one exactly these roles")
    options.member(roles)
    given = roles.add_mutually_exclusive_group(required=True)
    options.role(given)
    given.add_argument("--no-roles", dest="role", action="store_const", const=[], help="take all roles away")
    link = add_command(group, "link", commands.link_member, "say which account at its own provider is one's")
    options.member(link)
    link.add_argument("account", help="its user_id at Auth0, as samlp|clinic-a|ann")
    link.add_argument("--connection", metavar="NAME", help="where it is, if there are several")
    remove = add_command(group, "remove", commands.remove_member, "take one off the list, with a receipt")
    options.member(remove)
    remove.add_argument("--end-sessions", action="store_true", help="although they belong elsewhere")
    for command in (add, roles, remove):
        options.wait(command)


def _receipts(group: Groups) -> None:
    show = add_command(group, "show", commands.show_receipt, "one of them")
    show.add_argument("receipt", help="its id")
    options.organization(show)


def _domains(group: Groups) -> None:
    options.organization(add_command(group, "list", list_domains, "all of them", "domains"))
    claim = add_command(group, "claim", claim_domain, "say that one is its own: the answer has the record")
    show = add_command(group, "show", show_domain, "one of them, with the record that proves it")
    prove = add_command(group, "prove", prove_domain, "have the record looked for")
    change = add_command(
        group, "change", change_domain, "say whether people join by one, and with which roles"
    )
    release = add_command(group, "release", release_domain, "give one up; members stay")
    for command in (claim, show, prove, change, release):
        options.domain(command)
    options.key(claim)
    options.auto_join(change)


if __name__ == "__main__":
    sys.exit(main())
