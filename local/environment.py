"""The variables of this process, set for a while."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


def direct() -> dict[str, str]:
    """Return what keeps calls on this machine away from a proxy that the environment names."""
    exempt = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    return dict.fromkeys(("NO_PROXY", "no_proxy"), f"{exempt},127.0.0.1".lstrip(","))


@contextmanager
def variables(wanted: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the block, then put them back as they were."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
