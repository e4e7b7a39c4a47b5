"""/connections: identity providers that an enterprise organization gets, or drops, while it lives."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.going_on import going_on
from api.wiring import connection as common
from api.wiring import namespace, store
from guestlist import connection_changes
from guestlist.api import request_of
from guestlist.connection_bodies import ConnectionRequest
from guestlist.organization_resources import Organization

router = APIGatewayHttpRouter()


@router.post("/organizations/<organization>/connections", status_code=HTTPStatus.ACCEPTED)
def add_connection(organization: str, body: ConnectionRequest) -> Response[Organization]:
    """Give an organization another identity provider of its own; it is made in the background."""
    request = request_of(router.current_event, namespace, body)
    return going_on(connection_changes.add(organization, body, request=request, common=common, store=store))


@router.delete("/organizations/<organization>/connections/<connection>", status_code=HTTPStatus.ACCEPTED)
def drop_connection(organization: str, connection: str) -> Response[Organization]:
    """Have a connection given back, or deleted if we made it; one that is still being made is called off."""
    request = request_of(router.current_event, namespace)
    return going_on(connection_changes.drop(organization, connection, request=request, store=store))
