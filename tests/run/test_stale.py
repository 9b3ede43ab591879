"""A notebook is made again for what it is made from, and for nothing else."""

import shutil

from alkit.paths import PROJECT
from alkit.run import stale


def test_a_notebook_is_made_again_for_what_it_is_made_from_alone(tmp_path):
    package = tmp_path / "alkit"
    shutil.copytree(PROJECT / "alkit", package)

    def digests():
        stale.closure.cache_clear()
        sources = [PROJECT / "notebooks" / name for name in ("experiment.py", "report.py", "data.py")]
        return [hash("".join(stale.contents(stale.closure(s.read_text(), package)))) for s in sources]

    def changed(name):
        before = digests()
        path = package / name
        path.write_text(path.read_text() + "\n")
        return [a != b for a, b in zip(before, digests(), strict=True)]

    assert changed("paper/claims.py") == [False, False, False]  # they are judged anew with each report, before its notebook
    assert changed("paper/published.csv") == [True, True, False]  # the data's notebook shows none of its numbers
    assert changed("loop.py") == [True, True, True]
    assert changed("run/reproduce.py") == [False, False, False]
