"""Requests of recorded kinds, put to the local tenant, and what differs in its answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import httpx

from local.tenant.app import Tenant
from local.tenant.state import RefreshToken
from tests.local.tenant.management_client import ManagementClient
from tests.local.tenant.recorded import shapes
from tests.local.tenant.recorded.values import ACTION, OPTIONS, QUERY, USER, body_of, fresh

Fact = Mapping[str, Any]
NOBODY = {
    "users": "auth0%7Cnobody",
    "clients": "nobody",
    "connections": "con_aaaaaaaaaaaaaaaa",
    "actions": "none",
}
MANY = 100
NOT_ALLOWED = "Payload validation error: 'Additional properties not allowed: "


class Replay:
    """A tenant with a connection that takes usernames, in which each request finds what it needs."""

    def __init__(self, tenant: Tenant, management: ManagementClient, facts: Iterable[Fact]) -> None:
        self._known: defaultdict[str, set[str]] = defaultdict(set)
        for fact in facts:
            fields = shapes.fields_of(fact.get("answer", {}))
            self._known[fact["call"].split("/")[1]] |= {shapes.bare(path) for path in fields}
        self._tenant = tenant
        self._management = management
        self._connection = management.connection(requires_username=True)
        self._role = self._planted_role()

    def differences(self, fact: Fact) -> set[str]:
        """Return what differs, each difference by its name."""
        found: set[str] = set()
        for query in fact.get("queries", [""]):
            for tokens in fact.get("sent", [""]):
                found |= set(self._compared(fact, self._answer(fact, query, tokens), tokens))
        return {f"{heading(fact)}: {difference}" for difference in found}

    def _compared(self, fact: Fact, answer: httpx.Response, tokens: str) -> Iterator[str]:
        body = answer.json() if answer.content else None
        if answer.status_code != fact["status"]:
            yield _compared_status(fact, answer.status_code, body or {})
        elif answer.is_error:
            yield from _compared_refusal(fact, body or {})
        else:
            kind = "array" if isinstance(body, list) else "object" if body else "empty"
            if kind not in fact["body"].split("|"):
                yield f"the body is {kind}"
            elsewhere = self._known[fact["call"].split("/")[1]]
            yield from shapes.differences(body, fact.get("answer", {}), elsewhere)
            yield from _compared_echo(fact, body, tokens)

    def _answer(self, fact: Fact, query: str, tokens: str) -> httpx.Response:
        method, _, path = fact["call"].partition(" ")
        resource = path.split("/")[1]
        types = {name: kinds for kinds, names in fact.get("types", {}).items() for name in names.split()}
        request = self._management.build_request(
            method,
            self._path(path, fact),
            params=self._query(query, path),
            json=self._body(fact, resource, tokens, types),
        )
        if fact.get("codes") == ["Bearer"]:
            del request.headers["authorization"]
        if fact["status"] == 429:
            return self._exhausted(request)
        return self._management.send(request)

    def _exhausted(self, request: httpx.Request) -> httpx.Response:
        self._tenant.state.plan = "free"
        answers = (self._management.send(request) for _ in range(MANY))
        refused = next(answer for answer in answers if answer.status_code == 429)
        self._tenant.state.plan = "none"
        return refused

    def _path(self, path: str, fact: Fact) -> str:
        _, resource, *rest = path.split("/")
        unknown = fact["status"] == 404 and rest[-1:] == ["{id}"]
        unknown = unknown or (fact["call"].startswith("DELETE /connections") and fact["status"] == 204)
        if "{id}" not in path:
            return path
        if "triggers" in path:
            self._bound()
            return path.replace("{id}", "post-login")
        return path.replace("{id}", NOBODY[resource] if unknown else self._made(resource, fact))

    def _made(self, resource: str, fact: Fact) -> str:
        if resource == "clients":
            return str(self._management.made("/clients", {"name": fresh()})["client_id"])
        if resource == "connections":
            return self._new_connection(fact)
        if resource == "actions":
            body = {**ACTION, "name": fresh(), "dependencies": []}
            action = self._management.made("/actions/actions", body)
            self._tenant.state.clock.advance(1)
            return str(action["id"])
        return self._new_user(fact)

    def _new_connection(self, fact: Fact) -> str:
        strategy = "samlp" if "variant" in fact else "auth0"
        body = {"name": fresh(), "strategy": strategy, "options": OPTIONS.get(strategy, {})}
        made = self._management.made("/connections", body)
        [client] = self._tenant.state.connection_clients[self._connection["id"]]
        enabled = [{"client_id": client, "status": True}]
        self._management.patch(f"/connections/{made['id']}/clients", json=enabled).raise_for_status()
        return str(made["id"])

    def _new_user(self, fact: Fact) -> str:
        bare, state = fresh(), self._tenant.state
        names = {"username": bare, "given_name": "Ann", "family_name": "Ash", "name": "Ann Ash"}
        metadata = {name: USER[name] for name in ("user_metadata", "app_metadata")}
        user = self._management.user(bare, **names, **metadata)
        if fact["call"].startswith("PATCH"):
            state.users[user["user_id"]]["blocked"] = True
        if fact["call"].startswith("GET") and "refresh-tokens" in fact["call"]:
            token = RefreshToken(bare, "", user["user_id"], "app", "https://api.example", "openid", None, 0)
            state.refresh_tokens[bare] = token
        state.user_roles[user["user_id"]] = [self._role]
        return f"auth0%7C{bare}"

    def _planted_role(self) -> str:
        made = self._management.made("/roles", {"name": "reader", "description": "Reads."})
        return str(made["id"])

    def _bound(self) -> list[dict[str, Any]]:
        body = {**ACTION, "name": fresh(), "dependencies": [], "deploy": True}
        action = self._management.made("/actions/actions", body)
        bindings = [{"ref": {"type": "action_id", "value": action["id"]}, "display_name": action["name"]}]
        path = "/actions/triggers/post-login/bindings"
        self._management.patch(path, json={"bindings": bindings}).raise_for_status()
        return bindings

    def _body(self, fact: Fact, resource: str, tokens: str, types: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
        if fact["call"] == "PATCH /connections/{id}/clients":
            [client] = self._tenant.state.connection_clients[self._connection["id"]]
            return [{"client_id": client, "status": True}]
        if not tokens:
            return None
        body = body_of(resource, tokens, types)
        if "roles" in body:
            body["roles"] = [self._role if fact["status"] != 404 else "rol_aaaaaaaaaaaaaaaa"]
        if "bindings" in body:
            body["bindings"] = self._bound()
        if fact["call"].startswith("PATCH /connections") and "variant" in fact and "options" in body:
            body["options"] = OPTIONS["samlp"]
        if fact["call"].startswith("POST /tickets"):
            body |= {
                "user_id": self._new_user(fact).replace("%7C", "|"),
                "result_url": "https://app.example/",
            }
        return body

    def _query(self, query: str, path: str) -> dict[str, str]:
        """Return values for a query's names; what is searched for is there."""
        values = {name: QUERY.get(name, "") for name in query.split()}
        if "fields" in values:
            values["fields"] = "client_id" if "clients" in path else "id,strategy,name"
        if "email" in values:
            values["email"] = self._found("email")
        if "q" in values:
            values["q"] = f"username:{self._found('username')}"
        if "name" in values:
            values["name"] = self._connection["name"]
        if "actionName" in values:
            values["actionName"] = fresh()
        return values

    def _found(self, name: str) -> str:
        user_id = self._new_user({"call": ""}).replace("%7C", "|")
        return str(self._tenant.state.users[user_id][name])


