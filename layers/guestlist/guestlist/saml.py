"""What a connection needs of a SAML identity provider's metadata: where to sign in, and whose signature."""

from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat  # entities are refused below, before they are expanded

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:metadata "
SIGNATURE = "http://www.w3.org/2000/09/xmldsig# "
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


class Provider(NamedTuple):
    """An identity provider: its endpoint, and its certificate as the metadata has it (base64 of DER)."""

    endpoint: str
    certificate: str


@dataclass
class _Reader:
    """Hears the elements of one document."""

    path: list[str] = field(default_factory=list)
    endpoints: dict[str, str] = field(default_factory=dict)
    """By binding."""
    certificates: list[str] = field(default_factory=list)
    signs: bool = False
    """Whether the key that is being read signs."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        if PROTOCOL + "IDPSSODescriptor" not in self.path:
            return
        if name == PROTOCOL + "SingleSignOnService":
            self.endpoints.setdefault(attributes.get("Binding", ""), attributes.get("Location", ""))
        if name == PROTOCOL + "KeyDescriptor":
            self.signs = attributes.get("use", "signing") == "signing"
        if name == SIGNATURE + "X509Certificate" and self.signs:
            self.certificates.append("")

    def text(self, text: str) -> None:
        inside = self.path[-1:] == [SIGNATURE + "X509Certificate"]
        if inside and self.signs and self.certificates:
            self.certificates[-1] += "".join(text.split())

    def end(self, _name: str) -> None:
        self.path.pop()


def provider(metadata: str) -> Provider:
    """Read an identity provider's metadata (SAML 2.0).

    Raises:
        ValueError: it is no such document, or declares a type or entities, which bombs are made of.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(metadata.encode(), True)  # noqa: FBT003 (expat takes it by position: this is all of it)
    except expat.ExpatError:
        raise ValueError("is no well-formed XML") from None
    endpoint = reader.endpoints.get(REDIRECT) or next(iter(reader.endpoints.values()), "")
    if not endpoint or not reader.certificates:
        raise ValueError("names no endpoint of an identity provider with the certificate of its signature")
    return Provider(endpoint, reader.certificates[0])


def _refuse(*_: object) -> None:
    raise ValueError("declares a document type or entities")
