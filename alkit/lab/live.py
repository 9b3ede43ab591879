"""A notebook's run while it goes on: a bar, the time left, a curve that grows; when it is done, a line."""

import html
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from IPython.display import Markdown, display
from matplotlib.figure import Figure

from alkit.config import Config
from alkit.data import Dataset
from alkit.files import log
from alkit.lab.picture import image_html
from alkit.loop import Round
from alkit.run.plan import in_words

Rounds = dict[int, list[Round]]  # of each seed


class Said(ValueError):
    """An error that is shown as its one line, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"error: {self}"]


@contextmanager
def said() -> Iterator[None]:
    """Whatever a person asked for in error inside the block is said in one line."""
    try:
        yield
    except (ValueError, FloatingPointError) as error:
        raise Said(str(error)) from None


def follow(configs: Sequence[Config], folder: Path, data: Dataset, draw: Callable[[Rounds], Figure]) -> Rounds:
    """The rounds of every config, each with its log in `folder`, shown as they come; `draw` makes a figure of them.

    Drawing takes at most a twentieth of the time, and none where the rounds are read from the logs. Raises Said for what
    cannot be run.
    """
    rounds: Rounds = {config.seed: [] for config in configs}
    shown = display({"text/plain": "starting"}, raw=True, display_id=True)
    begun, cost, picture = time.monotonic(), 0.1, ""
    told = drawn = begun
    with said():
        if len(rounds) < len(configs):
            raise ValueError(f"seeds={[config.seed for config in configs]} names one twice")
        for config in configs:
            for found in log.resume(folder / f"seed-{config.seed}.jsonl", config, data):
                rounds[config.seed].append(found)
                now = time.monotonic()
                if now - drawn > max(2.0, 20 * cost):
                    picture = image_html(draw(rounds), "Validation accuracy of the rounds so far", width=640)
                    cost, drawn = time.monotonic() - now, time.monotonic()
                if now - told > 0.5 or drawn > now:
                    shown.update(_bar(configs, rounds, picture), raw=True)
                    told = now
    done = [r for one in rounds.values() for r in one]
    seconds = sum(map(log.seconds, done))
    seeds = f"{len(configs)} seed{'s' if len(configs) > 1 else ''}"
    shown.update(
        Markdown(f"{seeds}, {len(done)} rounds; training, evaluating and querying took {in_words(seconds)}, by the logs.")
    )
    return rounds


def _bar(configs: Sequence[Config], rounds: Rounds, picture: str) -> dict[str, str]:
    done, total = _work(configs, rounds)
    text = f"{_place(configs, rounds)}{time_left(configs, rounds)}"
    bar = f'<progress value="{done}" max="{total}" style="width:100%;max-width:640px"></progress>'
    return {"text/plain": text, "text/html": f"<div>{html.escape(text)}</div>{bar}<br>{picture}"}


def _place(configs: Sequence[Config], rounds: Rounds) -> str:
    at = max((i for i, c in enumerate(configs) if rounds[c.seed]), default=0)
    config = configs[at]
    found = rounds[config.seed]
    number = found[-1].number if found else 0
    return f"seed {config.seed} ({at + 1} of {len(configs)}): round {number} of {config.num_rounds} done"


def time_left(configs: Sequence[Config], rounds: Rounds) -> str:
    """In words, what the rounds that are left take if a label costs what it did in those that are done; "" before any is."""
    done, total = _work(configs, rounds)
    seconds = sum(log.seconds(r) for one in rounds.values() for r in one)
    return f", about {in_words((total - done) * seconds / done)} left" if done and seconds else ""


def _work(configs: Sequence[Config], rounds: Rounds) -> tuple[int, int]:
    """Labels that networks were trained on in the rounds so far, and in all."""

    def labels(config: Config, numbers: Iterable[int]) -> int:
        return sum(config.num_labelled(n) for n in numbers if config.trains(n))

    done = sum(labels(c, [r.number for r in rounds[c.seed]]) for c in configs)
    return done, sum(labels(c, range(c.num_rounds + 1)) for c in configs)
