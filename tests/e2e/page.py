# SPDX-License-Identifier: Apache-2.0
"""What every browser's page has in common: its text. A browser brings run() (a script's value) and problems."""
from lab import Failed, wait_for


class Page:
    KEYBOARD_HERE = "true"   # a browser whose own bar takes the keyboard says more

    def text(self):
        return self.run("document.body ? document.body.innerText : ''") or ""

    def wait_text(self, words, timeout=30):
        def there():
            try:
                return words in self.text()
            except Failed:   # between one page and the next nobody answers
                return False

        try:
            wait_for(f"“{words}” on the page", there, timeout)
        except Failed:
            raise Failed(f"“{words}” is not on the page:\n{self.text()}\n{self.problems}")
