"""What template.yaml declares, read for one machine: routes, functions, tables, queues and secrets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from local.intrinsics import NO_VALUE, Resolver, TemplateError, parameter_values, parse

REGION = "eu-central-1"
STACK = "guestlist"

_FUNCTION = "AWS::Serverless::Function"
_HTTP_API = "AWS::Serverless::HttpApi"


@dataclass(frozen=True)
class Authorizer:
    """A JWT authorizer of the HTTP API; the issuer is compared exactly."""

    issuer: str
    audience: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """A route of the HTTP API; `function` is a logical id, `$default` has that as its method."""

    method: str
    path: str
    function: str
    authorizer: Authorizer | None

    @property
    def key(self) -> str:
        """The route key that the event names."""
        return self.method if self.method == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True)
class QueueSource:
    """A queue that feeds a function: the queue's ARN, and how its batches are made and judged."""

    queue_arn: str
    batch_size: int
    reports_failures: bool


@dataclass(frozen=True)
class Function:
    """A Lambda function: `name` is its logical id, `timeout` is in seconds, `memory` in MB."""

    name: str
    handler: str
    code_uri: str
    environment: Mapping[str, str]
    queues: tuple[QueueSource, ...]
    schedules: tuple[str, ...]
    timeout: int
    memory: int


@dataclass(frozen=True)
class Resource:
    """A resource as declared: `properties` are not resolved yet."""

    name: str
    kind: str
    properties: Mapping[str, Any]


