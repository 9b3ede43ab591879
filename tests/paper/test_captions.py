"""What a figure shows, and which line drew it, read off its cell."""

from alkit.paper.captions import described, drawing_line, is_photo, with_functions

CELL = """found = 1
figure, ax = plt.subplots(figsize=(6.8, 2.8))
ax.barh(0, 1, label="chance")
ax.set(xlabel="rounds", ylabel="images")
note(figure, f"Dots: {n} seeds. From logs.")
plt.show()"""


def test_a_figure_is_described_by_kind_axes_labels_and_note():
    assert described(CELL, "Arithmetic") == "Arithmetic. Bars: images over rounds. chance. Dots: … seeds. From logs."


def test_what_only_a_run_knows_is_left_out():
    assert described("ax.plot(x)\nax.set_xlabel(name)\nax.set_ylabel('accuracy (%)')") == "Plot: accuracy (%)."
    assert described("%matplotlib inline\nax.plot(x)", "Curves") == "Curves. Plot."


def test_the_line_that_draws_is_where_the_figure_is_made_else_the_last():
    assert drawing_line(CELL) == "figure, ax = plt.subplots(figsize=(6.8, 2.8))"
    assert drawing_line('show(pictures.steps(a, b), "step")\na.style') == 'show(pictures.steps(a, b), "step")'
    assert drawing_line("a = 1\ndraw(a)\n") == "draw(a)"


def test_rows_of_images_are_photographs_and_curves_are_not():
    assert is_photo("strip(ax, images)")
    assert not is_photo(CELL)


def test_a_figure_that_a_function_draws_is_described_by_the_function():
    draw = "def draw(a):\n    figure, ax = plt.subplots()\n    ax.set(ylabel='accuracy')\n    return figure"
    before = f"import x\n\n{draw}\n\ndef other():\n    pass\n"
    code = with_functions("if a:\n    display(draw(a))", before)
    assert described(code) == "Plot: accuracy."
    assert drawing_line(code).strip() == "figure, ax = plt.subplots()"
    assert "other" not in code
