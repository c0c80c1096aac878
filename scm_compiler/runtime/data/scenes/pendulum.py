"""A pendulum and a light, which together cast the pendulum's shadow (Yang et al. 2021, C.1)."""

from collections.abc import Mapping

import numpy as np

from scm_compiler.runtime.data.scenes.canvas import Array, Canvas, hexed
from scm_compiler.runtime.data.scenes.scene import Scene

UNIT = np.pi / 200
"""The angles' unit: 0.9 degrees."""

PIVOT = (10.0, 10.5)
ROD, BALL = 8.0, 1.5
"""The length of the rod, and the radius of the ball at its end."""

SUN, HEIGHT = 3.0, 20.5
"""The radius and the height of the light."""

GROUND, LEAST = -0.5, 3.0
"""The height of the ground, and the least length of a shadow."""

WIDTH = 1.075
"""The width of a line: four of the 96 pixels of the paper's pictures."""

BALL_COLOUR, SUN_COLOUR, LINE_COLOUR = hexed("b22222"), hexed("ffa500"), hexed("000000")


class Pendulum(Scene):
    """The labels are the paper's: two angles in units of 0.9 degrees, a length and a position.

    The light at angle φ shines along (cos φ, sin φ). It moves the pendulum's pivot and its lowest
    point to the ground; between these two lies the shadow, which is never shorter than `LEAST`.

    >>> held = PENDULUM.values(np.array([[0.0, 100.0]]), {})
    >>> {name: float(column[0]) for name, column in held.items()}
    {'Pendulum': 0.0, 'Light': 100.0, 'Shadow_Length': 3.0, 'Shadow_Position': 10.0}
    """

    name = "pendulum"
    labels = ("Pendulum", "Light", "Shadow_Length", "Shadow_Position")
    noise = ("Pendulum", "Light")
    ranges = ((-40, 43), (60, 147))
    every = 4

    def grid(self) -> Array:
        """84 angles of the pendulum by 87 of the light: 7,308."""
        lights = [angle for angle in range(60, 148) if angle != 100]
        return np.array([(i, j) for i in range(-40, 44) for j in lights], np.float64)

    def values(self, units: Array, held: Mapping[str, Array | float]) -> dict[str, Array]:
        """See `Scene.values`."""
        roots = zip(self.noise, units.T, strict=True)
        found = {name: np.broadcast_to(held.get(name, own), own.shape) for name, own in roots}
        swing, slope = found["Pendulum"] * UNIT, np.tan(found["Light"] * UNIT)
        x, y = PIVOT
        tip = (x + (ROD + BALL) * np.sin(swing), y - (ROD + BALL) * np.cos(swing))
        ends = (x + (GROUND - y) / slope, tip[0] + (GROUND - tip[1]) / slope)
        length = np.maximum(np.abs(ends[1] - ends[0]), LEAST)
        position = (ends[0] + ends[1]) / 2
        for name, own in (("Shadow_Length", length), ("Shadow_Position", position)):
            found[name] = np.broadcast_to(held.get(name, own), own.shape)
        return found

    def paint(self, canvas: Canvas, values: Mapping[str, Array]) -> None:
        """The rod, the ball, the light, the shadow."""
        swing = values["Pendulum"] * UNIT
        x, y = PIVOT
        canvas.paint(LINE_COLOUR, canvas.rod(PIVOT, swing, ROD, WIDTH))
        ball = (x + ROD * np.sin(swing), y - ROD * np.cos(swing))
        canvas.paint(BALL_COLOUR, canvas.disc(*ball, BALL))
        sun = x + 10 / np.tan(values["Light"] * UNIT)
        canvas.paint(SUN_COLOUR, canvas.disc(sun, HEIGHT, SUN))
        middle, half = values["Shadow_Position"], values["Shadow_Length"] / 2
        low, high = GROUND - WIDTH / 2, GROUND + WIDTH / 2
        canvas.paint(LINE_COLOUR, canvas.box(middle - half, middle + half, low, high))


PENDULUM = Pendulum()
