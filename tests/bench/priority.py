# SPDX-License-Identifier: Apache-2.0
"""For benches that measure sound in real time on a machine that others use, too."""
import contextlib
import os


@contextlib.contextmanager
def before_others():
    """Whatever is started meanwhile goes before what else runs here, where we may (the real-time class)."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        pass
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
