"""Chromium, and pages with live figures in it."""

from __future__ import annotations

import pytest
from browser import NoBrowser, open_browser
from in_jupyterlab import lab, open_lab  # noqa: F401, fixtures
from playwright.sync_api import expect

# Conditions are waited for, so a generous limit costs nothing: only a fault takes this long.
LIMIT_MS = 60_000


@pytest.fixture(scope="module")
def browser():
    expect.set_options(timeout=LIMIT_MS)
    try:
        with open_browser() as started:
            yield started
    except NoBrowser as error:
        pytest.fail(str(error), pytrace=False)
    finally:
        expect.set_options(timeout=5_000)


@pytest.fixture
def open_page(browser):
    """Opens HTML as a page; at the end nothing may have failed or left the page."""
    contexts, faults = [], []

    def opener(body, *, width=1280, attributes="", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(LIMIT_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("request", lambda request: faults.append(f"request: {request.url}"))
        page.set_content(
            f'<!doctype html><html lang="en" {attributes}><head><title>t</title><meta '
            'name="viewport" content="width=device-width, initial-scale=1"></head>'
            f'<body style="margin:16px"><main><h1>Figure</h1>{body}</main></body></html>'
        )
        return page

    yield opener
    for context in contexts:
        context.close()
    assert faults == []
