"""`guestlist plan`, `apply` and `export`: organizations as a folder of files states them."""

import sys
from argparse import Namespace
from pathlib import Path

from guestlist.client import Api, RefusedError
from guestlist.repository_apply import Applied, applied
from guestlist.repository_changes import Verb
from guestlist.repository_export import Exported, exported
from guestlist.repository_files import Problem, ProblemsError, read_folder
from guestlist.repository_patience import patiently
from guestlist.repository_plan import Plan, planned
from guestlist.terminal import printable


def plan_folder(api: Api, asked: Namespace) -> Plan:
    """What would have to be done for all to be as the files state it."""
    stated = read_folder(Path(asked.folder))
    return patiently(lambda: planned(stated, api), _say)


def apply_folder(api: Api, asked: Namespace) -> Plan | Applied:
    """Do it, once somebody has said yes to it."""
    plan = plan_folder(api, asked)
    if plan.problems:
        raise ProblemsError(*plan.problems)
    if not plan.changes:
        return plan
    _say(plan.text())
    _allowed(plan, asked)
    _agreed(asked)
    return applied(plan, api, _say)


def export_folder(api: Api, asked: Namespace) -> Exported:
    """Write the files from what is."""
    organizations = patiently(lambda: list(api.pages("/organizations")), _say)
    return exported(organizations, Path(asked.folder), force=asked.force)


def _allowed(plan: Plan, asked: Namespace) -> None:
    """Refuse to delete what nobody said may be.

    Raises:
        ProblemsError: that is so.
    """
    unstated = [change.organization for change in plan.of(Verb.OFFBOARD)]
    if unstated and not asked.allow_delete:
        raise ProblemsError(
            *(Problem(f"{name} has no file: --allow-delete offboards it") for name in unstated)
        )


def _agreed(asked: Namespace) -> None:
    """Ask, unless yes was said already.

    Raises:
        ProblemsError: nobody can be asked.
        RefusedError: the answer is not yes.
    """
    if asked.yes:
        return
    if not sys.stdin.isatty():
        raise ProblemsError(Problem("There is no terminal to ask at: --yes applies without a question"))
    sys.stderr.write("\nApply this? Only yes will do: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "yes":
        raise RefusedError("not_agreed", "Nothing was done.")


def _say(text: str) -> None:
    """Tell on the way, beside the answer."""
    sys.stderr.write(printable(text, keep="\n") + "\n")
