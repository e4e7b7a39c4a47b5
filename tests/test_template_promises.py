"""What template.yaml promises to whoever deploys it: parameters, logs, throttles, alarms."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from guestlist.tenant import TOKEN_LIFE
from local.intrinsics import parse
from local.stack import ROOT

DOCUMENT: Mapping[str, Any] = parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
RESOURCES: dict[str, Any] = DOCUMENT["Resources"]
PARAMETERS: dict[str, Any] = DOCUMENT["Parameters"]
API: dict[str, Any] = RESOURCES["Api"]["Properties"]
KINDS = [
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::Function",
    "AWS::SQS::Queue",
    "AWS::Serverless::LayerVersion",
    "AWS::DynamoDB::Table",
    "AWS::Logs::LogGroup",
    "AWS::CloudWatch::Alarm",
]


def of(kind: str) -> dict[str, Any]:
    return {name: found.get("Properties", {}) for name, found in RESOURCES.items() if found["Type"] == kind}


def test_the_template_reads_from_the_api_to_the_alarms() -> None:
    """The kinds of resources come in one order, each in one block, in under 1,000 lines."""
    seen = [found["Type"] for found in RESOURCES.values() if found["Type"] in KINDS]
    assert list(dict.fromkeys(seen)) == KINDS
    assert seen == sorted(seen, key=KINDS.index)
    assert len((ROOT / "template.yaml").read_text(encoding="utf-8").splitlines()) < 1_000


def test_receipts_count_by_the_life_that_set_up_gives() -> None:
    """Whoever changes nothing has five minutes: what the API's tokens live is what removals wait for."""
    assert PARAMETERS["TokenLife"]["Default"] == TOKEN_LIFE == 300


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_held_against_something(name: str) -> None:
    """Each has a pattern, a list of values or a least one, and none is a secret that would need NoEcho."""
    declared = PARAMETERS[name]
    assert declared.keys() & {"AllowedPattern", "AllowedValues", "MinValue"}
    assert not re.search(r"Secret|Password|Key", name)
    for default in str(declared.get("Default", "")).split(",") if "Default" in declared else []:
        assert re.fullmatch(declared.get("AllowedPattern", ".*"), default)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auth0Url", "https://tenant.example/"),
        ("Auth0Issuer", "https://tenant.example"),
        ("ApiAudience", ""),
        ("ApplicationLoginUrl", "https://app.example/login"),
        ("SelfServiceProfile", ""),
        ("ApplicationName", "<b>"),
        ("LinkOrigin", "join.example"),
        ("MailFrom", "clinics"),
        ("CorsOrigins", "*"),
        ("AlarmTopic", "alarms"),
    ],
)
def test_a_wrong_parameter_is_refused(name: str, value: str) -> None:
    """What would only break later is refused at the deployment."""
    assert not re.fullmatch(PARAMETERS[name]["AllowedPattern"], value)


def test_each_function_has_a_role_of_its_own() -> None:
    """No function brings a role, so SAM makes one of the policies that stand with it."""
    assert all("Role" not in function and function["Policies"] for function in of(KINDS[1]).values())
    assert "Role" not in DOCUMENT["Globals"]["Function"]


def test_the_public_routes_of_people_are_throttled() -> None:
    """Each route of the page and of the discovery has a rate of its own, in requests per second."""
    functions = [RESOURCES[name]["Properties"] for name in ("AcceptFunction", "DiscoveryFunction")]
    public = [event["Properties"] for function in functions for event in function["Events"].values()]
    assert API["RouteSettings"].keys() == {f"{event['Method']} {event['Path']}" for event in public}
    for settings in API["RouteSettings"].values():
        assert 0 < settings["ThrottlingRateLimit"] <= settings["ThrottlingBurstLimit"] <= 100


def test_all_functions_log_into_one_group_with_an_end() -> None:
    """Every log group has a retention, and none is left to Lambda, which keeps logs for ever."""
    assert DOCUMENT["Globals"]["Function"]["LoggingConfig"]["LogGroup"] == {"Ref": "Logs"}
    assert not any("LoggingConfig" in function for function in of(KINDS[1]).values())
    assert all(
        group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        for group in of("AWS::Logs::LogGroup").values()
    )


def test_the_access_log_knows_no_path() -> None:
    """The path of an accept page holds its token; the route's pattern is enough."""
    written = set(re.findall(r"\$context\.([\w.]+)", API["AccessLogSettings"]["Format"]))
    assert written == {"requestId", "routeKey", "status", "responseLatency", "error.message"}


def test_origins_and_links_are_the_deployers() -> None:
    """Other origins call only if named, and the links in mails lead where the deployer says."""
    condition, allowed, _ = API["CorsConfiguration"]["Fn::If"]
    assert condition == "HasCorsOrigins"
    assert allowed["AllowOrigins"] == {"Ref": "CorsOrigins"}
    for name in ("ApiFunction", "AcceptFunction", "MailerFunction"):
        variables = RESOURCES[name]["Properties"]["Environment"]["Variables"]
        assert variables["LINK_ORIGIN"] == {"Ref": "LinkOrigin"}


def test_every_alarm_goes_to_the_topic() -> None:
    """Where there is a topic, all alarms go there."""
    for alarm in of("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"]["Fn::If"][:2] == ["HasAlarmTopic", [{"Ref": "AlarmTopic"}]]
        assert alarm["AlarmDescription"]


def test_no_dead_letter_goes_unseen() -> None:
    """Every queue has a queue for what was given up, and the alarm looks at all of those."""
    queues = of("AWS::SQS::Queue")
    dead = {json.dumps(queue["RedrivePolicy"]) for queue in queues.values() if "RedrivePolicy" in queue}
    watched = json.dumps(RESOURCES["DeadLettersAlarm"]["Properties"]["Metrics"])
    assert len(dead) * 2 == len(queues)
    assert all(f'"{name}' in watched for name in queues if name.endswith("DeadLetters"))


def test_no_function_fails_unseen() -> None:
    """Two alarms sum the errors of all functions and the 5xx of the API, each of up to CloudWatch's ten."""
    sums = [RESOURCES[alarm]["Properties"]["Metrics"][:-1] for alarm in ("AnswersAlarm", "ErrorsAlarm")]
    stats = [found["MetricStat"]["Metric"] for metrics in sums for found in metrics]
    watched = [stat["Dimensions"][0]["Value"]["Ref"] for stat in stats]
    assert sorted(watched) == sorted([*of("AWS::Serverless::Function"), "Api"])
    assert max(map(len, sums)) <= 9
