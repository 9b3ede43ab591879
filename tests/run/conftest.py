"""What tests of profiles share."""

import pytest
import yaml

from alkit.run.grid import read_profile


class Plain(yaml.SafeDumper):
    """What stands twice is written twice."""

    def ignore_aliases(self, data):
        return True


@pytest.fixture
def write(tmp_path):
    """Write <tmp_path>/<name>.yaml, from text or from what YAML makes of it; the profile."""

    def write(content, name="mine"):
        text = content if isinstance(content, str) else yaml.dump(content, Dumper=Plain)
        (tmp_path / f"{name}.yaml").write_text(text)
        return read_profile(name, tmp_path / "outputs", tmp_path)

    return write
