import json

import pytest


@pytest.fixture(scope="session")
def without_times():
    """The lines of a log as JSON, but for when it was made and how long that took."""

    def read(log):
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        return [{k: v for k, v in line.items() if k != "started" and not k.endswith("seconds")} for line in lines]

    return read
