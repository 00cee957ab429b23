#!/usr/bin/env python3
"""Draws the cost of one event among N watched descriptors.

    build/release/bin/05_selector_callbacks_bench --benchmark_filter=wait_ \\
        --benchmark_repetitions=5 --benchmark_out=wait.json --benchmark_out_format=json
    python3 bench/report/wait.py wait.json chapters/05_selector_callbacks/wait.svg

The first argument is Google Benchmark's JSON, the second the picture. Prints the table as well.
Needs gnuplot. Where a benchmark was repeated, the median counts.
"""
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

SELECTORS = ["select", "poll", "epoll"]


def read(file):
    """{selector: {N: nanoseconds of CPU time}}"""
    report = json.loads(pathlib.Path(file).read_text())
    times = {name: {} for name in SELECTORS}
    for row in report["benchmarks"]:
        match = re.match(r"wait_(\w+)/(\d+)", row["name"])
        if match and row.get("run_type", "iteration") == "iteration" and "cpu_time" in row:
            times[match[1]].setdefault(int(match[2]), []).append(row["cpu_time"])
    medians = {name: {n: statistics.median(t) for n, t in rows.items()}
               for name, rows in times.items()}
    return report["context"], medians


def columns(times):
    """Lines "N select poll epoll"; a question mark is gnuplot's word for nothing."""
    counts = sorted({n for rows in times.values() for n in rows})
    for n in counts:
        yield [n] + [times[name].get(n) for name in SELECTORS]


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    context, times = read(sys.argv[1])
    lines = list(columns(times))
    if not lines:
        raise SystemExit(f"{sys.argv[1]} has no rows named wait_select/N, wait_poll/N, wait_epoll/N")
    print(f"{'watched':>8}" + "".join(f"{name:>12}" for name in SELECTORS) + "   (ns an event)")
    for n, *row in lines:
        print(f"{n:8}" + "".join(f"{t:12.0f}" if t else f"{'-':>12}" for t in row))
    machine = f"{context['num_cpus']} CPUs of {context['mhz_per_cpu']} MHz, {context['date'][:10]}"
    with tempfile.NamedTemporaryFile("w", suffix=".dat") as data:
        for n, *row in lines:
            data.write(f"{n} " + " ".join(f"{t / 1000:.3f}" if t else "?" for t in row) + "\n")
        data.flush()
        script = pathlib.Path(__file__).with_name("wait.gnuplot")
        subprocess.run(["gnuplot", "-e", f"data='{data.name}'; picture='{sys.argv[2]}'; "
                        f"machine='{machine}'", str(script)], check=True)


if __name__ == "__main__":
    main()
