"""An exchange held to what Auth0's description says of its operation."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.tenant.schema import NAMES
from tests.local.tenant.recorded import shapes
from tests.local.tenant.recorded.exchanges import Asked, Exchange

Fact = Mapping[str, Any]


def problems(asked: Asked, fact: Fact) -> set[str]:
    """Return what breaks the description; a request that was refused may be any."""
    exchange = asked.exchange
    if exchange.status >= 400:
        known = str(exchange.status) in fact["refusals"].split()
        return set() if known else {f"{fact['call']}: answers {exchange.status}"}
    found = [*_of_request(exchange, fact), *_of_answer(exchange, fact)]
    return {f"{fact['call']}: {problem}" for problem in found}


def _of_request(exchange: Exchange, fact: Fact) -> Iterator[str]:
    for name in set(exchange.query) - set(fact.get("query", "").split()):
        yield f"the query has {name}"
    if not isinstance(exchange.body, dict):
        return
    for name in set(fact.get("required", "").split()) - set(exchange.body):
        yield f"the request lacks {name}"
    described, choices = shapes.fields_of(fact.get("body", {})), fact.get("choices", {})
    for name, value in exchange.body.items():
        if name not in described:
            yield from () if fact.get("open_body") else (f"the request has {name}",)
        elif not shapes.fits({NAMES[type(value)]}, described[name][0]):
            yield f"the request's {name} is {NAMES[type(value)]}"
        elif name in choices and value is not None and value not in choices[name].split():
            yield f"the request's {name} is none of the choices"


def _of_answer(exchange: Exchange, fact: Fact) -> Iterator[str]:
    if str(exchange.status) not in fact["statuses"].split():
        yield f"answers {exchange.status}"
    optional = {kinds: f"{paths.replace(' ', '? ')}?" for kinds, paths in fact.get("answer", {}).items()}
    for difference in shapes.differences(exchange.answer, optional):
        if not (difference.startswith("has ") and fact.get("open_answer")):
            yield f"the answer {difference}"
