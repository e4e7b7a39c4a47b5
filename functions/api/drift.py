"""/drift: what somebody changed at Auth0 past Guestlist."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import namespace, store
from guestlist import drift_run
from guestlist.api import request_of
from guestlist.bodies import DriftRequest
from guestlist.drift_resources import DriftRun
from guestlist.errors import NotFound

router = APIGatewayHttpRouter()


@router.post("/drift", status_code=HTTPStatus.ACCEPTED)
def look_for_drift(body: DriftRequest) -> Response[DriftRun]:
    """Have everyone looked at from the beginning, within five minutes, in place of a run that goes on."""
    request = request_of(router.current_event, namespace)
    run = drift_run.ask(repair=body.repair, request=request, store=store)
    return Response(HTTPStatus.ACCEPTED, "application/json", DriftRun.of(run), {"Location": "/drift"})


@router.get("/drift")
def read_drift() -> DriftRun:
    """Read the last run, or the one that goes on."""
    run = store.drift_run()
    if run is None:
        raise NotFound("Nobody has looked for drift as yet.")
    return DriftRun.of(run)
