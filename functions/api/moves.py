"""Moves: organizations that get identity providers of their own, and who is who behind the new door."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.going_on import going_on
from api.wiring import connection, namespace, queue, store
from guestlist import moving, transfers
from guestlist.api import etag, request_of
from guestlist.move_bodies import LinkRequest, MoveRequest
from guestlist.organization_resources import Organization
from guestlist.resources import Member

router = APIGatewayHttpRouter()


@router.post("/organizations/<organization>/move", status_code=HTTPStatus.ACCEPTED)
def move(organization: str, body: MoveRequest) -> Response[Organization]:
    """Move an organization to identity providers of its own; its members follow in the background."""
    request = request_of(router.current_event, namespace, body)
    return going_on(moving.move(organization, body, request=request, common=connection, store=store))


@router.delete("/organizations/<organization>/move", status_code=HTTPStatus.ACCEPTED)
def call_off_move(organization: str) -> Response[Organization]:
    """Call a move off whose identity providers are still being made; all stays as it was before."""
    request = request_of(router.current_event, namespace)
    return going_on(moving.call_off(organization, request=request, store=store))


@router.post("/organizations/<organization>/members/<user>/link")
def link_member(organization: str, user: str, body: LinkRequest) -> Response[Member]:
    """Say which account at an identity provider of the organization's own is a member's."""
    request = request_of(router.current_event, namespace)
    linked = transfers.link(organization, user, body.account, body.connection, request=request, store=store)
    queue.provision(organization)
    shown = Member.of(linked, store.user(linked.user))
    return Response(HTTPStatus.OK, "application/json", shown, etag(linked.version))
