"""The example application, driven as a browser drives it, against a small issuer at the wire."""

import re
import time
from collections.abc import Iterator

import httpx
import pytest

from local.app import Settings, create_app
from local.servers import Server
from local.tenant.tokens import Claims, Keys
from tests.local.oidc_issuer import AUDIENCE, NAMESPACE, Issuer

JSON = {"Accept": "application/json"}


def settings(issuer_url: str, base_url: str) -> Settings:
    return Settings(
        issuer=issuer_url + "/",
        client_id="the-app",
        client_secret="the-secret",
        audience=AUDIENCE,
        namespace=NAMESPACE,
        api_url="http://127.0.0.1:9",  # discard (RFC 863): nothing listens
        base_url=base_url,
        organizations=lambda: ["clinicA", "clinicB"],
    )


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    server = Server("issuer")
    issuer = Issuer(server.url)
    with server.start(issuer.app()):
        yield issuer


@pytest.fixture
def browser(issuer: Issuer) -> Iterator[httpx.Client]:
    server = Server("app")
    app = create_app(settings(issuer.url, server.url))
    with server.start(app), httpx.Client(base_url=server.url, follow_redirects=True) as client:
        yield client


def test_the_first_page_offers_every_organization(browser: httpx.Client) -> None:
    """Each organization has its own sign-in, for oneself and for somebody else."""
    home = browser.get("/").text
    assert 'href="/login?organization=clinicA"' in home
    assert 'href="/login?organization=clinicB&amp;prompt=login"' in home


def test_a_person_who_is_admitted_sees_the_organization(browser: httpx.Client) -> None:
    """The sign-in ends on the organization's own page, which shows the claims of both tokens."""
    page = browser.get("/login", params={"organization": "clinicA"})
    assert page.url.path == "/organizations/clinicA"
    assert page.text.count(f"<dt>{NAMESPACE}/organization</dt><dd>clinicA</dd>") == 2
    assert "signed in</span> auth0|doctor" in browser.get("/").text


def test_a_program_reads_the_outcome(browser: httpx.Client) -> None:
    """Who asks for JSON gets the claims of both tokens and the access token."""
    outcome = browser.get("/login", params={"organization": "clinicA"}, headers=JSON).json()
    assert (outcome["admitted"], outcome["organization"], outcome["error"]) == (True, "clinicA", None)
    assert outcome["claims"]["aud"] == "the-app"
    assert outcome["access_token_claims"]["aud"] == AUDIENCE
    assert outcome["access_token"].count(".") == 2


def test_the_tenant_is_asked_for_one_organization(browser: httpx.Client, issuer: Issuer) -> None:
    """The request bears the organization, PKCE and what the link named of `login_hint` and `prompt`."""
    hints = {"login_hint": "doctor@example.com", "prompt": "login"}
    browser.get("/login", params={"organization": "clinicA", **hints})
    asked = issuer.asked[0]
    assert asked["ext-organization"] == "clinicA"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile email offline_access"
    assert asked["audience"] == AUDIENCE
    assert hints.items() <= asked.items()


def test_a_denial_offers_another_account_and_another_organization(
    browser: httpx.Client, issuer: Issuer
) -> None:
    """After a denial the page says so, with code and reason, and asks again only with `prompt=login`."""
    issuer.deny = "Not a member of this <organization>."
    denied = browser.get("/login", params={"organization": "clinicB"})
    assert denied.status_code == 403
    assert "<code>access_denied</code>" in denied.text
    assert "Not a member of this &lt;organization&gt;." in denied.text
    assert 'href="/login?organization=clinicB&amp;prompt=login"' in denied.text
    assert 'href="/login?organization=clinicA"' in denied.text


@pytest.mark.parametrize(
    ("code", "asks_for"),
    [("sign_in_too_old", "&amp;prompt=login"), ("sign_in_unknown", "")],
)
def test_who_has_to_sign_in_anew_is_led_there(
    code: str, asks_for: str, browser: httpx.Client, issuer: Issuer
) -> None:
    """Past the session where that is too old; by it, where it alone knows how old it is."""
    issuer.deny = f"{code}: Please sign in again."
    denied = browser.get("/login", params={"organization": "clinicB"})
    assert "Please sign in to clinicB again" in denied.text
    [first] = re.findall(r'<a class="button" href="([^"]+)"', denied.text)
    assert first == f"/login?organization=clinicB{asks_for}"


def test_a_program_reads_the_denial(browser: httpx.Client, issuer: Issuer) -> None:
    """A denial has the same names as an admission, and no token."""
    issuer.deny = "no"
    denied = browser.get("/login", params={"organization": "clinicB"}, headers=JSON)
    assert denied.status_code == 403
    assert denied.json() == {
        "admitted": False,
        "organization": "clinicB",
        "claims": None,
        "access_token_claims": None,
        "access_token": None,
        "error": "access_denied",
        "error_description": "no",
    }


def test_f23_another_organizations_page_stays_closed(browser: httpx.Client) -> None:
    """Signed in to clinicA, clinicB's page answers 403 with a code of its own."""
    browser.get("/login", params={"organization": "clinicA"})
    closed = browser.get("/organizations/clinicB", headers=JSON)
    assert (closed.status_code, closed.json()["error"]) == (403, "organization_mismatch")
    assert browser.get("/organizations/clinicA").status_code == 200


