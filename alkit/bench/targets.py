"""What was measured, beside what it should be."""

import pandas as pd

BOUNDS = {  # of what is missed, what it is made of
    "ResNet-18 step, times faster than torchvision's": "Fewer FLOPs, beside, are what it can gain.",
    "overhead of an experiment, seconds of a core": "A kernel's start, its imports, its figures, and the core that waits for "
    "the last experiment.",
    "share of the cores that train or score": "The overhead, as these experiments last about a minute; the paper's take ten "
    "minutes and more.",
}


class Targets:
    """Rows of measurements with their limits, and whether they are met."""

    def __init__(self):
        self.rows: list[list] = []

    def add(self, what: str, value: float, limit: float, at_least: bool = False) -> None:
        """`value` should be at most `limit`, or `at_least` that."""
        met = value >= limit if at_least else value <= limit
        sign = ">=" if at_least else "<="
        self.rows.append([what, round(float(value), 2), f"{sign} {limit}", "met" if met else "missed"])

    def table(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows, columns=["what", "measured", "target", "verdict"])