class Template:
    """A SAM template with values for its parameters and, once they exist, for its resources."""

    def __init__(
        self,
        document: Mapping[str, Any],
        parameters: Mapping[str, object],
        physical: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._document = document
        self._parameters = parameters
        self._physical = physical
        self._globals = document.get("Globals", {})
        account = physical.get("AWS::AccountId", {"Ref": "000000000000"})["Ref"]
        pseudo = {
            "AWS::AccountId": account,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::StackName": STACK,
            "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{account}:stack/{STACK}/local",
            "AWS::URLSuffix": "amazonaws.com",
        }
        self._resolver = Resolver(
            {**pseudo, **parameters},
            document.get("Conditions", {}),
            document.get("Mappings", {}),
            physical,
        )

    @classmethod
    def load(cls, path: Path, parameters: Mapping[str, str] | None = None) -> Self:
        """Read a template; parameters not given take their defaults.

        Raises:
            TemplateError: a parameter has no value, or a given one is not declared.
        """
        return cls.parse(path.read_text(encoding="utf-8"), parameters)

    @classmethod
    def parse(cls, text: str, parameters: Mapping[str, str] | None = None) -> Self:
        """Read a template from its text, as `load` does."""
        document = parse(text)
        return cls(document, parameter_values(document.get("Parameters", {}), parameters or {}), {})

    def given(self, physical: Mapping[str, Mapping[str, str]]) -> Self:
        """Return this template knowing what `Ref` and `GetAtt` of (more) resources give.

        The shape is `{"Table": {"Ref": ..., "Arn": ...}}`; the account is `{"AWS::AccountId": {"Ref": ...}}`.
        """
        return type(self)(self._document, self._parameters, {**self._physical, **physical})

    def resolve(self, value: object) -> Any:  # noqa: ANN401 a template's value has any shape
        """Return a value of the template with its intrinsics resolved."""
        return self._resolver.resolve(value)

    def resources(self, kind: str | None = None) -> Iterator[Resource]:
        """Yield the resources (of a type) whose condition holds, in the template's order."""
        for name, body in self._document["Resources"].items():
            wanted = kind is None or body["Type"] == kind
            if wanted and ("Condition" not in body or self._resolver.holds(body["Condition"])):
                yield Resource(name, body["Type"], body.get("Properties", {}))

    def tables(self) -> dict[str, Mapping[str, Any]]:
        """Return the DynamoDB tables' properties, resolved, by logical id."""
        return self._resolved("AWS::DynamoDB::Table")

    def queues(self) -> dict[str, Mapping[str, Any]]:
        """Return the SQS queues' properties, resolved; a dead-letter queue before those that name it."""
        queues = self._resolved("AWS::SQS::Queue")
        return dict(sorted(queues.items(), key=lambda pair: "RedrivePolicy" in pair[1]))

    def signing_keys(self) -> dict[str, Mapping[str, Any]]:
        """Return the KMS keys' properties, resolved, by logical id."""
        return self._resolved("AWS::KMS::Key")

    def subscribed(self) -> list[str]:
        """Return the names of the queues that subscribe to a topic and get its messages bare."""
        found = self._resolved("AWS::SNS::Subscription").values()
        return [each["Endpoint"].rpartition(":")[2] for each in found if each["RawMessageDelivery"]]

    def secrets(self) -> dict[str, Mapping[str, Any]]:
        """Return the Secrets Manager secrets' properties, resolved, by logical id."""
        return self._resolved("AWS::SecretsManager::Secret")

    def identities(self) -> dict[str, Mapping[str, Any]]:
        """Return the SES identities' properties, resolved, by logical id."""
        return self._resolved("AWS::SES::EmailIdentity")

    def functions(self) -> dict[str, Function]:
        """Return the Lambda functions, by logical id."""
        return {found.name: self._function(found) for found in self.resources(_FUNCTION)}

    def routes(self) -> list[Route]:
        """Return the routes, from the functions' events of type HttpApi."""
        return [
            self._route(found.name, event.get("Properties", {}))
            for found in self.resources(_FUNCTION)
            for event in found.properties.get("Events", {}).values()
            if event["Type"] == "HttpApi"
        ]

    def cors(self) -> Mapping[str, Any] | None:
        """Return the HTTP API's CORS configuration (`AllowOrigins`, ...), if it has one."""
        declared = {"cors": self._api().get("CorsConfiguration")}
        found: Mapping[str, Any] | None = self.resolve(declared).get("cors")
        return found

    def access_log_format(self) -> str | None:
        """Return the format of the HTTP API's access log, with its `$context` variables, if it has one."""
        found: str | None = self.resolve(self._api().get("AccessLogSettings", {}).get("Format"))
        return found

    def _resolved(self, kind: str) -> dict[str, Mapping[str, Any]]:
        return {found.name: self.resolve(found.properties) for found in self.resources(kind)}

    def _function(self, found: Resource) -> Function:
        shared = self._globals.get("Function", {})
        merged = {**shared, **found.properties}
        environment = {
            **shared.get("Environment", {}).get("Variables", {}),
            **found.properties.get("Environment", {}).get("Variables", {}),
        }
        events = list(found.properties.get("Events", {}).values())
        return Function(
            name=found.name,
            handler=self.resolve(merged["Handler"]),
            code_uri=self.resolve(merged["CodeUri"]),
            environment={key: str(value) for key, value in self.resolve(environment).items()},
            queues=tuple(self._source(event["Properties"]) for event in events if event["Type"] == "SQS"),
            schedules=tuple(
                self.resolve(
                    event["Properties"].get("Schedule", event["Properties"].get("ScheduleExpression"))
                )
                for event in events
                if event["Type"] in {"Schedule", "ScheduleV2"}
            ),
            timeout=int(self.resolve(merged.get("Timeout", 3))),
            memory=int(self.resolve(merged.get("MemorySize", 128))),
        )

    def _source(self, properties: Mapping[str, Any]) -> QueueSource:
        source = self.resolve(properties)
        return QueueSource(
            queue_arn=source["Queue"],
            batch_size=int(source.get("BatchSize", 10)),
            reports_failures="ReportBatchItemFailures" in source.get("FunctionResponseTypes", []),
        )

    def _route(self, function: str, properties: Mapping[str, Any]) -> Route:
        method = str(self.resolve(properties.get("Method", "$default"))).upper()
        path = self.resolve(properties.get("Path", "/"))
        authorizer = self._authorizer(self.resolve(properties.get("Auth", {})))
        if "Path" not in properties or path == "$default":
            return Route("$default", "/", function, authorizer)
        return Route(
            "ANY" if method in {"X-AMAZON-APIGATEWAY-ANY-METHOD", "$DEFAULT"} else method,
            path,
            function,
            authorizer,
        )

    def _authorizer(self, auth: Mapping[str, Any]) -> Authorizer | None:
        of_api = self._api().get("Auth", {})
        name = auth.get("Authorizer", self.resolve(of_api.get("DefaultAuthorizer")))
        if unknown := set(auth) - {"Authorizer"}:
            raise TemplateError(f"a route's Auth has {', '.join(sorted(unknown))}, which is not read here")
        if name is None or name == "NONE":
            return None
        jwt = self.resolve(of_api["Authorizers"][name]["JwtConfiguration"])
        return Authorizer(jwt["issuer"], tuple(jwt["audience"]))

    def _api(self) -> Mapping[str, Any]:
        declared = next(iter(self.resources(_HTTP_API)), None)
        own = declared.properties if declared else {}
        return {**self._globals.get("HttpApi", {}), **own}
