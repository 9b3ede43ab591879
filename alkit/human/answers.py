"""The file of a person's labels: JSON lines that are only ever appended to, each on disk before the next image shows.

A header (which images, how they are split), then in the order in which they happen: rounds of the loop with their queries,
answers (a label, or none: skipped), and answers taken back.
"""

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from alkit.config import Config
from alkit.data import Dataset
from alkit.files.lock import Busy, held
from alkit.files.validate import record
from alkit.loop import Round
from alkit.paths import shown

# The settings that labels are bound to; the others may change from one sitting to the next.
BOUND = ("split", "seed", "split_seed", "num_initial", "num_valid", "num_pool", "query_size")

BEGIN = b'{"data": '  # what every file of labels begins with, as far as it was written
PATIENCE = 2.0  # seconds that a kernel may take to end when the notebook is opened anew


@dataclass(frozen=True)
class Answer:
    """What a person said of one image, and how long she looked at it."""

    image: int  # of the training set
    label: int | None  # None: skipped
    seconds: float
    round: int  # whose query it stood in
    at: str  # the time, as ISO 8601 has it


class Answers:
    """A file of labels, held by this process: what is in it, and appending to it.

    Raises ValueError for a file that another process holds, that is damaged, or of other images or another split.
    """

    def __init__(self, path: Path, config: Config, data: Dataset):
        self.path, self.num_train, self.num_classes = Path(path), len(data.y_train), data.num_classes
        self.rounds: list[Round] = []
        self.by: list[object] = []  # of each round, the network and the acquisition; of older files' None
        self._by = [config.model, config.acquisition]
        self.given: dict[int, Answer] = {}  # in the order of giving; without those that were taken back
        self._lock = contextlib.ExitStack()
        try:
            self._lock.enter_context(held(self.path.with_suffix(".lock"), PATIENCE))
        except Busy:
            raise ValueError(f"{shown(self.path)} is open in another notebook; close it there (shut down its kernel)") from None
        header = {
            "data": {"name": data.name, "digest": data.digest},
            "settings": {name: getattr(config, name) for name in BOUND},
            "class_names": list(data.class_names),
        }
        try:
            self._read(header)
        except ValueError as error:
            self.close()
            raise ValueError(f"{shown(self.path)}: {error}; move it away to begin anew") from None
        except OSError:  # a disk that is full: run again when it has room, and the file is free
            self.close()
            raise

    @property
    def asked(self) -> list[int]:
        """All images of all queries, in their order."""
        return [image for found in self.rounds for image in found.query]

    @property
    def alike(self) -> list[Round]:
        """The last rounds that were queried by one acquisition of one network: others' scores are on another scale."""
        number = next((n for n, by in enumerate(reversed(self.by)) if by != self.by[-1]), len(self.by))
        return self.rounds[len(self.rounds) - number :]

    def add_round(self, found: Round) -> None:
        self._append({"round": asdict(found), "by": self._by})
        self.rounds.append(found)
        self.by.append(self._by)

    def add(self, image: int, label: int | None, seconds: float) -> None:
        """Keep an answer; None is a skipped image."""
        number = next(found.number for found in self.rounds if image in found.query)
        answer = Answer(image, label, round(seconds, 2), number, time.strftime("%Y-%m-%dT%H:%M:%S%z"))
        self._append(asdict(answer))
        self.given[image] = answer

    def take_back(self, image: int) -> None:
        self._append({"taken_back": image})
        del self.given[image]

    def close(self) -> None:
        self._lock.close()

    def _append(self, line: dict) -> None:
        """A line more, or, where the disk takes none, the file as it was and an OSError."""
        end = self.path.stat().st_size if self.path.exists() else 0
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(self.path, end)
            raise

    def _read(self, header: dict) -> None:
        content = self.path.read_bytes() if self.path.exists() else b""
        *lines, torn = content.split(b"\n")
        if not lines:
            if torn[: len(BEGIN)] != BEGIN[: len(torn)]:
                raise ValueError("it does not begin as a file of labels does")
            self._cut(content, torn)
            self._append(header)
            return
        records = [record(number, line) for number, line in enumerate(lines, start=1)]
        for key, value in header.items():
            if (theirs := records[0].get(key)) != value:
                raise ValueError(f"it holds labels of other {key.replace('_', ' ')} ({_differing(theirs, value)})")
        for number, one in enumerate(records[1:], start=2):
            try:
                self._take(one)
            except (KeyError, TypeError, ValueError, StopIteration) as error:
                raise ValueError(f"line {number} is damaged ({type(error).__name__}: {error})") from None
        self._cut(content, torn)  # only now: a file that is refused stays as it is

    def _cut(self, content: bytes, torn: bytes) -> None:
        """Take away what a kill left of a last line, whose image was never followed by another."""
        if torn:
            os.truncate(self.path, len(content) - len(torn))

    def _take(self, one: dict) -> None:
        if "round" in one and isinstance(one["round"], dict):
            values = {f.name: one["round"][f.name] for f in fields(Round) if f.name in one["round"]}
            listed = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
            self.rounds.append(Round(**{**values, **listed}))
            self.by.append(one.get("by"))
            if not all(0 <= image < self.num_train for image in self.rounds[-1].query):
                raise ValueError("a query has images that are not there")
        elif "taken_back" in one:
            del self.given[one["taken_back"]]
        else:
            answer = Answer(**one)
            if answer.image not in self.asked or answer.label not in (None, *range(self.num_classes)):
                raise ValueError(f"label {answer.label} of image {answer.image} was not asked for")
            self.given[answer.image] = answer


def _differing(theirs: object, ours: object) -> str:
    """What differs, of settings those alone that do: "theirs -> ours"."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return ", ".join(
            f"{name}: {theirs.get(name)} -> {ours.get(name)}"
            for name in {**theirs, **ours}
            if theirs.get(name) != ours.get(name)
        )
    return f"{theirs} -> {ours}"
