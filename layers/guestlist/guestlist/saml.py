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

    inside: int = 0
    """How deep within the description of an identity provider; 0: outside."""
    name: str = ""
    """The innermost element that is open, until it or another one ends."""
    endpoints: dict[str, str] = field(default_factory=dict)
    """By binding."""
    certificates: list[list[str]] = field(default_factory=list)
    """Each in pieces."""
    signs: bool = False
    """Whether the key that is being read signs."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.inside and name != PROTOCOL + "IDPSSODescriptor":
            return
        self.inside += 1
        self.name = name
        if name == PROTOCOL + "SingleSignOnService":
            self.endpoints.setdefault(attributes.get("Binding", ""), attributes.get("Location", ""))
        if name == PROTOCOL + "KeyDescriptor":
            self.signs = attributes.get("use", "signing") == "signing"
        if name == SIGNATURE + "X509Certificate" and self.signs:
            self.certificates.append([])

    def text(self, text: str) -> None:
        if self.name == SIGNATURE + "X509Certificate" and self.signs:
            self.certificates[-1] += text.split()

    def end(self, _name: str) -> None:
        self.inside = max(0, self.inside - 1)
        self.name = ""


def provider(metadata: str) -> Provider:
    """Read an identity provider's metadata (SAML 2.0).

    Raises:
        ValueError: it is no such document, or declares a type or entities, which bombs are made of.
    """
    reader = _Reader()
    # What the document says of its own encoding is passed over: it came as text.
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(metadata.encode(), True)  # noqa: FBT003 (expat takes it by position: this is all of it)
    except (expat.ExpatError, UnicodeError):
        raise ValueError("is no well-formed XML") from None
    endpoint = reader.endpoints.get(REDIRECT) or next(iter(reader.endpoints.values()), "")
    if not endpoint or not reader.certificates:
        raise ValueError("names no endpoint of an identity provider with the certificate of its signature")
    return Provider(endpoint, "".join(reader.certificates[0]))


def _refuse(*_: object) -> None:
    raise ValueError("declares a document type or entities")
