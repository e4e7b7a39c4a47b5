"""A real browser, Debian's Chromium, and axe in it: what it finds wrong with the page that is open."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Literal, TypedDict

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

# The wheel of axe-playwright-python is how axe-core comes by PyPI; its few lines around it are untyped.
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = "rules => axe.run({...rules, resultTypes: ['violations']}).then(found => found.violations)"
# What the colours are plays no part in any other rule.
SCHEMES: list[tuple[Literal["light", "dark"], dict[str, list[str]]]] = [
    ("light", {}),
    ("dark", {"runOnly": ["color-contrast"]}),
]
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
PHONE: ViewportSize = {"width": 320, "height": 640}
"""The narrowest that a page must fit without scrolling sideways (WCAG 2.2, 1.4.10 Reflow)."""
# It speaks to this machine alone.
FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"]


class Node(TypedDict):
    """Where axe found something."""

    html: str


class Violation(TypedDict):
    """A rule of axe's that is broken."""

    id: str
    nodes: list[Node]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium.

    Where there is no Chromium the test is skipped, except in CI, where it is an error.
    """
    path = shutil.which("chromium")
    if path is None and "CI" not in os.environ:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path or "chromium", args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def phone(browser: Browser) -> Iterator[Page]:
    """Open a page on a phone's screen, with no session anywhere, that runs no script."""
    page = browser.new_page(viewport=PHONE, locale="en-GB")
    _scripts(page, run=False)
    yield page
    page.close()


def faults(page: Page) -> list[str]:
    """Return what axe finds in light and in dark colours, and how much too wide the page is."""
    _scripts(page, run=True)
    page.evaluate(AXE)
    found = []
    for scheme, rules in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        violations: list[Violation] = page.evaluate(RUN, rules)
        found += [
            f"{scheme}: {violation['id']}: {node['html']}"
            for violation in violations
            for node in violation["nodes"]
        ]
    if (pixels := page.evaluate(OVERFLOW)) > 0:
        found.append(f"{pixels} px too wide")
    return found


def _scripts(page: Page, *, run: bool) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": not run})
    session.detach()
