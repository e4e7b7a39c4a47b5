"""One run through all that handles secrets, well and badly; what was secret in it, and where it might be."""

import base64
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from markupsafe import escape

from local.people import Api, Person, operator, system
from local.stack import Stack
from tests.front_door import WAIT, add, invite, items, provision, suffer
from tests.wire import Exchange, Recorder, logged, requests_to_aws


@dataclass
class Run:
    """A stack in which it all happened, still up."""

    stack: Stack
    clinic: str
    operator: Api
    chosen: list[str]
    """The passwords that people chose."""
    recorder: Recorder
    sent: list[tuple[str, str]]
    log: io.StringIO

    def secrets(self) -> dict[str, str]:
        """Return every secret, by what it is, as learnt at the tenant's wire and from the mails."""
        tenant = self._of_server(self.stack.tenant.url)
        created = [found for found in tenant if (found.method, found.path) == ("POST", "/api/v2/users")]
        granted = [found.json() for found in tenant if found.path == "/oauth/token" and found.status == 200]
        random = [password for found in created if (password := json.loads(found.asked)["password"])]
        kinds = {
            "chosen password": self.chosen,
            "random password": [password for password in random if password not in self.chosen],
            "ticket": [_ticket(found.json()["ticket"]) for found in tenant if _mints(found)],
            "set-up link": [
                _ticket(found.json()["ticket"]) for found in tenant if found.path.endswith("/sso-ticket")
            ],
            "accept token": [link.rpartition("/")[2] for mail in self.stack.mails() for link in mail.links],
            "client secret": [client.client_secret for client in self.stack.clients.values()],
            "link key": [self._link_key()],
        }
        for token in ("access_token", "refresh_token", "id_token"):
            kinds[token] = [grant[token] for grant in granted if token in grant]
        return {
            f"{kind} {number}": secret
            for kind, found in kinds.items()
            for number, secret in enumerate(dict.fromkeys(found))
        }

    def sinks(self) -> dict[str, list[str]]:
        """Return all that is kept, written, queued, logged, answered and mailed, as texts."""
        front = self._of_server(self.stack.api)
        accept = [found for found in front if found.path.startswith("/accept/")]
        return {
            "table": [json.dumps(item) for item in items(self.stack)],
            "writes": [body for operation, body in self.sent if operation.startswith("dynamodb.")],
            "queues": [body for operation, body in self.sent if operation.startswith("sqs.")],
            "left in queues": self._left_in_queues(),
            "logs": self.log.getvalue().splitlines(),
            "access log": list(self.stack.gateway.access_log),
            "answers": [_head(found) + found.answer.decode() for found in front if found not in accept],
            # A page's form posts to the page's own address.
            "pages": [
                _head(found, "location") + found.answer.decode().replace(found.path, "/accept/")
                for found in accept
            ],
            "locations": [found.headers["location"] for found in accept if "location" in found.headers],
            "mails": [mail.subject + mail.text + mail.html for mail in self.stack.mails()],
        }

    def whereabouts(self) -> dict[str, dict[str, int]]:
        """Return where each secret was found."""
        sinks = self.sinks()
        return {name: found_in(sinks, secret) for name, secret in self.secrets().items()}

    def _of_server(self, url: str) -> list[Exchange]:
        return [found for found in self.recorder.exchanges if found.port == urlsplit(url).port]

    def _left_in_queues(self) -> list[str]:
        sqs, bodies = self.stack.aws.sqs(), list[str]()
        for url in sqs.list_queues()["QueueUrls"]:
            received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
            bodies += [message["Body"] for message in received.get("Messages", [])]
        return bodies

    def _link_key(self) -> str:
        manager, arn = self.stack.aws._client("secretsmanager"), self.stack.aws.physical["LinkKeys"]["Ref"]
        return str(json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])["current"])


def found_in(sinks: dict[str, list[str]], secret: str) -> dict[str, int]:
    """Return in how many texts of which sink a secret stands, in any of the forms that it may take."""
    pattern = re.compile("|".join(re.escape(form) for form in _forms(secret)))
    counts = {name: sum(bool(pattern.search(text)) for text in texts) for name, texts in sinks.items()}
    return {name: count for name, count in counts.items() if count}


