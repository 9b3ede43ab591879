"""A field for each setting of a run, and beside it, in words, what is wrong with it."""

import html
import re
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from alkit.acquisitions import ACQUISITIONS
from alkit.config import CHOICES, CONDITION, Config
from alkit.files.sources import datasets
from alkit.paper.words import ordered, word
from alkit.paths import data_root

LABELS = {
    "dataset": "data set", "model": "network", "acquisition": "query", "noise": "noise",
    "num_initial": "labels at the start", "query_size": "labels a round", "num_rounds": "rounds", "epochs": "epochs",
    "learning_rate": "learning rate", "dropout": "dropout, for BALD", "seed": "seed",
}  # fmt: skip


class Form:
    """The fields of LABELS as widgets in `box`; what has none stays as in `base`."""

    def __init__(self, base: Config):
        self.base, self.last = base, ""
        self.fields = {name: self._field(name) for name in LABELS}
        self.errors = {name: widgets.HTML() for name in (*LABELS, "")}  # "": of what is wrong with no single one
        self.rest = widgets.HTML()
        rows = [self._row(name) for name in LABELS]
        self.box = widgets.VBox([*rows, self.errors[""], self.rest], layout={"width": "330px", "flex": "0 0 auto"})
        self.fill(base)
        for name, field in self.fields.items():
            field.observe(lambda _, name=name: setattr(self, "last", name), "value")
            field.observe(self._observed, "value")

    def fill(self, config: Config) -> None:
        """Set every field, and all that has none, to those of `config`."""
        self.base = config
        for name, field in self.fields.items():
            value = getattr(config, name)
            field.value = value if name in CONDITION else f"{value:g}" if isinstance(value, float) else str(value)
        kept = ("num_valid", "batch_size", "last_batch", "momentum", "weight_decay", "num_samples")
        also = ", ".join(f"{name} {getattr(config, name)}" for name in kept)
        self.rest.value = f"<span style='opacity:0.7;line-height:1.4;display:block'>Also: {also}</span>"
        self._observed()

    def config(self) -> Config | None:
        """The run that the fields ask for; None if one of them is wrong, which then says so beside it."""
        self.say("")
        values = {name: f.value if name in CONDITION else number(f.value) for name, f in self.fields.items()}
        wrong = False
        for name, value in values.items():  # each by itself first, so that each says what is wrong with it
            try:
                Config(**{name: value})
            except ValueError as error:
                self.errors[name].value, wrong = _red(str(error)), True
        if wrong:
            return None
        try:
            return replace(self.base, **values)
        except ValueError as error:
            self.say(str(error))
            return None

    def say(self, error: str) -> None:
        """Show an error beside the field that it names (of several the one changed last), or under them all; "" shows none."""
        for shown in self.errors.values():
            shown.value = ""
        if error:
            named = [name for name in re.findall(r"\w+", error) if name in self.fields]
            at = self.last if self.last in named else named[0] if named else ""
            self.errors[at].value = _red(error)

    def enable(self, enabled: bool) -> None:
        for field in self.fields.values():
            field.disabled = not enabled
        if enabled:
            self._observed()

    def _observed(self, _=None) -> None:
        acquisition = ACQUISITIONS[self.fields["acquisition"].value]
        self.fields["dropout"].disabled = acquisition.sampler == "once"  # which no dropout changes
        self.config()

    def _field(self, name: str) -> Any:
        wide = {"width": "165px"}
        if name not in CONDITION:
            return widgets.Text(continuous_update=False, layout=wide)
        choices = datasets(data_root()) if name == "dataset" else ordered(CHOICES[name])
        return widgets.Dropdown(options=[(word(choice), choice) for choice in choices], layout=wide)

    def _row(self, name: str) -> widgets.VBox:
        label = widgets.Label(LABELS[name], layout={"width": "140px"})
        field = self.fields[name]
        field.add_class(f"alkit-{name}")
        self.errors[name].add_class(f"alkit-error-{name}")
        return widgets.VBox([widgets.HBox([label, field]), self.errors[name]], layout={"overflow": "visible"})


def number(text: str) -> int | float | str:
    """The number that somebody wrote; what is none stays text, and `Config` says so."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _red(text: str) -> str:
    return f"<span role='alert' style='color:#C62828;line-height:1.3;display:block'>{html.escape(text)}</span>"
