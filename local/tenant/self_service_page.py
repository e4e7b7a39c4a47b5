"""`/self-service/connections-flow`: where a customer's IT, with a ticket, sets up their own connection."""

from starlette.responses import Response

from local.tenant.asked import Asked, text
from local.tenant.errors import ManagementError
from local.tenant.management.connection_options import DISCOVERY, completed
from local.tenant.management.connections import new_connection
from local.tenant.management.strategies import ENTERPRISE, OPTIONS
from local.tenant.oauth_errors import PageError
from local.tenant.pages import page
from local.tenant.schema import check_value
from local.tenant.state import Document, SsoTicket, State

ENTERED = {
    "oidc": ("issuer", "client_id", "client_secret"),
    "okta": ("domain", "client_id", "client_secret"),
    "samlp": ("signInEndpoint", "signingCert", "metadataUrl"),
    "waad": ("tenant_domain", "client_id", "client_secret"),
    "google-apps": ("domain", "client_id", "client_secret"),
    "adfs": ("adfs_server",),
}
"""By strategy, which of the page's fields become options of the connection."""


class SelfServicePage:
    """The handlers; Auth0's own is a wizard of many pages, ours is one."""

    def __init__(self, state: State) -> None:
        self._state = state

    def show(self, asked: Asked) -> Response:
        """GET /self-service/connections-flow: changes nothing."""
        with self._state.lock:
            return self._form(self._ticket(asked), asked.query)

    def set_up(self, asked: Asked) -> Response:
        """POST /self-service/connections-flow: form or JSON; what is refused leaves the ticket good."""
        with self._state.lock:
            ticket = self._ticket(asked)
            try:
                connection = self._made(ticket, asked.body)
            except ManagementError as error:
                return self._form(ticket, asked.body, error.message)
            ticket.used = True
            return page("self_service_done.html", {"connection": connection["name"]})

    def _ticket(self, asked: Asked) -> SsoTicket:
        """Return the ticket that is named.

        Raises:
            PageError: it is unknown, revoked, used, too old, or its profile is gone (statuses assumed).
        """
        ticket = self._state.sso_tickets.get(text(asked.query, "ticket") or "")
        if ticket is None or ticket.used or ticket.profile_id not in self._state.self_service_profiles:
            raise PageError(400, "Invalid Link", "The link is not valid, or has been used already.")
        if ticket.expires_at <= self._state.clock.now():
            raise PageError(400, "Link Expired", "The link has expired.")
        return ticket

    def _made(self, ticket: SsoTicket, entered: Document) -> Document:
        strategy = text(entered, "strategy") or ""
        if strategy not in self._strategies(ticket):
            raise ManagementError(400, "Choose a kind of identity provider.")
        options = {**_options(strategy, entered), **self._domains(ticket, strategy, entered)}
        connection_id = ticket.asked.get("connection_id")
        if connection_id is None:
            connection = self._new(ticket.asked["connection_config"], strategy, options)
        else:
            connection = self._edited(connection_id, strategy, options)
        enabled = self._state.connection_clients[connection["id"]]
        enabled.update(set(ticket.asked.get("enabled_clients", [])) & set(self._state.clients))
        return connection

    def _new(self, config: Document, strategy: str, options: Document) -> Document:
        given = {name: value for name, value in (config.get("options") or {}).items() if value is not None}
        return new_connection(self._state, {**config, "strategy": strategy, "options": {**given, **options}})

    def _edited(self, connection_id: str, strategy: str, options: Document) -> Document:
        connection = self._state.connections.get(connection_id)
        if connection is None or connection["strategy"] != strategy:
            raise ManagementError(400, "The connection is gone, or of another kind.")
        connection["options"] = completed(strategy, {**connection["options"], **options})
        return connection

    def _domains(self, ticket: SsoTicket, strategy: str, entered: Document) -> Document:
        """Return the domains that were entered: Auth0 has them proved by DNS, here they are believed."""
        asked = ticket.asked.get("domain_aliases_config", {"domain_verification": "none"})
        verification = asked["domain_verification"]
        if verification == "none":
            return {}
        domains = [one.strip().lower() for one in (text(entered, "domains") or "").split(",") if one.strip()]
        if not domains and verification == "required":
            raise ManagementError(400, "Enter at least one domain.")
        check_value("domains", domains, OPTIONS[strategy].options["domain_aliases"])
        return {"domain_aliases": domains} if domains else {}

    def _strategies(self, ticket: SsoTicket) -> list[str]:
        allowed = self._state.self_service_profiles[ticket.profile_id].get("allowed_strategies", ENTERPRISE)
        return [strategy for strategy in ENTERPRISE if strategy in allowed]

    def _form(self, ticket: SsoTicket, entered: Document, error: str | None = None) -> Response:
        domains = ticket.asked.get("domain_aliases_config", {})
        context = {
            "ticket": ticket.id,
            "profile": self._state.self_service_profiles[ticket.profile_id]["name"],
            "strategies": self._strategies(ticket),
            "domains": domains.get("domain_verification", "none") != "none",
            "pending": ", ".join(domains.get("pending_domains", [])),
            "entered": {name: text(entered, name) or "" for name in ("strategy", "issuer", "client_id")},
            "error": error,
        }
        return page("self_service.html", context, 400 if error else 200)


def _options(strategy: str, entered: Document) -> Document:
    """Return the options that were entered; an OpenID provider is found by its issuer."""
    options: Document = {name: value for name in ENTERED[strategy] if (value := text(entered, name))}
    issuer = options.get("issuer")
    return {**options, "discovery_url": str(issuer).rstrip("/") + DISCOVERY} if issuer else options
