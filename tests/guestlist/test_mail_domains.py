"""The kept list of public mail domains, and what counts as a registry's."""

import pytest

from guestlist.addresses import domain
from guestlist.mail_domains import LISTED, is_public_mail, is_suffix, registrable

LINES = [line.strip() for line in LISTED.read_text(encoding="utf-8").splitlines()]
NAMES = [line for line in LINES if line and not line.startswith("#")]


def test_the_list_holds_each_domain_once_as_it_is_registered() -> None:
    """Normalised, as what is claimed is; a family of names by its first label."""
    assert len(NAMES) == len(set(NAMES)) > 300
    for name in [name.replace(".*", ".example") for name in NAMES]:
        assert domain(name) == registrable(name) == name


@pytest.mark.parametrize(
    "name",
    ["gmail.com", "a.b.gmail.com", "yahoo.com", "yahoo.co.jp", "x.yahoo.com.br", "hotmail.fr", "bol.com.br"],
)
def test_a_domain_of_the_public_is_known_with_all_beneath(name: str) -> None:
    """Under whatever top-level domain the great ones are."""
    assert is_public_mail(name)


@pytest.mark.parametrize("name", ["notgmail.com", "gmail.example", "yahoo-clinic.example", "clinic.co.uk"])
def test_a_name_that_looks_like_one_is_not(name: str) -> None:
    """Only whole labels count."""
    assert not is_public_mail(name)
    assert not is_suffix(name)


@pytest.mark.parametrize("name", ["uk", "co.uk", "com.au", "gov.it", "ac.jp", "co.xn--p1ai"])
def test_a_registrys_domain_is_nobodys(name: str) -> None:
    """A top-level domain, and where names are registered under a country's."""
    assert is_suffix(name)


@pytest.mark.parametrize("name", ["co.com", "net.example", "clinic.uk", "a.co.uk"])
def test_a_domain_under_another_ones_is_somebodys(name: str) -> None:
    """Short labels mean something under countries' domains alone."""
    assert not is_suffix(name)
