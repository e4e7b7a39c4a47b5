"""`make demo`: the whole story, told once. This is its start alone; `local/story.py` tells it."""

import sys

from local.signals import signals

if __name__ == "__main__":
    signals.listen()
    from local.program import run

    sys.exit(run("local.story"))
