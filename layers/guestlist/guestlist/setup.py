"""Setting a tenant up for Guestlist, as often as you like: what is there is kept, what differs is mended.

    python -m guestlist.setup --url https://acme.eu.auth0.com --application https://app.example.com ...

It needs a machine-to-machine client, named by `GUESTLIST_SETUP_CLIENT_ID` and
`GUESTLIST_SETUP_CLIENT_SECRET`, with these scopes of the Management API and no others:

    read:resource_servers  create:resource_servers  update:resource_servers
    read:client_keys       create:clients           update:clients
    read:connections       create:connections       update:connections
    read:client_grants     create:client_grants     update:client_grants
    read:roles             create:roles             update:roles
    read:actions           create:actions           update:actions
    read:self_service_profiles  create:self_service_profiles

The door then asks every application of the tenant for an organization, at each login and refresh. Each must
send one (`ext-organization`), have one in its own metadata, or be exempt: `--exempt CLIENT_ID`, as often as
needed. Which are exempt already cannot be read back, so every run sets the whole list. Both lists are told
before anything is done; where applications of others will be asked, it goes on with `--yes` only.

It prints the clients with their secrets as JSON; those of functions (`accept`, `projector`, `drift`,
`provisioner`, `door`, `logins`, `setup_links`) belong into Secrets Manager.
Enterprise users are not known before their first login: with `--api` the door asks Guestlist about them then,
by the client `resolver`; without, it lets them in once their profile says so.
A second run makes nothing: it writes the same values once more, and deploys the Actions anew.
Exit status: 0, set up; 1, Auth0 refused or failed; 2, not begun: something is missing or malformed.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from guestlist.applications import Applications, others
from guestlist.auth0 import Auth0
from guestlist.door import manifests_in
from guestlist.management import Management, SetUpError
from guestlist.tenant import CONSOLE, EXAMPLE, Wanted, door_configuration, set_up

CREDENTIALS = {"client_id": "GUESTLIST_SETUP_CLIENT_ID", "client_secret": "GUESTLIST_SETUP_CLIENT_SECRET"}
ORIGIN = re.compile(r"https?://[^/?#\s]+")


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m guestlist.setup",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", required=True, help="the tenant's canonical address")
    parser.add_argument("--audience", required=True, help="the identifier of Guestlist's API")
    parser.add_argument("--namespace", required=True, help="the URL in front of our claims")
    parser.add_argument("--connection", default="Username-Password-Authentication")
    parser.add_argument("--application", required=True, help="the application's origin")
    parser.add_argument("--stored-refresh", action="store_true", help="the plan has refresh-token metadata")
    parser.add_argument(
        "--exempt", action="append", default=[], metavar="CLIENT_ID", help="needs no organization; repeatable"
    )
    parser.add_argument(
        "--api", default="", help="our API's address: the door asks it about enterprise users"
    )
    parser.add_argument("--issuer", help="the tenant's custom domain, if tokens bear that: https://...")
    parser.add_argument("--yes", action="store_true", help="other applications may be asked for one")
    parser.add_argument("--door", type=Path, default=Path("actions/deploy/actions"))
    return parser.parse_args(given)


def _problems(url: str, wanted: Wanted, door: Path) -> Iterator[str]:
    """Yield what stands in the way of even beginning, a line each."""
    yield from (f"{name} is not set." for name in CREDENTIALS.values() if not os.environ.get(name))
    for option, origin in {"url": url, "application": wanted.application}.items():
        if not ORIGIN.fullmatch(origin):
            yield f"{option}: a URL without a path or a trailing slash"
    try:
        door_configuration(wanted, resolver="to be made")
    except ValueError as error:
        yield str(error)
    if not manifests_in(door):
        yield f"door: there is no Action in {door}"


CONSENT = (
    "Nothing is done yet. If each of these sends an organization, go on with --yes; "
    "for one that does not, add --exempt CLIENT_ID."
)


def _told(applications: Applications) -> str:
    """Return which applications the door lets pass, and which it will ask."""
    exempt, asked = ", ".join([CONSOLE, *applications.exempt]), ", ".join([EXAMPLE, *applications.asked])
    return f"Exempt from the door: {exempt}.\nAsked for an organization at each login and refresh: {asked}."


def main(arguments: list[str] | None = None) -> int:
    """Set a tenant up from the command line and print its clients as JSON."""
    asked = _arguments(arguments)
    wanted = Wanted(
        asked.audience,
        asked.namespace,
        asked.connection,
        asked.application,
        asked.stored_refresh,
        tuple(asked.exempt),
        asked.api,
        asked.issuer or asked.url,
    )
    if problems := list(_problems(asked.url, wanted, asked.door)):
        print(*problems, sep="\n", file=sys.stderr)
        return 2
    credentials = {field: os.environ[name] for field, name in CREDENTIALS.items()}
    try:
        with closing(Auth0(asked.url, lambda: credentials)) as auth0:
            applications = others(wanted.exempt, (EXAMPLE, CONSOLE), Management(auth0))
            print(_told(applications), file=sys.stderr)
            if applications.asked and not asked.yes:
                print(CONSENT, file=sys.stderr)
                return 2
            clients = set_up(wanted, auth0=auth0, door=asked.door)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({name: client.shown() for name, client in clients.items()}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
