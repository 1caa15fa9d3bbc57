# SPDX-License-Identifier: Apache-2.0
"""A peer that obeys nobody (raw_peer_main.cpp), for tests of what the forwarder lets through."""
import json
import subprocess

from lab import BIN


class RawPeer:
    """parlour_raw_peer: `talk` with a letter, or `listen`."""

    def __init__(self, lab, mode, link, name, *more, home=None):
        answer = json.loads(subprocess.run([BIN / "parlourctl", "token", link, "--name", name, *(["--home", lab.path(home)] if home else [])],
                                           env=lab.env, check=True, capture_output=True, text=True, timeout=20).stdout)
        tag = f"raw-{name}-{len(lab.processes)}"
        self.out = lab.path(f"{tag}.jsonl")
        self.process = lab.start(tag, ["sh", "-c", f'exec "$@" >"{self.out}"', "sh", BIN / "parlour_raw_peer", mode,
                                                 answer["url"], answer["token"], *more])
        self.process.events_file = self.out

    def events(self, name):
        out = []
        for line in (self.out.read_text(errors="replace").split("\n")[:-1] if self.out.exists() else []):
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue   # the letter of a stranger's frame can be any byte
            if event["event"] == name:
                out.append(event)
        return out

    def sent(self):
        return max((e["packets"] for e in self.events("sent")), default=0)
