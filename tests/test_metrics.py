"""The figures that alarms are set on, as CloudWatch finds them in the log."""

import json
from typing import Any

import httpx
import pytest

from guestlist.auth0 import Auth0
from guestlist.errors import Auth0Unavailable
from guestlist.metrics import NAMESPACE, Figure
from local.intrinsics import parse
from local.stack import ROOT, Stack
from tests.bench import Bench, bench
from tests.drift_setup import edits, looked

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def stack_name(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a stack, in which functions of Lambda run from now on."""
    monkeypatch.setenv(NAMESPACE, "clinics")
    return "clinics"


def figures(captured: Captured, figure: Figure) -> list[float]:
    """Return what was written of a figure, in the namespace of the stack."""
    lines = [json.loads(line) for line in captured.readouterr().out.splitlines() if '"_aws"' in line]
    assert {line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in lines} <= {"clinics"}
    return [value for line in lines for value in line.get(figure, [])]


def test_the_alarms_look_at_what_is_measured() -> None:
    """Each figure has its alarm, in the namespace that the functions write to."""
    template = parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    alarms: list[dict[str, Any]] = [found.get("Properties", {}) for found in template["Resources"].values()]
    namespace = template["Globals"]["Function"]["Environment"]["Variables"][NAMESPACE]
    ours = {alarm["MetricName"] for alarm in alarms if alarm.get("Namespace") == namespace}
    assert ours == set(Figure)


def test_a_sweep_says_how_late_the_oldest_was(guests: Bench, organization: str) -> None:
    """The longest overdue item counts; when nothing is, the figure is zero, so that silence is an alarm."""
    guests.advance(3600)
    guests.sweep()
    assert guests.sweep().oldest_due == 0
    guests.added(organization)
    guests.advance(500)
    assert 500 <= guests.sweep().oldest_due <= 505


@pytest.mark.parametrize("projects", [True, False], ids=["projection", "mail"])
def test_what_never_succeeds_is_ever_later(*, projects: bool) -> None:
    """It is put off each time that it fails, and that is no news of it: the alarm looks at ten minutes."""
    with bench() as guests:
        organization, late = guests.organization(), []
        if projects:
            guests.added(organization)
        guests.invited(organization, "late@example.com", send=not projects)
        guests.fails("POST", status=403, times=1000)
        for _ in range(20):
            guests.advance(60)
            late.append(guests.sweep().oldest_due)
            for hint in guests.hints("ProjectionQueue"):
                guests.project(hint["user"])
    assert 15 * 60 <= max(late) <= 21 * 60
    assert sum(seconds > 300 for seconds in late[-10:]) >= 2


def test_every_sweep_writes_the_figure(stack: Stack, stack_name: str, capsys: Captured) -> None:
    """The function writes one line of it each time."""
    for _ in range(2):
        stack.functions["SweepFunction"].invoke({})
    assert stack_name
    assert len(figures(capsys, Figure.OLDEST_DUE)) == 2


def test_every_sealing_writes_the_figure(stack: Stack, stack_name: str, capsys: Captured) -> None:
    """Also where there is nothing to seal: an alarm rings if it is not written."""
    for _ in range(2):
        stack.functions["SealerFunction"].invoke({})
    assert stack_name
    assert len(figures(capsys, Figure.OLDEST_UNSEALED)) == 2


@pytest.mark.parametrize(
    ("status", "left", "counted"), [(200, "9", 1), (200, "10", 0), (404, "0", 1), (200, "", 0), (429, "", 1)]
)
def test_a_rate_limit_that_comes_near_is_counted(
    status: int, left: str, counted: int, stack_name: str, capsys: Captured
) -> None:
    """Less than a tenth of a hundred calls left counts, and every refusal does."""
    headers = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": left, "retry-after": "60"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "token", "expires_in": 60_000})
        return httpx.Response(status, json={}, headers=headers)

    credentials = {"client_id": "id", "client_secret": "secret"}
    auth0 = Auth0("https://tenant.example", lambda: credentials, transport=httpx.MockTransport(answer))
    try:
        auth0.user("auth0|ann")
    except Auth0Unavailable:
        assert status == 429
    auth0.close()
    assert stack_name
    assert figures(capsys, Figure.AUTH0_RATE_LIMIT) == [1] * counted


def test_news_of_a_mail_that_cannot_be_read_is_counted(
    stack: Stack, stack_name: str, capsys: Captured
) -> None:
    """Each message that is none, and none is received again."""
    records = [{"messageId": str(number), "body": "{}"} for number in range(2)]
    answer = stack.functions["MailEventsFunction"].invoke({"Records": records})
    assert stack_name
    assert (answer, figures(capsys, Figure.UNREAD_MAIL_EVENTS)) == ({"batchItemFailures": []}, [1, 1])


def test_drift_that_waits_for_a_person_is_counted(
    guests: Bench, ann: str, stack_name: str, capsys: Captured
) -> None:
    """A blocked account is; one that is being put right is not."""
    edits(guests.tenant, guests.user(ann).account, blocked=True, app_metadata={"organizations": []})
    capsys.readouterr()
    assert len(looked(guests).findings) == 2
    assert stack_name
    assert figures(capsys, Figure.DRIFT) == [1]


def test_outside_of_lambda_nothing_is_measured(capsys: Captured, guests: Bench) -> None:
    """A command or the local stack prints no figures."""
    guests.sweep()
    assert '"_aws"' not in capsys.readouterr().out
