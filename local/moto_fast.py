"""moto's answers without its detours, on which most of the time of a stack's tests would go.

As it comes, moto 5 finds the service and its method at each call anew, looks for each type that a value does
not have under some ten names, and reads the same expressions again a character at a time. The answers are the
same; a test compares them.
"""

from collections.abc import Mapping, MutableMapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from moto.core import responses
from moto.core.model import StructureShape
from moto.core.request import Request
from moto.core.responses import BaseResponse
from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer
from moto.core.utils import method_names_from_class
from moto.dynamodb.parsing.tokens import ExpressionTokenizer, Token
from moto.dynamodb.responses import DynamoHandler
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.sqs.responses import SQSResponse
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SERVICES: Final[Mapping[str, type[BaseResponse]]] = {
    "AmazonSQS": SQSResponse,
    "DynamoDB_20120810": DynamoHandler,
    "secretsmanager": SecretsManagerResponse,
}
"""By the prefix of a call's target."""
_make_list = ExpressionTokenizer.make_list


def install() -> None:
    """Take the shorter ways from now on. Safe to call twice."""
    SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": _Serializer}
    ExpressionTokenizer.make_list = staticmethod(_tokens)  # type: ignore[method-assign] # a class method
    responses.method_names_from_class = _method_names  # type: ignore[attr-defined] # not exported


def answered(environ: "WSGIEnvironment") -> Response | None:
    """Have moto answer a request past its server; None if it is for a service that is not known here."""
    service = _SERVICES.get(environ.get("HTTP_X_AMZ_TARGET", "").partition(".")[0])
    if service is None:
        return None
    status, headers, body = service.dispatch(_Received(environ))
    return Response(body, status, headers)


class _Received(Request):
    """A request as moto takes it, which came by HTTP."""

    from_wsgi_server = True


class _Serializer(JSONSerializer):
    """Hands a value of DynamoDB's on as it stands, where it stands as it is sent."""

    def _serialize_type_structure(
        self, serialized: MutableMapping[str, Any], value: object, shape: StructureShape, key: str
    ) -> None:
        if shape.name == "AttributeValue" and _is_as_sent(value):
            serialized[key] = value
        else:
            super()._serialize_type_structure(serialized, value, shape, key)


def _is_as_sent(value: object) -> bool:
    """Tell whether a value is in DynamoDB's JSON all through; binaries are left to moto."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [(kind, held)] = value.items()
    match kind:
        case "S" | "N":
            return isinstance(held, str)
        case "BOOL" | "NULL":
            return isinstance(held, bool)
        case "L":
            return all(map(_is_as_sent, held))
        case "M":
            return all(map(_is_as_sent, held.values()))
        case _:
            return False


_method_names = cache(method_names_from_class)


@cache
def _read(expression: str) -> tuple[Token, ...]:
    return tuple(_make_list(expression))


def _tokens(input_expression_str: str) -> list[Token]:
    return list(_read(input_expression_str))
