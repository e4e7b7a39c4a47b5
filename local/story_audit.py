"""The story's last line: the audit, sealed and exported, and a copy that was tampered with."""

from argparse import Namespace

from guestlist.audit_commands import export_audit, show_keys
from guestlist.audit_verify import keys_of, verify
from guestlist.client import Api, Settings
from local.people import system
from local.stack import Stack
from local.telling import Story, held


def tell_audit(story: Story, stack: Stack) -> None:
    """Tell what the seal of an audit shows."""
    text = "The audit of clinicB is sealed and exported; a copy with one word changed is found out, offline."
    with story.telling(21, text) as told:
        stack.functions["SealerFunction"].invoke({})
        with system(stack) as bearer:
            settings = Settings(stack.api, bearer.headers["authorization"].split()[1], "", {})
        with Api(settings) as api:
            [key_set] = show_keys(api, Namespace(organization="clinicB")).entries
            lines = export_audit(api, Namespace(organization="clinicB")).text().splitlines()
        keys = keys_of(key_set["keys"])  # type: ignore[arg-type] # JSON
        whole = verify(lines, keys)
        held(whole.records > 1 and not whole.faults, "the export is whole")
        [first, second, *rest] = lines
        found = verify([first, second.replace('"member:add"', '"member:remove"'), *rest], keys).faults
        held([fault.line for fault in found] == [2], "the changed line is named, and no other")
        told.append(f"{whole.records} records; of the copy: line {found[0].line}: {found[0].text}")
