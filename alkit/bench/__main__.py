"""python -m alkit.bench: run notebooks/performance.py here and print its ratios; with --full at the size that is committed."""

import argparse
import os

import pandas as pd

from alkit.paper.page import html
from alkit.paths import NOTEBOOKS, OUTPUTS, shown
from alkit.run.execute import execute
from alkit.run.reproduce import environment

QUICK = {"epochs": 5, "sizes": [10_000, 100_000], "experiments": 0, "repeats": 5}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m alkit.bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="time more of everything, into outputs/performance")
    full = parser.parse_args().full
    folder = OUTPUTS / ("performance" if full else "bench")
    os.environ.update(environment())
    execute(NOTEBOOKS / "performance.py", folder / "performance.ipynb", {**({} if full else QUICK), "folder": shown(folder)})
    print(pd.read_csv(folder / "targets.csv").to_string(index=False))
    print(f"Page: {shown(html(folder / 'performance.ipynb'))}")


if __name__ == "__main__":
    main()
