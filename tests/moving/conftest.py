"""An organization that is going to move, for the tests of this folder."""

import pytest

from local.people import Api
from local.stack import Stack
from tests.domain_setup import proved
from tests.front_door import unique
from tests.moving_setup import Mover, mover


@pytest.fixture
def clinic(operator: Api, stack: Stack) -> Mover:
    """Return an organization of the kind `shared`, with a domain that it proved."""
    place = mover(stack, operator, f"{unique('domain')}.example")
    proved(operator, place.id, place.domain)
    return place
