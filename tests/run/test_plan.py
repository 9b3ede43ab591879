"""How long it takes: what is done, what is left."""

from alkit.run.plan import seconds_left


def test_plan_says_what_is_done_and_what_is_left(made, tmp_path, pipeline):
    folder, _ = made
    lines = pipeline.alkit(folder, "plan").stdout.splitlines()
    assert lines[1].split() == ["constrained-digits-lenet-bald-gaussian", "6/6", "-"]
    pipeline.write(tmp_path)
    lines = pipeline.alkit(tmp_path, "plan").stdout.splitlines()
    assert lines[1].split()[1] == "0/6"
    assert "3 experiments, about" in lines[-1]


def test_time_left_is_no_shorter_than_the_longest_experiments():
    class Fixed:
        seconds_left = staticmethod(float)

    assert seconds_left([60, 30, 30], Fixed, 2) == 60
    assert seconds_left([60, 30, 30], Fixed, 8) == 60
    assert seconds_left([60, 60, 60], Fixed, 2) == 90
    assert seconds_left([], Fixed, 2) == 0
