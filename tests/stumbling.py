"""A wire to Auth0 on which something happens at a chosen moment."""

from collections.abc import Callable
from contextvars import Context

import httpx

from guestlist.deadline import Transport


class Stumbling(Transport):
    """A wire on which something happens just before or after the next call of a method for users."""

    def __init__(
        self, method: str = "PATCH", *, before: Callable[[], object] = int, after: Callable[[], object] = int
    ) -> None:
        super().__init__(tls=False)
        self._method, self._happenings = method, [(before, after)]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, as the wire does."""
        before, after = (
            self._happenings.pop() if request.method == self._method and self._happenings else (int, int)
        )
        # Neither what others do meanwhile nor what is held up on its way heeds the sender's deadline.
        Context().run(before)
        response = Context().run(super().handle_request, request)
        Context().run(after)
        return response
