"""Where and with what a measurement was made."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

TENSORFLOWS = ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos")


def describe() -> dict[str, str | int | float]:
    """Processor, cores, memory in GiB, system, and the versions that matter for the times."""
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count() or 1,
        "memory_gib": memory_gib(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "tensorflow": _version(*TENSORFLOWS),
        "keras": _version("keras"),
        "numpy": _version("numpy"),
    }


def today() -> str:
    """The date in UTC, as 2026-11-21."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def cpu_model() -> str:
    """The processor's name, as the system gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name" and value.strip():
                return " ".join(value.split())
    except OSError:
        pass
    if platform.system() == "Darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        try:
            found = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=10
            ).stdout.strip()
        except (OSError, subprocess.TimeoutExpired):
            found = ""
        if found:
            return found
    return platform.processor() or platform.machine() or "unknown processor"


def memory_gib() -> float:
    """The machine's memory."""
    import psutil

    return round(psutil.virtual_memory().total / 2**30, 1)


def _version(*names: str) -> str:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "not installed"
