"""What tests of `guestlist plan`, `apply`, `export` share: folders, and an API that answers as it is told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.servers import Server

CLINIC_A = "id: clinicA\nname: Clinic A\nseats: 20\n"


def folder_of(where: Path, files: Mapping[str, str | bytes]) -> str:
    """Write files into a new folder and return its name."""
    folder = where / "organizations"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return str(folder)


def problem(status: int, code: str, **headers: str) -> JSONResponse:
    """Return a refusal."""
    body = {"status": status, "code": code, "title": code, "type": "about:blank"}
    return JSONResponse(
        body, status_code=status, headers={key.replace("_", "-"): v for key, v in headers.items()}
    )


@dataclass
class Organizations:
    """The routes of organizations, with what is there, what was asked, and answers that come first."""

    there: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    first: dict[str, list[Response]] = field(default_factory=dict)
    """By route: answers before anything is done,"""
    after: dict[str, list[Response]] = field(default_factory=dict)
    """and such after it was done."""
    versions: dict[str, int] = field(default_factory=dict)
    becomes: str = "active"
    """The status of an organization that is provisioned."""
    provisioning: list[dict[str, str]] = field(default_factory=list)
    """How far its steps are then."""

    def add(self, organization: str, **more: object) -> None:
        """Have one be there."""
        self.there[organization] = {
            "id": organization,
            "name": organization,
            "status": "active",
            "seats": None,
            "allowed_domains": [],
            "roles": [],
            "locale": "en",
            "members": 3,
            "pending_invites": 1,
            "provisioning": self.provisioning,
            **more,
        }
        self.versions[organization] = 1

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        asked = f"{request.method} {request.url.path}"
        self.asked.append(asked)
        if self.first.get(asked):
            return self.first[asked].pop(0)
        body = await request.json() if await request.body() else {}
        name = request.path_params.get("organization") or body.get("id")
        if name is None:
            return JSONResponse({"items": list(self.there.values()), "next": None})
        if request.method == "POST" and "id" in body:
            self.keys.append(request.headers["idempotency-key"])
            self.add(name, **{**body, "status": self.becomes})
        if name not in self.there:
            return problem(404, "not_found")
        answer = self._changed(request, name, body)
        return self.after[asked].pop(0) if self.after.get(asked) else answer

    def _changed(self, request: Request, name: str, body: dict[str, Any]) -> Response:
        organization, version = self.there[name], f'"{self.versions[name]}"'
        turned = {"suspend": "suspended", "resume": "active"}.get(request.url.path.rpartition("/")[2])
        if request.method in {"PATCH", "DELETE"} and request.headers["if-match"] != version:
            return problem(412, "stale")
        if request.method == "PATCH":
            self.versions[name] += 1
        if request.method == "DELETE":
            turned = "offboarding"
        organization |= body | ({"status": turned} if turned else {})
        return JSONResponse(organization, headers={"ETag": version})

    @contextmanager
    def served(self) -> Iterator[dict[str, str]]:
        """Serve it, and give the environment of who calls it."""
        every = ["GET", "POST", "PATCH", "DELETE"]
        paths = ("/organizations", "/organizations/{organization}", "/organizations/{organization}/{verb}")
        with Server("organizations") as server:
            server.start(Starlette(routes=[Route(path, self.answer, methods=every) for path in paths]))
            yield {"GUESTLIST_API": server.url, "GUESTLIST_TOKEN": "x"}
