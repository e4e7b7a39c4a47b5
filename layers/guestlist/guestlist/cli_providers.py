"""An organization's own identity providers, as they are typed: one after another, each with its domains.

--oidc https://id.clinic-a.example guestlist --for clinic-a.example
--saml https://id.lab.example/metadata --for lab.example --for lab.clinic-a.example
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from guestlist.cli_options import Options
from guestlist.client import Body


def add(command: Options) -> None:
    """Let an organization's own identity providers be said, in each of the ways that the API takes."""
    own = command.add_argument_group(
        "its own identity providers, up to ten",
        "Each with its domains behind it, as --oidc https://id.a.example guestlist --for a.example",
    )
    _add_ways(own, _Provider)
    _add_domains(own)


def add_one(command: Options) -> None:
    """Let one identity provider be said, and have it said."""
    own = command.add_argument_group(
        "its identity provider", "With its domains behind it, as --for a.example"
    )
    _add_ways(own.add_mutually_exclusive_group(required=True), _OneProvider)
    _add_domains(own)


def _add_ways(own: argparse._ActionsContainer, action: type["_Provider"]) -> None:
    for option, (made, *words), text in WAYS:
        own.add_argument(
            option,
            dest="providers",
            action=action,
            const=made,
            nargs=len(words),
            default=[],
            metavar=tuple(words) or None,
            help=text,
        )


def _add_domains(own: argparse._ActionsContainer) -> None:
    text = "whose addresses sign in by the one that stands before it; repeatable"
    own.add_argument("--for", dest="providers", action=_For, default=[], metavar="DOMAIN", help=text)


class _Provider(argparse.Action):
    """Adds one to those that stand before it, as `const` makes it of the words."""

    def __call__(
        self,
        _parser: Options,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        _option: str | None = None,
    ) -> None:
        try:
            made = self.const(*(values or ()))
        except (OSError, ValueError) as error:
            raise argparse.ArgumentError(self, str(error)) from None
        namespace.providers = [*namespace.providers, made]


class _OneProvider(_Provider):
    """Adds the only one."""

    def __call__(
        self,
        parser: Options,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option: str | None = None,
    ) -> None:
        if namespace.providers:
            raise argparse.ArgumentError(self, "one at a time")
        super().__call__(parser, namespace, values, option)


class _For(argparse.Action):
    """Gives a domain to the one that stands before it."""

    def __call__(
        self,
        _parser: Options,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        _option: str | None = None,
    ) -> None:
        if not namespace.providers:
            raise argparse.ArgumentError(self, "stands behind an identity provider")
        *others, last = namespace.providers
        namespace.providers = [*others, last | {"domains": [*last.get("domains", []), values]}]


def _oidc(issuer: str, client_id: str) -> Body:
    return {"strategy": "oidc", "issuer": issuer, "client_id": client_id}


def _saml(url: str) -> Body:
    return {"strategy": "samlp", "metadata_url": url}


def _saml_file(file: str) -> Body:
    return {"strategy": "samlp", "metadata": _text(file)}


def _saml_endpoint(url: str, certificate: str) -> Body:
    return {"strategy": "samlp", "sign_in_endpoint": url, "certificate": _text(certificate)}


def _self_service() -> Body:
    return {"self_service": True}


def _named(name: str) -> Body:
    return {"name": name}


def _text(file: str) -> str:
    """Return what a file has.

    Raises:
        ValueError: it is no text.
        OSError: it cannot be read.
    """
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{file} is no UTF-8") from None


WAYS = (
    ("--oidc", (_oidc, "ISSUER", "CLIENT_ID"), "by OpenID Connect"),
    ("--saml", (_saml, "URL"), "by SAML, with metadata that Auth0 fetches"),
    ("--saml-file", (_saml_file, "FILE"), "by SAML, with metadata in a file"),
    (
        "--saml-endpoint",
        (_saml_endpoint, "URL", "FILE"),
        "by SAML: where to sign in, and the certificate (PEM)",
    ),
    ("--self-service", (_self_service,), "set up by its IT, who get a setup-link"),
    ("--connection", (_named, "NAME"), "that Auth0 has already, by its name"),
)
"""How one is said: the option, what makes it of which words, and what it is. Each may be repeated."""
