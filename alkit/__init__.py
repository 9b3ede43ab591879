"""Companion to the paper "Human-in-the-Loop ML Project": pool-based active learning for images.

from alkit import Config, load, run

data = load("digits")
for round in run(Config(dataset="digits", num_initial=20, num_rounds=5, epochs=20, learning_rate=0.1), data):
    print(round.num_labelled, round.valid_accuracy)
"""

import sys

if sys.argv[:1] == ["-m"] and "alkit" in sys.orig_argv:  # the command: what follows takes seconds
    from alkit import stopping

    stopping.on_signals(stopping.before_anything)

from alkit import plugins  # noqa: F401  (their entries stand in the tables from here on)
from alkit.config import Config
from alkit.data import Dataset
from alkit.files.sources import load
from alkit.loop import Round, run

__version__ = "0.1.0"
__all__ = ["Config", "Dataset", "Round", "load", "run"]
