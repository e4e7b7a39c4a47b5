"""Second factors, passkeys and the like of a user; enrolled by the state, for no login here asks for one."""

from local.tenant.documents import listed
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.management.users import found


def read(call: Call) -> Reply:
    """GET /users/{id}/authentication-methods: those enrolled wholly or in part, none to begin with."""
    found(call.state, call.id)
    methods = call.state.authentication_methods.get(call.id, [])
    return Reply(200, listed("authenticators", methods, call.query))


OPERATIONS = (Operation("GET", "/users/{id}/authentication-methods", ("read:authentication_methods",), read),)
