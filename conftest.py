"""What nbval leaves out of every comparison, and what its kernels may reach."""

import os
from pathlib import Path

# tests/nbval_tolerance.py: a cell's stated tolerance; tests/nbval_labs.py: an unfilled lab raises
# nothing but Todo; tests/suite.py: what is run, in which order.
pytest_plugins = ["nbval_labs", "nbval_tolerance", "suite"]

# Kernels inherit these. The folder holds a sitecustomize that cuts the network.
OFFLINE = Path(__file__).parent / "tests" / "offline"
os.environ["PYTHONPATH"] = os.pathsep.join(
    p for p in (str(OFFLINE), os.environ.get("PYTHONPATH", "")) if p
)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
# A process for each core: a second thread in each would only wait for a core (a fifth more time).
if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


def pytest_collectstart(collector):
    """Logs are not compared, nor are pictures: the numbers printed beside them are."""
    if hasattr(collector, "skip_compare"):  # an nbval notebook
        collector.skip_compare += ("stderr", "image/svg+xml", "image/png")
