"""Where files are found, and how they are named to a reader."""

from pathlib import Path

from alkit.paths import NOTEBOOKS, OUTPUTS, PARAMS, PROJECT, data_root, shown


def test_sources_and_results_lie_in_the_project_wherever_one_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (PARAMS / "paper.yaml").exists()
    assert (NOTEBOOKS / "experiment.py").exists()
    assert OUTPUTS.parent == PROJECT


def test_images_are_looked_for_where_the_environment_says(monkeypatch):
    monkeypatch.delenv("ALKIT_DATA", raising=False)
    assert data_root() == PROJECT / "data"
    monkeypatch.setenv("ALKIT_DATA", "")
    assert data_root() == PROJECT / "data"
    monkeypatch.setenv("ALKIT_DATA", "mine/images")
    assert data_root() == PROJECT / "mine/images"
    monkeypatch.setenv("ALKIT_DATA", "/images")
    assert data_root() == Path("/images")


def test_a_path_inside_the_project_is_shown_relative_to_it(tmp_path, monkeypatch):
    assert shown(OUTPUTS / "mini") == "outputs/mini"
    assert shown(tmp_path) == str(tmp_path)
    monkeypatch.chdir(PROJECT)
    assert shown(Path("params/mini.yaml")) == "params/mini.yaml"
