"""A ball in a cup raises the water, which flows out of a hole (Yang et al. 2021, C.1)."""

from collections.abc import Mapping

import numpy as np

from scm_compiler.runtime.data.scenes.canvas import Array, Canvas, Plane, hexed
from scm_compiler.runtime.data.scenes.scene import Scene

LEFT, RIGHT, RIM = 3.0, 8.0, 19.0
"""The walls of the cup, and how high they are."""

BED = 5.0
"""The height of the water's level where its label is 0."""

FLOOR, GAP, WALL, JET = 0.5, 0.4, 0.72, 0.5
"""The floor of the cup, the height of the hole, the widths of the walls and of the jet."""

GRAVITY = 0.98

WATER_COLOUR, BALL_COLOUR = hexed("add8e6"), hexed("b22222")
LINE_COLOUR, JET_COLOUR = hexed("000000"), hexed("4682b4")


class Flow(Scene):
    """The labels are the paper's: the ball's size, the water's height, the flow, the hole's.

    A ball of size r has the radius r / 30, and the hole of number d the height d / 3. The flow is
    √(2 g h (d/3 − 1/2)), as far as the jet of water gets until it is on the floor.

    >>> held = FLOW.values(np.array([[30.0, 20.0, 9.0]]), {})
    >>> {name: round(float(column[0]), 3) for name, column in held.items()}
    {'Ball': 30.0, 'Water': 3.0, 'Flow': 3.834, 'Hole': 9.0}
    """

    name = "flow"
    labels = ("Ball", "Water", "Flow", "Hole")
    noise = ("Ball", "poured", "Hole")
    ranges = ((5, 34), (10, 39), (6, 14))
    every = 5

    def grid(self) -> Array:
        """30 balls by 30 heights of the water by 9 holes: 8,100."""
        sides = (range(5, 35), range(10, 40), range(6, 15))
        return np.array(
            [(r, h, d) for r in sides[0] for h in sides[1] for d in sides[2]], np.float64
        )

    def values(self, units: Array, held: Mapping[str, Array | float]) -> dict[str, Array]:
        """See `Scene.values`."""
        own_ball, poured, own_hole = units.T
        shape = poured.shape
        ball = np.broadcast_to(held.get("Ball", own_ball), shape)
        hole = np.broadcast_to(held.get("Hole", own_hole), shape)
        water = np.broadcast_to(held.get("Water", (ball / 30) ** 3 + poured / 10), shape)
        own_flow = np.sqrt(2 * GRAVITY * np.maximum(water * (hole / 3 - FLOOR), 0))
        flow = np.broadcast_to(held.get("Flow", own_flow), shape)
        return {"Ball": ball, "Water": water, "Flow": flow, "Hole": hole}

    def paint(self, canvas: Canvas, values: Mapping[str, Array]) -> None:
        """The water, the ball, the jet, the cup on its ground."""
        radius, hole = values["Ball"] / 30, values["Hole"] / 3
        canvas.paint(WATER_COLOUR, canvas.box(LEFT, RIGHT, 0, BED + values["Water"]))
        canvas.paint(BALL_COLOUR, canvas.disc(5.5, FLOOR + radius, radius))
        canvas.paint(JET_COLOUR, _jet(canvas, values["Flow"], hole))
        half = WALL / 2
        canvas.paint(LINE_COLOUR, canvas.box(LEFT - half, LEFT + half, 0, RIM))
        right = canvas.within(canvas.x, RIGHT - half, RIGHT + half)
        walls = canvas.within(canvas.y, 0, hole) + canvas.within(canvas.y, hole + GAP, RIM)
        canvas.paint(LINE_COLOUR, right * walls)
        canvas.paint(LINE_COLOUR, canvas.box(0, 20, 0.2 - half, 0.2 + half))


def _jet(canvas: Canvas, flow: Array, hole: Array) -> Plane:
    """The share of a pixel in the jet: a parabola from the hole down to the floor."""
    reach = np.maximum(flow, 1e-3).reshape(-1, 1, 1).astype(np.float32)
    top = (hole + GAP / 2).reshape(-1, 1, 1).astype(np.float32)
    out = canvas.x - RIGHT
    fall = (top - FLOOR) / reach**2
    steep = 2 * fall * out
    distance = (canvas.y - (top - fall * out**2)) / np.sqrt(1 + steep**2)
    line = canvas.within(distance, -JET / 2, JET / 2)
    return line * canvas.box(RIGHT, RIGHT + flow, FLOOR - JET / 2, RIM)


FLOW = Flow()
