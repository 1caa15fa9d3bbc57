# SPDX-License-Identifier: Apache-2.0
"""docs/interop.md says what was measured: `table.py write` puts the rows of the build folder into it, `table.py check` (and each row's own
test) fails when it claims what no row showed, leaves a cell empty without a reason, or says other versions of
the SDKs than are tested. (Of browsers and servers it says those of the run: they come anew from Debian.)"""
import json
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOC = ROOT / "docs/interop.md"
ROWS_DIR = pathlib.Path(os.environ.get("PARLOUR_INTEROP_DIR", "build/interop")).resolve() / "rows"
STEPS = ("join", "sound", "mute", "data", "resume", "stage", "reconnect")
ROWS = {"chromium": "livekit-client in Chromium", "firefox": "livekit-client in Firefox", "node": "@livekit/rtc-node", "own": "our own client (parlourctl)"}
COLUMNS = ("our server, /rtc (v0)", "our server, /rtc/v1", "livekit-server, one node", "livekit-server, two nodes with Redis")


def part(text, name):
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.S)
    if not found:
        raise SystemExit(f"{DOC} has no part {name}")
    return found[1]


def cells(table):
    """{(row, column): text} of a table in Markdown."""
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.strip().splitlines() if line.startswith("|")]
    return {(line[0], column): text for line in lines[2:] for column, text in zip(lines[0][1:], line[1:])}


def claims(text):
    """{(row, column): the steps that the document says work}; a step that does not has a footnote with the reason."""
    return {where: [s for s in STEPS if re.search(rf"\b{s}\b(?!\[\^)", cell)] for where, cell in cells(part(text, "claims")).items()}


def gaps(text):
    """What is missing in the document itself."""
    said, out = cells(part(text, "claims")), []
    for row in ROWS.values():
        for column in COLUMNS:
            cell = said.get((row, column), "")
            for step in STEPS:
                note = re.search(rf"\b{step}\b(\[\^\w+\])?", cell)
                if not note:
                    out.append(f"{row} / {column}: nothing about {step}")
                elif note[1] and f"{note[1]}: " not in text:
                    out.append(f"{row} / {column}: {step} has no reason")
    return out


def untrue(text, row, measured):
    """What the document claims of this row and its measurement does not show."""
    out = []
    for column in COLUMNS:
        shown = measured["cells"].get(column, {}).get("steps", {})
        out += [f"{row} / {column}: {step} was not shown: {measured['cells'].get(column, {}).get('failed', 'not run')}"
                for step in claims(text).get((row, column), []) if step not in shown]
    return out


def excused(text, row, column, step):
    """Whether the document gives a reason why a step does not work there."""
    return bool(re.search(rf"\b{step}\[\^\w+\]", cells(part(text, "claims")).get((row, column), "")))


def rows():
    return {name: json.loads((ROWS_DIR / f"{name}.json").read_text()) for name in ROWS if (ROWS_DIR / f"{name}.json").exists()}


def table(head, body):
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *body]) + "\n"


def written(text, measured):
    """The document with the rows that were measured in it; of the others it says what it said."""
    said, figures = cells(part(text, "claims")), cells(part(text, "figures"))
    versions = {line[0]: line[1] for line in ([c.strip() for c in l.strip().strip("|").split("|")] for l in part(text, "versions").splitlines()[2:] if l)}
    for name, one in measured.items():
        versions.update(one["versions"])
        for column in COLUMNS:
            cell = one["cells"].get(column, {"steps": {}})
            # A step that was not shown needs a reason under the name of its row.
            said[ROWS[name], column] = ", ".join(s if s in cell["steps"] else f"{s}[^{name}]" for s in STEPS)
            for step, figure in cell["steps"].items():
                figures[f"{ROWS[name]}: {step}", column] = figure
    head = ["", *COLUMNS]
    parts = {"claims": table(head, [[row, *(said.get((row, c), "") for c in COLUMNS)] for row in ROWS.values()
                                  if any((row, c) in said for c in COLUMNS)]),
             "figures": table(head, [[f"{row}: {s}", *(figures.get((f"{row}: {s}", c), "") for c in COLUMNS)] for row in ROWS.values()
                                     for s in ("sound", "resume", "stage", "reconnect") if any((f"{row}: {s}", c) in figures for c in COLUMNS)]),
             "versions": table(["Tested", "Version"], [list(pair) for pair in sorted(versions.items())])}
    for name, body in parts.items():
        text = re.sub(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda m: m[1] + body + m[2], text, flags=re.S)
    return text


def check():
    text = DOC.read_text()
    wrong = gaps(text)
    pinned = json.loads((pathlib.Path(__file__).parent / "package.json").read_text())["dependencies"]
    wrong += [f"{name} {pinned[name]} is tested, the document says another version" for name in ("livekit-client", "@livekit/rtc-node")
              if f"| {name} | {pinned[name]} |" not in part(text, "versions")]
    for name, one in rows().items():
        wrong += untrue(text, ROWS[name], one)
    # The check itself sees a claim that was not shown, an empty cell and a note without a reason.
    row, column = ROWS["own"], COLUMNS[0]
    nothing = {"cells": {}, "versions": {}}
    if not untrue(text, row, nothing) or not gaps(text.replace("reconnect", "")) or not gaps(text.replace("resume", "resume[^nowhere]")):
        wrong.append(f"a false claim about {row} / {column} would not be seen")
    for line in wrong:
        print("FAIL  " + line)
    print("failed" if wrong else "passed")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        DOC.write_text(written(DOC.read_text(), rows()))
    elif sys.argv[1:] == ["check"]:
        sys.exit(check())
    else:
        sys.exit("usage: table.py write | check")
