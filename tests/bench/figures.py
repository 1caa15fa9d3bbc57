# SPDX-License-Identifier: Apache-2.0
"""What several benches say of their measurements."""
import statistics


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(round(p / 100 * (len(values) - 1))))]


def tell_delays(kind, runs, chirps, more=""):
    """One line of kind.title: delays in ms of each start, of so many chirps. 1 where nothing was heard or kind.goal (of the median) is missed."""
    every = sorted(d for run in runs for d in run)
    if not every:
        print(f"  {kind.title:32} nothing was heard")
        return 1
    middle = statistics.median(every)
    starts = [statistics.median(run) for run in runs if run]
    goal = f"   goal median <= {kind.goal}" if kind.goal else ""
    print(f"  {kind.title:32} median {middle:6.1f}  p95 {every[int(0.95 * (len(every) - 1))]:6.1f} ms, starts {min(starts):.1f} to "
          f"{max(starts):.1f}, lost {chirps * len(runs) - len(every)}{more}{goal}")
    return 1 if kind.goal and middle > kind.goal else 0