def heading(fact: Fact) -> str:
    """Return what the names of a fact's differences begin with."""
    parts = [fact["call"], fact.get("variant", ""), fact.get("shaped_by", ""), str(fact["status"])]
    return " ".join(filter(None, parts))


def _compared_status(fact: Fact, status: int, body: dict[str, Any]) -> str:
    """Return the name of a difference in status; a field that is not allowed gives it its name."""
    if str(body.get("message")).startswith(NOT_ALLOWED) and fact["status"] < 400:
        return "refuses " + str(body["message"]).removeprefix(NOT_ALLOWED).rstrip("'.")
    told = f": {body['message']}" if status >= 400 else ""
    return f"answers {status}{told}" + _refusal(fact)


def _refusal(fact: Fact) -> str:
    return f" (recorded: {fact['refusal']})" if "refusal" in fact else ""


def _compared_refusal(fact: Fact, body: dict[str, Any]) -> Iterator[str]:
    if set(body) != {"statusCode", "error", "message"} | ({"errorCode"} if any(fact["codes"]) else set()):
        yield f"the refusal has {' '.join(sorted(body))}"
    if body.get("errorCode", "") not in fact["codes"]:
        yield f"the code is {body.get('errorCode')}"
    if body.get("message") != fact["refusal"]:
        yield f"says {body.get('message')}" + _refusal(fact)


def _compared_echo(fact: Fact, body: object, tokens: str) -> Iterator[str]:
    """Say which of the names sent are answered although they never are, or not although they always are."""
    silent, either = (set(fact.get(name, "").split()) for name in ("silent", "either"))
    shown = shapes.Fields([body]).types
    for token in tokens.split() if "answer" in fact else ():
        name = token.partition("=")[0]
        if token in silent and name in shown:
            yield f"answers {token}, which was sent"
        if token not in silent | either and name not in shown:
            yield f"does not answer {token}, which was sent"
