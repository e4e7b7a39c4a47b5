"""How the programs of this folder begin and end: deaf to no signal, with one line for whatever broke."""

import importlib
import os
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path

from local.signals import Stopped, signals

ROOT = Path(__file__).parent.parent
_TRACEBACK = "GUESTLIST_TRACEBACK"
_LONGEST = 400


def run(name: str) -> int:
    """Import a module of this folder and call its `main` with standard output; return the exit status.

    That output is the program's alone: what the functions log there, as on Lambda, goes to standard error,
    from WARNING on unless POWERTOOLS_LOG_LEVEL says otherwise.
    """
    out = sys.stdout
    os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
    try:
        # A second of imports, in which nothing is started yet.
        main = importlib.import_module(name).main
        signals.heed()
        with redirect_stdout(sys.stderr):
            return int(main(out))
    except Stopped:
        return signals.status
    except Exception as error:  # noqa: BLE001 whatever it is, it is told in one line
        # What a signal to all of the terminal took from under us did not break.
        return signals.status or broke("Guestlist", error)


def broke(what: str, error: Exception) -> int:
    """Tell in one line what broke, and return the exit status of that."""
    print(f"\n{what} broke: {readable(error)}", file=sys.stderr)
    if os.environ.get(_TRACEBACK):
        traceback.print_exception(error)
    else:
        print(f"With {_TRACEBACK}=1 in the environment the traceback is shown here.", file=sys.stderr)
    return 1


def readable(error: Exception) -> str:
    """Return an exception in one line: its kind, what it says, and the last line of this clone it came by."""
    text = " ".join(str(error).split())
    said = f"{type(error).__name__}: {text[:_LONGEST]}" if text else type(error).__name__
    return said + "".join(f" ({place})" for place in _places(error)[-1:])


def _places(error: Exception) -> list[str]:
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    return [
        f"{path.relative_to(ROOT)}, line {line}"
        for path, line in frames
        if path.is_relative_to(ROOT) and "site-packages" not in path.parts
    ]
