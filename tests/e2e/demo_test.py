# SPDX-License-Identifier: Apache-2.0
"""The demo without display and sound: the app enters the room offscreen and the right voices are heard."""
import json
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
bins = pathlib.Path(os.environ["PARLOUR_BIN"])
out = bins.parent / "e2e" / "demo"
env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "PULSE_SERVER")}
result = subprocess.run([sys.executable, str(here / "demo.py"), "--bin", str(bins), "--out", str(out), "--headless"], env=env)
assert result.returncode == 0, "the demo failed"
summary = json.loads((out / "summary.json").read_text())
assert summary["participants"] >= 4, summary
assert (out / "room.png").stat().st_size > 5000
print("passed")
