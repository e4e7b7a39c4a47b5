"""Who is who is for an operator to say: the organization of these tests proved no domain."""

import pytest

from local.people import Api
from local.stack import Stack
from tests.front_door import unique
from tests.moving_setup import Mover, mover


@pytest.fixture
def clinic(operator: Api, stack: Stack) -> Mover:
    """Return an organization of the kind `shared` without a domain."""
    return mover(stack, operator, f"{unique('domain')}.example")
