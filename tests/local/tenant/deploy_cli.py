"""auth0-deploy-cli, run by Node against a local tenant, where the package is installed.

`npm install --ignore-scripts auth0-deploy-cli` in a folder of its own, then
`AUTH0_DEPLOY_CLI=<folder>/node_modules/auth0-deploy-cli` in the environment of the tests.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.tenant.actions import NODE
from local.tenant.app import Tenant
from local.tenant.management.api import ManagementApi
from tests.local.tenant.certificates import pair
from tests.local.tenant.management_client import management_token
from tests.local.tenant.tls import served

VARIABLE = "AUTH0_DEPLOY_CLI"
INCLUDED = (
    *("actions", "triggers", "clients", "databases", "connections", "resourceServers", "clientGrants"),
    *("roles", "selfServiceProfiles"),
)
"""The kinds of things whose routes the tenant has."""
SECONDS = 300


def package() -> Path | None:
    """Return the folder of the installed package, where the variable names one."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


@dataclass(frozen=True)
class DeployCli:
    """The program, with the configuration for one tenant."""

    program: Path
    config: Path
    certificate: Path

    def export(self, into: Path) -> str:
        """Write the tenant into a folder and return what was said of it."""
        return self._run("export", "--format", "directory", "--output_folder", str(into))

    def deploy(self, source: Path) -> str:
        """Bring the tenant to what a folder says."""
        return self._run("import", "--input_file", str(source))

    def _run(self, command: str, *options: str) -> str:
        more = {"NODE_EXTRA_CA_CERTS": str(self.certificate), "HOME": str(self.config.parent)}
        done = subprocess.run(
            [NODE, self.program, command, "--config_file", self.config, *options],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env={"PATH": os.environ["PATH"], **more},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@contextmanager
def deploy_cli(tenant: Tenant, folder: Path, **settings: object) -> Iterator[DeployCli]:
    """Yield the program for a running tenant, whose Management API is served over TLS meanwhile.

    `settings` go into its configuration, for secrets above all: `AUTH0_KEYWORD_REPLACE_MAPPINGS`.
    """
    installed = package()
    assert installed is not None, f"{VARIABLE} names no folder"
    certificate, key, config = (folder / name for name in ("certificate.pem", "key.pem", "config.json"))
    for path, text in zip((certificate, key), pair("localhost"), strict=True):
        path.write_text(text)
    with served(ManagementApi(tenant.state), certificate, key) as host:
        told = {"AUTH0_DOMAIN": host, "AUTH0_ACCESS_TOKEN": management_token(tenant)}
        config.write_text(json.dumps({**told, "AUTH0_INCLUDED_ONLY": INCLUDED, **settings}))
        yield DeployCli(installed / "lib/index.js", config, certificate)
