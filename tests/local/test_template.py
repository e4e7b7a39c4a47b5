"""A template read: intrinsics resolved, and what the readers make of it."""

from pathlib import Path

import pytest

from local.aws import Aws
from local.intrinsics import TemplateError, parse
from local.template import Authorizer, QueueSource, Template

PARAMETERS = """
Parameters:
  Stage: {Type: String, Default: test}
  Days: {Type: Number, Default: 30}
  Origins: {Type: CommaDelimitedList, Default: "https://a, https://b"}
Conditions:
  IsTest: !Equals [!Ref Stage, test]
  IsLive: !Not [!Condition IsTest]
  Either: !Or [!Condition IsTest, !Condition IsLive]
  Both: !And [!Condition IsTest, !Condition IsLive]
Mappings: {Sizes: {test: {memory: 128}}}
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${Stage}-table"}}
  Live: {Type: AWS::DynamoDB::Table, Condition: IsLive}
"""
PHYSICAL = {"Table": {"Ref": "test-table", "Arn": "arn:aws:dynamodb:::table/test-table"}}
FUNCTION = """
Globals:
  Function:
    CodeUri: functions/
    Timeout: 29
    Environment: {Variables: {SHARED: all, OWN: overridden}}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}}}
  Dead: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: worker.handler.handler
      MemorySize: 512
      Environment: {Variables: {OWN: !GetAtt Dead.Arn}}
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 5}}
        Minute: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}
        Hour: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
"""
API = """
Parameters: {Issuer: {Type: String}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Main
        Authorizers: {Main: {JwtConfiguration: {issuer: !Ref Issuer, audience: [one]}}}
  Handler:
    Type: AWS::Serverless::Function
    Properties:
      Handler: api.handler.handler
      CodeUri: functions/
      Events:
        Guarded: {Type: HttpApi, Properties: {Method: get, Path: "/users/{user}"}}
        Public: {Type: HttpApi, Properties: {Method: POST, Path: /in, Auth: {Authorizer: NONE}}}
        Any: {Type: HttpApi, Properties: {Method: any, Path: "/{rest+}", Auth: {Authorizer: NONE}}}
        Default: {Type: HttpApi, Properties: {Auth: {Authorizer: NONE}}}
"""


def resolved(expression: str) -> object:
    """Return what an expression, written in YAML, is in the small template."""
    value: object = Template.parse(PARAMETERS).given(PHYSICAL).resolve(parse(f"it: {expression}")["it"])
    return value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!Ref Stage", "test"),
        ("!Ref Days", "30"),
        ("!Ref Origins", ["https://a", "https://b"]),
        ("!Ref AWS::Region", "eu-central-1"),
        ("!Ref Table", "test-table"),
        ("!GetAtt Table.Arn", "arn:aws:dynamodb:::table/test-table"),
        ('!Sub "${Stage}/${Table}/${Table.Arn}/${!Stage}"', None),
        ('!Sub ["${Stage} ${Own}", {Own: !Ref Days}]', "test 30"),
        ('!Join ["-", [!Ref Stage, x]]', "test-x"),
        ('!Select [1, !Split [",", "a,b"]]', "b"),
        ("!If [IsTest, yes it is, no]", "yes it is"),
        ("!If [IsLive, a, b]", "b"),
        ("!If [Either, a, b]", "a"),
        ("!If [Both, a, b]", "b"),
        ("!FindInMap [Sizes, !Ref Stage, memory]", 128),
        ("{kept: 1, left: !If [IsLive, 2, !Ref AWS::NoValue]}", {"kept": 1}),
        ("[1, !Ref AWS::NoValue, 2]", [1, 2]),
    ],
)
def test_an_intrinsic_is_resolved(expression: str, value: object) -> None:
    expected = value or "test/test-table/arn:aws:dynamodb:::table/test-table/${Stage}"
    assert resolved(expression) == expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("!ImportValue other", "Fn::ImportValue is not resolved here"),
        ("!Ref Nothing", "Nothing has no Ref"),
        ("!GetAtt Table.Stream", "Table has no Stream"),
        ("!If [Never, 1, 2]", "no condition Never"),
        ("!FindInMap [Sizes, live, memory]", "no live"),
    ],
)
def test_what_cannot_be_resolved_is_an_error_that_names_it(expression: str, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        resolved(expression)


def test_a_resource_whose_condition_fails_is_left_out() -> None:
    template = Template.parse(PARAMETERS)
    assert list(template.tables()) == ["Table"]
    assert list(Template.parse(PARAMETERS, {"Stage": "live"}).tables()) == ["Table", "Live"]


def test_a_parameter_needs_a_value(tmp_path: Path) -> None:
    """From the caller or as a default; one that is not declared is a misspelling."""
    (tmp_path / "template.yaml").write_text(API)
    with pytest.raises(TemplateError, match="Issuer needs a value"):
        Template.load(tmp_path / "template.yaml")
    with pytest.raises(TemplateError, match="no parameter Isuer"):
        Template.load(tmp_path / "template.yaml", {"Issuer": "x", "Isuer": "x"})


def test_a_function_has_its_own_properties_over_the_shared_ones() -> None:
    physical = {name: {"Ref": name, "Arn": f"arn:{name}"} for name in ("Queue", "Dead")}
    function = Template.parse(FUNCTION).given(physical).functions()["Worker"]
    assert function.environment == {"SHARED": "all", "OWN": "arn:Dead"}
    assert (function.timeout, function.memory, function.code_uri) == (29, 512, "functions/")
    assert function.queues == (QueueSource("arn:Queue", 5, reports_failures=False),)
    assert function.schedules == ("rate(1 minute)", "rate(1 hour)")


def test_a_dead_letter_queue_comes_before_the_queue_that_names_it() -> None:
    template = Template.parse(FUNCTION).given({"Dead": {"Arn": "arn:Dead"}})
    assert list(template.queues()) == ["Dead", "Queue"]


def test_routes_know_whether_the_authorizer_applies() -> None:
    """The API's default one does unless the route says NONE."""
    routes = Template.parse(API, {"Issuer": "https://tenant/"}).routes()
    main = Authorizer("https://tenant/", ("one",))
    assert [(route.key, route.authorizer) for route in routes] == [
        ("GET /users/{user}", main),
        ("POST /in", None),
        ("ANY /{rest+}", None),
        ("$default", None),
    ]


def test_a_routes_auth_that_is_not_read_is_an_error() -> None:
    text = API.replace("Auth: {Authorizer: NONE}", "Auth: {AuthorizationScopes: [x]}", 1)
    with pytest.raises(TemplateError, match="AuthorizationScopes"):
        Template.parse(text, {"Issuer": "https://tenant/"}).routes()


def test_our_own_template_is_read_whole() -> None:
    """Every reader works on it, and what feeds a function is one of its queues."""
    path = Path(__file__).parents[2] / "template.yaml"
    declared = parse(path.read_text(encoding="utf-8"))["Parameters"]
    needed = {name: "https://x.example/" for name, body in declared.items() if "Default" not in body}
    with Aws(Template.load(path, needed)) as aws:
        functions = aws.template.functions()
        arns = {aws.physical[name]["Arn"] for name in aws.template.queues()}
        sources = {source.queue_arn for function in functions.values() for source in function.queues}
        assert sources
        assert sources <= arns
        assert {route.function for route in aws.template.routes()} <= set(functions)
        assert "$context.path" not in str(aws.template.access_log_format())
