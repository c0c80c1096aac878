"""Answers to queries: exactly from tables, by weighted draws, or by the paper's rejection.

```python
answer(query, tables).probability
```
"""

from scm_compiler.inference.answers import Answer
from scm_compiler.inference.counterfactual.noise import NOISE_MODELS
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.engines import METHODS
from scm_compiler.inference.number import Bounds, DrawingInterval, Interval, Number
from scm_compiler.inference.parts import Part
from scm_compiler.inference.plan import LEVEL, SAMPLES, Plan, answer, plan
from scm_compiler.inference.sensitivity import Sensitivity, sensitivity
from scm_compiler.inference.table import Marginals, Row, Table
from scm_compiler.inference.task import Setting

__all__ = [
    "LEVEL",
    "METHODS",
    "NOISE_MODELS",
    "SAMPLES",
    "Answer",
    "Bounds",
    "DrawingInterval",
    "Interval",
    "Marginals",
    "Number",
    "Part",
    "Plan",
    "Responses",
    "Row",
    "Sensitivity",
    "Setting",
    "Table",
    "answer",
    "plan",
    "sensitivity",
]
