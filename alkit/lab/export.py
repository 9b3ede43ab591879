"""A setting that was found, as a params file."""

import os
from pathlib import Path

import yaml

from alkit.config import Config, check_name
from alkit.files.whole import write
from alkit.paper.beside import beside
from alkit.paths import OUTPUTS, PARAMS, shown
from alkit.run.grid import read_profile


def export(config: Config, name: str, params: Path = PARAMS) -> Path:
    """Write <params>/<name>.yaml: this setting with three seeds, as `make reproduce PROFILE=<name>` runs it.

    Raises ValueError for a name that cannot be one or is taken.
    """
    check_name("name", name)
    path = params / f"{name}.yaml"
    if os.path.lexists(path):
        raise ValueError(f"{shown(path)} is there already; choose another name")
    published, _ = beside(config)
    profile = {
        "about": "Found in the notebook explore.",
        "seeds": [config.seed + i for i in range(3)],
        "defaults": config.settings,
        "grid": [{
            "scenario": "constrained" if published.empty else published.scenario.iloc[0],
            "dataset": config.dataset, "model": config.model, "acquisition": config.acquisition, "noise": config.noise,
        }],
    }  # fmt: skip
    write(path, yaml.safe_dump(profile, sort_keys=False))
    try:
        read_profile(name, OUTPUTS, params)  # that it can be run is not believed but seen
    except ValueError:
        path.unlink()
        raise
    return path
