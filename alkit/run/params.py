"""A params file as data: YAML without what can multiply, nest without end, or be read in two ways."""

from collections import Counter
from pathlib import Path

import yaml

from alkit.paths import shown

DEEPEST = 10  # a profile needs four levels


def read_params(path: Path) -> object:
    """The content of a YAML file. Raises ValueError, in one line with the file's name, for whatever is not plain YAML.

    Aliases (a kilobyte of them can stand for gigabytes), tags, a key that stands twice, and more than DEEPEST levels are
    refused.
    """
    try:
        text = path.read_text(encoding="utf-8")
        _check_events(text)
        return yaml.load(text, Loader=_Loader)
    except OSError as error:
        raise ValueError(f"{shown(path)} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{shown(path)} is no UTF-8 text ({error.reason} at byte {error.start})") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date or number that there is not
        raise ValueError(f"{shown(path)} is no YAML: {' '.join(str(error).split())}") from None


def _check_events(text: str) -> None:
    """What can be told before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        where = f"line {event.start_mark.line + 1}" if event.start_mark else ""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ValueError(f"{where}: aliases (&, *) are not read here; write the values out")
        if getattr(event, "tag", None):
            raise ValueError(f"{where}: tags (!) are not read here; write plain values")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"{where}: more than {DEEPEST} levels deep")


class _Loader(yaml.SafeLoader):
    """PyYAML's, but a key that stands twice is an error."""

    def construct_mapping(self, node, deep=False):
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, count in keys.items():
            if count > 1:
                raise ValueError(f"line {node.start_mark.line + 1}: the key {key!r} stands {count} times")
        return super().construct_mapping(node, deep)
