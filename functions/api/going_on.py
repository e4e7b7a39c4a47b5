"""The answer of what goes on in the background, with an organization that shows how far it is."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from api.wiring import queue, store
from guestlist import organization_records
from guestlist.api import etag
from guestlist.organization_resources import Organization


def going_on(changing: organization_records.Organization) -> Response[Organization]:
    """Have an organization worked on, and answer with it as it stands."""
    queue.provision(changing.id)
    headers = etag(changing.version) | {"Location": f"/organizations/{changing.id}"}
    shown = Organization.of(changing, store.door())
    return Response(HTTPStatus.ACCEPTED, "application/json", shown, headers)
