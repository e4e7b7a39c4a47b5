"""Handlers loaded and called as Lambda does."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.functions import Function
from local.template import Function as Declared

HANDLER = """
import os
from echo_fn.cold import STARTED
WHO = os.environ["WHO"]
def handler(event, context):
    if event == "boom":
        raise RuntimeError("boom")
    if event == "set":
        return {1, 2}
    return {"who": WHO, "event": event, "started": STARTED, "left": context.get_remaining_time_in_millis(),
            "function": context.function_name, "memory": context.memory_limit_in_mb,
            "request": context.aws_request_id, "arn": context.invoked_function_arn}
"""
# Both requests are inside the route before either goes on.
ROUTER = """
import threading
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
import meeting
app = APIGatewayHttpResolver()
@app.get("/wait/<name>")
def wait(name: str):
    meeting.BARRIER.wait(5)
    return {"name": name, "path": app.current_event.path}
def handler(event, context):
    return app.resolve(event, context)
"""
MEETING = "import threading\nBARRIER = threading.Barrier(2)\n"
Make = Callable[..., Function]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Return a maker of functions whose code is in a folder that leaves `sys.path` with the test."""
    package = tmp_path / "functions" / "echo_fn"
    package.mkdir(parents=True)
    (package / "handler.py").write_text(HANDLER)
    (package / "cold.py").write_text("import os\nSTARTED = os.environ['AWS_LAMBDA_FUNCTION_NAME']\n")
    (tmp_path / "functions" / "meeting.py").write_text(MEETING)
    (package / "router.py").write_text(ROUTER)

    def function(handler: str = "echo_fn.handler.handler", **environment: str) -> Function:
        declared = Declared("Echo", handler, "functions/", {"WHO": "me", **environment}, (), (), 10, 256)
        return Function(declared, tmp_path, "111111111111")

    yield function
    sys.path[:] = [entry for entry in sys.path if not entry.startswith(str(tmp_path))]
    for name in [name for name in sys.modules if name.startswith(("echo_fn", "meeting"))]:
        del sys.modules[name]


def test_a_handler_sees_the_environment_of_its_cold_start_alone(make: Make) -> None:
    """A second stack of the process gets its own, the first keeps its own, and none stays in the process."""
    first, second = make(WHO="first"), make(WHO="second")
    assert first.invoke({})["who"] == "first"
    assert second.invoke({})["who"] == "second"
    assert "WHO" not in os.environ


def test_the_context_is_lambdas(make: Make) -> None:
    answer = make().invoke({})
    assert answer["function"] == answer["started"] == "guestlist-Echo"
    assert answer["arn"] == "arn:aws:lambda:eu-central-1:111111111111:function:guestlist-Echo"
    assert answer["memory"] == "256"
    assert 9_000 < answer["left"] <= 10_000


def test_each_invocation_has_its_own_request_id(make: Make) -> None:
    function = make()
    assert function.invoke({})["request"] != function.invoke({})["request"]


def test_an_error_of_the_handler_reaches_the_caller_and_the_function_goes_on(make: Make) -> None:
    function = make()
    with pytest.raises(RuntimeError, match="boom"):
        function.invoke("boom")
    assert function.invoke({"n": 1})["event"] == {"n": 1}


def test_an_answer_that_is_no_json_is_an_error(make: Make) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        make().invoke("set")


def test_a_missing_variable_fails_the_start(make: Make, tmp_path: Path) -> None:
    (tmp_path / "functions" / "echo_fn" / "strict.py").write_text("import os\nos.environ['ABSENT']\n")
    with pytest.raises(KeyError, match="ABSENT"):
        make("echo_fn.strict.handler")


def test_requests_at_the_same_time_do_not_see_each_others_event(make: Make) -> None:
    """Two requests meet inside one route: each answers with its own path and its own argument."""
    function = make("echo_fn.router.handler")
    answers: list[str] = []

    def ask(name: str) -> None:
        http = {"method": "GET", "path": f"/wait/{name}"}
        event = {"rawPath": f"/wait/{name}", "requestContext": {"stage": "$default", "http": http}}
        answers.append(function.invoke(event)["body"])

    threads = [threading.Thread(target=ask, args=[name]) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ['{"name":"a","path":"/wait/a"}', '{"name":"b","path":"/wait/b"}']