@contextmanager
def whole_run() -> Iterator[Run]:
    """Let it all happen, in a stack of its own."""
    recorder = Recorder()
    with requests_to_aws() as sent, Stack(tap=recorder) as stack, logged() as log:
        people = [Person(stack, f"{name}@clinic.example") for name in ("olga", "dora", "carla", "nils")]
        olga = people[0]
        stack.hire_operator(olga.email, olga.password)
        with operator(stack, olga) as api:
            run = Run(stack, provision(api), api, [who.password for who in people], recorder, sent, log)
            _happen(run, *people[1:])
            yield run
        for person in people:
            person.browser.close()


def _happen(run: Run, dora: Person, carla: Person, nils: Person) -> None:
    """Invite, send again, accept, welcome, fail in every way that is at hand, refuse, crash."""
    stack, api, clinic = run.stack, run.operator, run.clinic
    made = invite(api, clinic, dora, roles=["admin"])
    first = dora.link()
    api.post(f"/organizations/{clinic}/invites/{made['id']}/resend").raise_for_status()
    stack.workers.idle()
    dora.press(first)
    _accept_in_spite_of(stack, dora, status=500, after_effect=True)
    dora.sign_in(clinic)
    dora.refresh(clinic)
    with dora.api(clinic) as admin, closing(system(stack)) as automatic:
        admin.post("/invites", json={"email": nils.email}).raise_for_status()
        stack.workers.idle()
        _accept_in_spite_of(stack, nils, status=500)
        second = provision(api)
        suffer(stack, method="PATCH", path="/api/v2/users/.*", status=500, times=3)
        automatic.post(f"/organizations/{second}/members", json={"email": dora.email}).raise_for_status()
        _be_refused(run, admin, dora)
    suffer(stack, method="POST", path="/api/v2/users$", status=400)
    add(api, clinic, carla, welcome=True)
    stack.workers.idle()
    carla.press(carla.link())
    _set_up(run)
    _crash(run, dora)
    stack.workers.idle()


def _accept_in_spite_of(stack: Stack, person: Person, **fault: object) -> None:
    """Press while creating the account fails, then again, and set a password."""
    suffer(stack, method="POST", path="/api/v2/users$", **fault)
    person.press(person.link())
    person.choose_password(person.press(person.link()).headers["location"])


def _be_refused(run: Run, admin: Api, person: Person) -> None:
    """Ask for what is not to be had, with tokens good and bad."""
    path = f"/organizations/{run.clinic}/members"
    admin.post(path, json={"email": person.email}, headers=WAIT)
    admin.post(path, json={"email": "none", "password": run.chosen[0]})
    admin.post(path, content=b"{")
    admin.post("/organizations", json={"id": "x", "name": "X"})
    with Api(run.stack, f"{_bearer(admin)}x") as stranger:
        stranger.get(path)


def _set_up(run: Run) -> None:
    """Make links for a customer's IT: one that is answered, one whose record cannot be written."""
    place = provision(run.operator, kind="enterprise", connections=[{"self_service": True}])
    path = f"/organizations/{place}/setup-links"
    run.operator.post(path, json={}).raise_for_status()
    run.stack.aws.inject("TransactWriteItems", "ValidationException")
    run.operator.post(path, json={})
    run.stack.workers.idle()


def _crash(run: Run, person: Person) -> None:
    """Let the table fail under a request to the API, and under an invite's page."""
    run.stack.aws.inject("Query", "ValidationException")
    run.operator.get("/organizations")
    run.stack.aws.inject("GetItem", "ValidationException")
    person.browser.get(person.link())


def _bearer(api: Api) -> str:
    return api.headers["authorization"].removeprefix("Bearer ")


def _mints(exchange: Exchange) -> bool:
    return exchange.path == "/api/v2/tickets/password-change" and exchange.status == 201


def _ticket(link: str) -> str:
    return parse_qs(urlsplit(link).query)["ticket"][0]


def _head(exchange: Exchange, *but: str) -> str:
    return json.dumps({name: value for name, value in exchange.headers.items() if name not in but})


def _forms(secret: str) -> set[str]:
    """Return a secret as text, JSON, addresses, pages and base64 have it; of a JWT its signature."""
    bare: Any = secret.rpartition(".")[2] if secret.startswith("eyJ") else secret
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return {bare, json.dumps(bare)[1:-1], quote(bare, safe=""), str(escape(bare)), encoded}
