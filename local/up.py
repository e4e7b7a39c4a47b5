"""The stack, seeded, until a signal comes; what `python -m local` runs."""

import argparse
import json
from contextlib import redirect_stdout
from typing import TextIO

from local.seed import seed
from local.signals import signals
from local.stack import Stack


def main(out: TextIO) -> int:
    """Serve until SIGINT or SIGTERM, then stop all of it."""
    parser = argparse.ArgumentParser(
        prog="python -m local", description="Guestlist's whole stack on this machine."
    )
    parser.add_argument("--json", action="store_true", help="print where everything is as one line of JSON")
    with redirect_stdout(out):  # for --help
        asked = parser.parse_args()
    with Stack(schedules=True) as stack:
        seed(stack)
        signals.check()
        print(json.dumps(stack.described()) if asked.json else _page(stack), file=out, flush=True)
        signals.wait()
    return 0


def _page(stack: Stack) -> str:
    return f"""Guestlist is up. Start here:

    {stack.index}

  example application   {stack.app}
  mailbox               {stack.mailbox}
  API                   {stack.api}   (its document: {stack.api}/openapi.json)
  Auth0 tenant          {stack.tenant.url}

A token for the command line, `guestlist`: as the first page says under "What to try next".
Ctrl-C stops all of it."""
