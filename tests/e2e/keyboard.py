# SPDX-License-Identifier: Apache-2.0
"""A page used as somebody without a mouse does: Tab, Enter, typing. `page` is a Browser or a Firefox."""
import json

from lab import wait_for


def go(page, css):
    """Tab, or Shift and Tab where that is behind, until it has the focus: as somebody without a mouse does."""
    # The page goes on naming an element of its own while the keyboard is in the browser's bar.
    there = f"{page.KEYBOARD_HERE} && document.activeElement.matches({json.dumps(css)})"
    if page.run(there):
        return
    back = page.run("document.activeElement === document.body && !!window.moved") or page.run(
        f"document.activeElement !== document.body && !!(document.activeElement.compareDocumentPosition(document.querySelector({json.dumps(css)})) & 2)")
    for _ in range(120):
        page.press("Tab", shift=back)
        if page.run(f"{there} && (window.moved = true)"):
            return
    raise AssertionError(f"Tab never comes to {css}")


def act(page, css):
    wait_for(css, lambda: page.run(f"(e => !!e && !e.disabled && e.getAttribute('aria-disabled') !== 'true')(document.querySelector({json.dumps(css)}))"), 30)
    go(page, css)
    page.press("Enter")


def write(page, css, text):
    go(page, css)
    page.type(text)
