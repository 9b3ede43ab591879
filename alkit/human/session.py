"""Labelling by a person: the loop trains and queries in the background while she answers what is open."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from alkit.config import Config
from alkit.data import Dataset
from alkit.human.answers import Answers
from alkit.loop import run
from alkit.split import check, split


class _Closed(Exception):
    """Nobody labels any more."""


class Session:
    """What a person labels, one image after another: `current` is the image to show, `answer` what she says of it.

    The loop runs in a thread of its own, with her as its oracle. It trains again as soon as no more than half a query is
    open, on all the labels that there are; she goes on with the other half meanwhile. Once there is nothing more to ask for, it
    waits for the last answer: the last network is trained on all her labels. `changed` is called after every change,
    from either thread; `state` is held while something changes. Raises ValueError as `Answers` does, and for data that
    cannot serve `config`.
    """

    def __init__(self, config: Config, data: Dataset, path: Path):
        check(replace(config, num_rounds=0), data, is_simulated=False)  # how many there can be is found below
        self._num_pool = len(split(config, data)[2])
        if (earlier := _OPEN.get(Path(path).absolute())) is not None:
            earlier.close()
        self.answers = Answers(path, config, data)
        left, queries = self._num_pool - len(self.answers.asked), sum(bool(r.query) for r in self.answers.rounds)
        self.config = replace(config, num_rounds=queries + -(-left // config.query_size))  # the last query may be smaller
        self.data = data
        self.changed: Callable[[], None] = lambda: None
        self.is_training, self.is_done, self.is_closed, self.problem = True, False, False, ""
        self.state = threading.Condition(threading.RLock())
        self._shown: tuple[int | None, float] = (None, 0.0)
        self._thread = threading.Thread(target=self._loop, daemon=True, name="alkit: the loop")
        self._thread.start()
        _OPEN[Path(path).absolute()] = self

    @property
    def open(self) -> list[int]:
        """Images that were queried and are not answered, in the order to show them."""
        with self.state:
            return [image for image in self.answers.asked if image not in self.answers.given]

    @property
    def num_may_stay_open(self) -> int:
        """With how many open images the loop trains again."""
        return self.config.query_size // 2 if len(self.answers.asked) < self._num_pool else 0

    @property
    def current(self) -> int | None:
        """The image to show; None while the loop has none to ask for. Its clock starts when it is first asked for here."""
        with self.state:
            image = next(iter(self.open), None)
            if image != self._shown[0]:
                self._shown = (image, time.monotonic())
            return image

    def answer(self, label: int | None) -> None:
        """Her label of the current image, None to skip it: on disk when this returns."""
        if label is not None and not 0 <= label < self.data.num_classes:
            raise ValueError(f"label={label} is none of the {self.data.num_classes} classes")
        with self.state:
            if self.is_closed or (image := self.current) is None:
                return
            self.answers.add(image, label, time.monotonic() - self._shown[1])
            self.state.notify_all()
        self.changed()

    def undo(self) -> None:
        """Take the last answer back: its image is shown again."""
        with self.state:
            if self.is_closed or not self.answers.given:
                return
            self.answers.take_back(next(reversed(self.answers.given)))
            self.state.notify_all()
        self.changed()

    def close(self) -> None:
        """End: the file is free for another; a training that goes on is not recorded."""
        with self.state:
            if not self.is_closed:
                self.is_closed = True
                self.answers.close()
                self.state.notify_all()

    @property
    def labels(self) -> dict[int, int]:
        """Image to label, in the order of labelling."""
        with self.state:
            return {image: one.label for image, one in self.answers.given.items() if one.label is not None}

    @property
    def agreement(self) -> tuple[int, int]:
        """How many of her labels are the data set's own, and how many images have one."""
        own = self.data.y_train.cpu()
        pairs = [(label, int(own[image])) for image, label in self.labels.items() if own[image] >= 0]
        return sum(label == reference for label, reference in pairs), len(pairs)

    @property
    def seconds(self) -> float:
        """Median of the seconds that an answer took, of the last fifty; 0 without answers."""
        with self.state:
            last = [one.seconds for one in self.answers.given.values()][-50:]
        return float(np.median(last)) if last else 0.0

    def _loop(self) -> None:
        try:
            for found in run(self.config, self.data, self.answers.rounds, self._oracle):
                with self.state:
                    if self.is_closed:
                        return
                    self.answers.add_round(found)
                self.changed()
        except _Closed:
            return
        except Exception as error:  # whatever stops the loop is hers to read; her labels are on disk
            self.problem = f"{type(error).__name__}: {' '.join(str(error).split())}"
        self.is_training, self.is_done = False, True
        self.changed()

    def _oracle(self, asked: list[int]) -> dict[int, int]:
        """Waits until no more than `num_may_stay_open` are."""
        with self.state:
            self.is_training = False
            self.changed()
            while len(self.open) > self.num_may_stay_open and not self.is_closed:
                self.state.wait()
            if self.is_closed:
                raise _Closed
            self.is_training = True
            labels = self.labels
        self.changed()
        return labels


_OPEN: dict[Path, Session] = {}  # of this process: running a notebook's cell again takes the file over


def for_person(config: Config, data: Dataset) -> Config:
    """`config` with a split that fits the data.

    Where images are unlabelled, those are the pool, and all labels that there are serve to train (four fifths) and to
    validate; else (an exercise: every label she gives has one to be compared with) all is as `config` says.
    """
    known = int((data.y_train >= 0).sum())
    if known == len(data.y_train):
        return config
    num_valid = max(data.num_classes, min(config.num_valid, known // 5))
    return replace(config, split="given", num_valid=num_valid, num_initial=max(known - num_valid, 1))
