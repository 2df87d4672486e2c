"""The engine behind every TODO cell: it finds *which* mistake was made.

A checker runs the learner's answer on small fixed arrays and compares what comes back with a
*fault model*: the reference solution with a switch for each well-known slip. The smallest set of
switches that gives the learner's numbers is what the learner is told. When no set does, the
checker falls back to shapes, then to expected and got.

A lab's checks live in one module:

    LAB = Lab("Lab 1")
    needs, progress = LAB.needs, LAB.progress

    DENSE = FaultModel(reference, hints={...}, probes=[...])

    @LAB.exercise("1.2", "Your dense layer computes x @ W + b.")
    def dense(answer):
        return DENSE.judge(answer)
"""

from .faults import FaultModel
from .lab import Lab
from .probes import numbers, same
from .results import Result, Todo

__all__ = ["FaultModel", "Lab", "Result", "Todo", "numbers", "same"]
