"""`make up`: the stack, kept until Ctrl-C. `--json` prints one line when all is ready, for programs."""

import sys

from local.signals import signals

if __name__ == "__main__":
    signals.listen()
    from local.program import run

    sys.exit(run("local.up"))
