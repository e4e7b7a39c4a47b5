"""A tenant of its own for each test."""

from collections.abc import Iterator

import pytest

from local.tenant.app import Tenant
from tests.local.tenant.authentication_client import Stage
from tests.local.tenant.management_client import ManagementClient


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A running tenant, new but for its bootstrap client."""
    with Tenant() as running:
        yield running


@pytest.fixture
def management(tenant: Tenant) -> Iterator[ManagementClient]:
    """A caller with every scope."""
    with ManagementClient(tenant) as client:
        yield client


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A tenant with one application and one user."""
    with Stage() as running:
        yield running
