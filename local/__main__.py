"""`make up`: the stack, kept until Ctrl-C. `--json` prints one line when all is ready, for programs."""

import argparse
import json
import signal
import sys
import threading

from local.seed import seed
from local.stack import Stack


def main() -> int:
    """Serve until SIGINT or SIGTERM, then stop all of it."""
    parser = argparse.ArgumentParser(
        prog="python -m local", description="Guestlist's whole stack on this machine."
    )
    parser.add_argument("--json", action="store_true", help="print where everything is as one line of JSON")
    asked = parser.parse_args()
    stopping = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stopping.set())
    with Stack(schedules=True) as stack:
        seed(stack)
        print(json.dumps(stack.described()) if asked.json else _page(stack), flush=True)
        stopping.wait()
    return 0


def _page(stack: Stack) -> str:
    return f"""Guestlist is up. Start here:

    {stack.index}

  example application   {stack.app}
  mailbox               {stack.mailbox}
  API                   {stack.api}   (its document: {stack.api}/openapi.json)
  Auth0 tenant          {stack.tenant.url}

Ctrl-C stops all of it."""


if __name__ == "__main__":
    sys.exit(main())