def test_nobody_signed_in_sees_no_organization(browser: httpx.Client) -> None:
    """Without a sign-in an organization's page asks for one."""
    page = browser.get("/organizations/clinicA")
    assert (page.status_code, "Please sign in to clinicA" in page.text) == (401, True)


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({f"{NAMESPACE}/organization": "clinicB"}, "organization_mismatch"),
        ({f"{NAMESPACE}/organization": None}, "organization_mismatch"),
        ({"nonce": "another"}, "invalid_token"),
        ({"iss": "https://elsewhere.example/"}, "invalid_token"),
        ({"aud": "another-app"}, "invalid_token"),
        ({"exp": 1}, "invalid_token"),
    ],
)
def test_tokens_that_are_not_for_this_sign_in_admit_nobody(
    browser: httpx.Client, issuer: Issuer, claims: Claims, error: str
) -> None:
    """Organization, nonce, issuer, audience and expiry are checked before anybody is let in."""
    issuer.claims = claims
    outcome = browser.get("/login", params={"organization": "clinicA"}, headers=JSON).json()
    assert (outcome["admitted"], outcome["error"]) == (False, error)
    assert browser.get("/organizations/clinicA").status_code == 401


def test_a_token_signed_by_somebody_else_admits_nobody(browser: httpx.Client, issuer: Issuer) -> None:
    """A key that the issuer does not publish proves nothing."""
    issuer.signing = Keys(issuer.url + "/", time.time)
    outcome = browser.get("/login", params={"organization": "clinicA"}, headers=JSON).json()
    assert (outcome["admitted"], outcome["error"]) == (False, "invalid_token")


def test_an_answer_is_taken_once(browser: httpx.Client) -> None:
    """The same callback again admits nobody."""
    steps = browser.get("/login", params={"organization": "clinicA"}).history
    answer = next(step.url for step in steps if step.url.path == "/callback")
    again = browser.get(answer, headers=JSON)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_state")


def test_an_answer_in_another_browser_admits_nobody(browser: httpx.Client) -> None:
    """A callback that was started in one browser does nothing in another."""
    start = browser.get("/login", params={"organization": "clinicA"}, follow_redirects=False)
    answer = httpx.get(start.headers["location"]).headers["location"]
    stolen = httpx.get(answer, headers=JSON)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_state")


def test_a_refresh_names_the_organization(browser: httpx.Client, issuer: Issuer) -> None:
    """The refresh token is used for the organization that it was given for."""
    browser.get("/login", params={"organization": "clinicA"})
    outcome = browser.post("/refresh", data={"organization": "clinicA"}, headers=JSON).json()
    assert outcome["admitted"] is True
    assert issuer.asked[-1]["refresh_token"] == "refresh-1"
    assert issuer.asked[-1]["ext-organization"] == "clinicA"


def test_a_refused_refresh_ends_the_sign_in(browser: httpx.Client, issuer: Issuer) -> None:
    """A member who was removed is told so, and their page is closed."""
    browser.get("/login", params={"organization": "clinicA"})
    issuer.deny = "removed"
    refused = browser.post("/refresh", data={"organization": "clinicA"}, headers=JSON)
    assert (refused.status_code, refused.json()["error_description"]) == (403, "removed")
    assert browser.get("/organizations/clinicA").status_code == 401


def test_a_refresh_for_somebody_else_is_not_taken(browser: httpx.Client, issuer: Issuer) -> None:
    """A renewed token must be the same person's."""
    browser.get("/login", params={"organization": "clinicA"})
    issuer.claims = {"sub": "auth0|nurse"}
    refused = browser.post("/refresh", data={"organization": "clinicA"}, headers=JSON)
    assert refused.json()["error"] == "invalid_token"


def test_signing_out_forgets_the_browser(browser: httpx.Client) -> None:
    """Signing out goes by the tenant and comes back to the choice of organizations."""
    browser.get("/login", params={"organization": "clinicA"})
    home = browser.post("/logout")
    assert home.url.path == "/"
    assert "signed in</span>" not in home.text
    assert browser.get("/organizations/clinicA").status_code == 401


def test_a_sign_in_changes_the_sessions_cookie(browser: httpx.Client) -> None:
    """A session id that was known before the sign-in is worth nothing after it."""
    browser.get("/login", params={"organization": "clinicA"}, follow_redirects=False)
    before = dict(browser.cookies)
    browser.get("/login", params={"organization": "clinicA"})
    planted = httpx.get(browser.base_url.join("/organizations/clinicA"), cookies=before)
    assert planted.status_code == 401


def test_a_login_without_an_organization_lets_one_choose(browser: httpx.Client) -> None:
    """The login address alone, as the tenant links to it, leads to the choice."""
    assert browser.get("/login").url.path == "/"


def test_an_address_leads_nowhere_while_guestlist_is_out_of_reach(browser: httpx.Client) -> None:
    """The page says so, and offers the organizations as ever."""
    page = browser.post("/find", data={"email": "ann@clinic.example"})
    assert (page.status_code, "Guestlist gave no answer." in page.text) == (502, True)
    assert 'href="/login?organization=clinicA"' in page.text


def test_a_tenant_out_of_reach_is_said_plainly() -> None:
    """When the tenant gives no answer the page says that nothing is lost."""
    gone, server = Server("gone"), Server("app")
    gone.stop()
    with server.start(create_app(settings(gone.url, server.url))):
        page = httpx.get(f"{server.url}/login?organization=clinicA")
    assert (page.status_code, "The login is out of reach" in page.text) == (503, True)
