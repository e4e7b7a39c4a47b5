"""/users: a person, and where they belong."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import namespace, store
from guestlist.access import seen_user
from guestlist.api import request_of
from guestlist.resources import User, UserOrganizationList

router = APIGatewayHttpRouter()


@router.get("/users/<user>")
def read_user(user: str) -> User:
    """Read a user, as far as the caller may know them."""
    caller = request_of(router.current_event, namespace).caller
    return User.of(seen_user(caller, user, store), caller)


@router.get("/users/<user>/organizations")
def list_user_organizations(user: str) -> UserOrganizationList:
    """List where a user belongs, as far as the caller may know."""
    caller = request_of(router.current_event, namespace).caller
    return UserOrganizationList(items=User.of(seen_user(caller, user, store), caller).organizations)
