"""`guestlist audit`, as it is typed."""

import argparse

from guestlist import audit_commands
from guestlist import cli_options as options
from guestlist.cli_options import Groups, add_command

VERIFIED = """
Says whether an export is whole: nothing changed, dropped, added, reordered, or cut off at the end. A FILE is
looked at without any network, by the --key that you trust; a checkpoint that you noted shows that nothing
before it was made anew since. Exit status: 0, whole; 3, not, with the lines and what is wrong with them.
"""


def add(group: Groups) -> None:
    """Add its commands to a group."""
    for name, run, text, columns in (
        ("list", audit_commands.list_audit, "the newest first", "audit"),
        ("export", audit_commands.export_audit, "what is sealed, with the newest checkpoint: JSON Lines", ""),
        ("checkpoint", audit_commands.show_checkpoint, "the newest, to be kept elsewhere", ""),
        ("key", audit_commands.show_keys, "the public key that signs checkpoints: a JWK Set", ""),
    ):
        options.organization(add_command(group, name, run, text, columns))
    verify = add_command(group, "verify", audit_commands.verify_audit, "whether an export is whole")
    verify.description, verify.formatter_class = VERIFIED, argparse.RawDescriptionHelpFormatter
    verify.set_defaults(offline=True)
    verify.add_argument("source", metavar="FILE|URL", help="an export, or .../organizations/X/audit")
    verify.add_argument(
        "--key", metavar="FILE", help="the public key that you trust, as `audit key` gives it"
    )
    verify.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="FILE",
        help="one that you noted earlier; may be repeated",
    )
    options.organization(verify, required=False)
