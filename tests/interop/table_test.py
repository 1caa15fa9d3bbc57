# SPDX-License-Identifier: Apache-2.0
"""One row of docs/interop.md: somebody's software against the four servers, cell by cell, written to the build folder and compared with
what the document claims.   table_test.py chromium|firefox|node|own [words of the columns to run]"""
import json
import re
import subprocess
import sys

from peers import MODULES, install
import columns
import table
from cell import Cell
from lab import BIN, Lab, needs, own_network


def package(name):
    return json.loads((MODULES / "node_modules" / name / "package.json").read_text())["version"]


def program(*command):
    said = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    return re.search(r"\d+(\.\d+)+\w*", said.stdout)[0]


def versions(kind):
    out = {"livekit-server": program(columns.livekit.find_server(), "--version"), "redis-server": program("redis-server", "--version"),
           "@livekit/rtc-node": package("@livekit/rtc-node"), "Parlour": program(BIN / "parlourctl", "--version")}
    if kind in ("chromium", "firefox"):
        out["livekit-client"] = package("livekit-client")
        out[kind.capitalize()] = program({"chromium": "chromium", "firefox": "firefox-esr"}[kind], "--version")
    return out


def run(kind, words):
    """With words only the columns that have one of them; the others stay as they were measured before."""
    row = {"cells": table.rows()[kind]["cells"] if words and kind in table.rows() else {}, "versions": versions(kind)}
    for name, make in columns.COLUMNS.items():
        if words and not any(word in name for word in words):
            continue
        print(f"--- {table.ROWS[kind]}, {name}", flush=True)
        with Lab(f"table-{kind}") as lab:
            cell = Cell(lab, kind, make(lab, "subject" if kind == "own" else "partner"))
            steps, failed = cell.run()
            row["cells"][name] = {"steps": steps, **({"failed": failed} if failed else {})}
            if failed:
                print(f"FAIL  {failed}"[:1000], flush=True)
                lab.keep = True
        table.ROWS_DIR.mkdir(parents=True, exist_ok=True)
        (table.ROWS_DIR / f"{kind}.json").write_text(json.dumps(row, indent=1) + "\n")
    return row


def main():
    kind, *words = sys.argv[1:]
    install()
    needs("redis-server", "espeak-ng", *{"chromium": ["chromium"], "firefox": ["firefox-esr", "pulseaudio"]}.get(kind, []))
    own_network()
    row = run(kind, words)
    text = table.DOC.read_text()
    failed = any("failed" in cell and not table.excused(text, table.ROWS[kind], name, cell["failed"].split(":")[0])
                 for name, cell in row["cells"].items())
    for line in table.untrue(text, table.ROWS[kind], row):
        print("FAIL  docs/interop.md: " + line)
        failed = True
    print("failed" if failed else "passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
