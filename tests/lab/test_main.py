"""How JupyterLab is started."""

import json
import os
import re
import subprocess

from alkit.lab.__main__ import SETTINGS, arguments, variables
from alkit.paths import PROJECT


def test_kernels_are_told_one_thread_and_the_data_as_the_command_lines_are_but_keep_a_persons_own_ipython(monkeypatch):
    monkeypatch.setenv("ALKIT_DATA", "/images")
    told = variables()
    assert (told["OMP_NUM_THREADS"], told["ALKIT_DATA"]) == ("1", "/images")
    assert "IPYTHONDIR" not in told


def test_a_persons_own_jupyter_settings_are_read_beside_the_projects(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/hers")
    assert variables()["JUPYTER_CONFIG_PATH"].split(os.pathsep) == [str(SETTINGS), "/hers"]
    assert "defaultViewers" in json.dumps(json.loads((SETTINGS / "labconfig/default_setting_overrides.json").read_text()))


def test_jupyterlab_starts_as_root_only_where_somebody_is_root(monkeypatch):
    for uid, wanted in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "getuid", lambda uid=uid: uid)
        given = arguments(PROJECT / "lab/start.ipynb")
        assert ("--ServerApp.allow_root=True" in given) == wanted
        assert "--LabApp.default_url=/lab/tree/lab/start.ipynb" in given


def test_clean_deletes_no_notebook_of_a_person():
    recipe = subprocess.run(["make", "-n", "clean"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert not re.search(r"ipynb|\blab\b", recipe)
