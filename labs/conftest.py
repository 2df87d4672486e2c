"""An unfilled lab is executed too, to its end. The only exception it may raise is `Todo`, the
one line that says "TODO 2.1 is not done yet"."""

import pytest


def pytest_itemcollected(item):
    """Let nbval go on to the next cell after an exception."""
    if hasattr(item, "options"):
        item.options["check_exception"] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail a cell that raised anything but Todo."""
    result = yield
    for out in getattr(item, "test_outputs", None) or ():
        if out["output_type"] == "error" and out["ename"] != "Todo":
            pytest.fail("\n".join(out["traceback"]), pytrace=False)
    return result
