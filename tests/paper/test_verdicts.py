"""The table of claims."""

from alkit.paper.claims import CLAIMS
from alkit.paper.results import read
from alkit.paper.verdicts import table
from alkit.run.grid import read_profile


def test_without_any_run_every_claim_cannot_be_told(tmp_path):
    found = table(read(read_profile("paper", tmp_path)))
    assert len(found) == len(CLAIMS)
    assert set(found.verdict) == {"cannot be told"}
    assert found["ours: mean [95 % interval]"].str.contains("not run").all()
