"""Does to template.yaml what AWS does at a deployment: prints what the SAM transform makes of it.

Runs in SAM's own environment. `sam validate --lint` passes what the transform, or AWS after it, refuses
(a `MaximumConcurrency` of 1), so its outcome is linted too.
"""

import json
import sys
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform  # type: ignore[import-not-found]  # not in .venv

from local.intrinsics import parse

TEMPLATE = Path(__file__).parent.parent / "template.yaml"
_UPLOADED = {"CodeUri": "s3://bucket/code", "ContentUri": "s3://bucket/code"}


class _NoManagedPolicies:
    """Our policies are all written out, so IAM is not asked for Amazon's."""

    def load(self) -> dict[str, str]:
        return {}


def transformed(text: str) -> dict[str, Any]:
    """Return the CloudFormation of a SAM template, as if its code had been uploaded."""
    document = _uploaded(parse(text))
    made: dict[str, Any] = transform(document, {}, _NoManagedPolicies())
    return made


def _uploaded(value: Any) -> Any:  # noqa: ANN401 (a template's value has any shape)
    """Name an upload wherever the template names a folder: the transform knows no other."""
    if isinstance(value, list):
        return [_uploaded(found) for found in value]
    if not isinstance(value, dict):
        return value
    return {key: _UPLOADED.get(key) or _uploaded(found) for key, found in value.items()}


if __name__ == "__main__":
    json.dump(transformed(TEMPLATE.read_text(encoding="utf-8")), sys.stdout, indent=1)
