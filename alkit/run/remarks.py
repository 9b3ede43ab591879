"""What a person should know of a profile before it runs, though it can run."""

from collections.abc import Mapping

from alkit.config import Config
from alkit.data import Dataset
from alkit.models import MODELS
from alkit.run.grid import Profile
from alkit.split import SPLITS, balanced

FEW = 2  # images of an epoch's last batch that batch norm estimates its means and variances from badly


def remarks(profile: Profile, data: Mapping[str, Dataset]) -> list[str]:
    """A line for each thing, however many experiments it is true of; what shows in images alone, of those in `data`."""
    configs = [config for e in profile.experiments for config in e.configs]
    found: list[str] = []
    for config in configs:
        found += uneven(config, data[config.dataset]) if config.dataset in data else []
        found += short(config)
    return list(dict.fromkeys(found))


def uneven(config: Config, data: Dataset) -> list[str]:
    """Initial labels that cannot be as many of every class."""
    each, more = divmod(config.num_initial, data.num_classes)
    if SPLITS[config.split] is not balanced or not more:
        return []
    first = "the first class" if more == 1 else f"each of the first {more} classes"
    return [
        f"{data.name}: num_initial={config.num_initial} over {data.num_classes} classes is {each + 1} of {first} and {each} of "
        "each of the others"
    ]


def short(config: Config) -> list[str]:
    """Rounds whose epochs end on one or two images, in a network with batch norm."""
    if not MODELS[config.model].lone or config.last_batch != "keep":
        return []
    counts = [config.num_labelled(number) for number in range(config.num_rounds + 1) if config.trains(number)]
    counts = [count for count in counts if 0 < count % config.batch_size <= FEW and count > config.batch_size]
    if not counts:
        return []
    at = ", ".join(map(str, counts[:5])) + (f" and {len(counts) - 5} more" if len(counts) > 5 else "")
    return [
        f"{config.model} has batch norm, and in batches of {config.batch_size} an epoch over {at} labels ends on {FEW} images "
        "or one, where its accuracy dips; last_batch: merge avoids it"
    ]
