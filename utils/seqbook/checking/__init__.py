"""The engine behind every TODO cell: it finds *which* mistake was made.

A lab's checks live in one module:

    LAB = Lab("Lab 1", mutants=Path(__file__).with_name("mutants.json"))
    needs, progress, inputs = LAB.needs, LAB.progress, LAB.inputs

    DENSE = FaultModel(
        reference, hints={...}, probes=[...],
        axes={"X": "batch inputs", "W": "inputs units", "the output": "batch units"},
    )

    @LAB.exercise("1.2", "Your dense layer computes x @ W + b.")
    def dense(answer):
        return DENSE.judge(answer)

A judge returns None (right), a message, or a list of (slip, hint). What it need not care for: an
answer that never ends, leaves with `exit()`, prints without end, is blank, uses another answer
that is blank or wrong, or whose cell did not run; random generators and the learner's own names
are put back (`lab`, `limits`, `surroundings`, `cells`).

`FaultModel.judge` runs the answer on small fixed inputs and looks for what explains the results,
the simplest first: a switch of the reference (`hints`), a family (`families`: scale, sign, axis,
order, first row for all, ...; they need only `axes`), a mutant of the solution (`mutants`, a file
that `make labs` writes), several switches at once. What nothing explains is described: which
results are right, expected and got, and the input, which `check.inputs("1.2")` gives back.
Its options say more: `call` and `args` where an answer is more than called, `in_place`, `usable`
for what the next cells need of a result.
"""

from .faults import FaultModel
from .lab import Lab
from .probes import numbers, same
from .results import Fault, Result, Standing, Todo, Verdict, Waiting

__all__ = [
    "Fault", "FaultModel", "Lab", "Result", "Standing", "Todo", "Verdict", "Waiting", "numbers",
    "same",
]  # fmt: skip
