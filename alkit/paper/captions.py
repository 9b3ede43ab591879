"""What a figure of a notebook shows, and which line drew it, read off the code of its cell."""

import ast

KINDS = {
    "strip": "Rows of images",
    "imshow": "Image",
    "barh": "Bars",
    "bar": "Bars",
    "stripplot": "Points",
    "rugplot": "Points",
}
DRAWS = ("show(pictures", "plt.subplots(")


def described(code: str, heading: str = "") -> str:
    """The text in place of a figure: its kind, what is drawn over what, its labels and its note, as the code names them.

    What the code only works out while it runs shows as "…"; `heading` is what the figure stands under.
    """
    found: dict[str, list[str]] = {"kind": [], "xlabel": [], "ylabel": [], "label": [], "note": []}
    for node in ast.walk(_parsed(code)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in KINDS:
            found["kind"].append(KINDS[called])
        given = {k.arg: k.value for k in node.keywords}
        last = node.args[-1:] if called in ("note", "set_xlabel", "set_ylabel") else []
        given |= {called.removeprefix("set_"): value for value in last}
        for name in ("xlabel", "ylabel", "label", "note"):
            text = _text(given[name]) if name in given else ""
            if text.strip(" …."):
                found[name].append(text)
    kind = found["kind"][0] if found["kind"] else "Plot"
    axes = " over ".join(found[name][-1] for name in ("ylabel", "xlabel") if found[name])
    labels = ", ".join(dict.fromkeys(found["label"]))
    parts = [heading, f"{kind}: {axes}" if axes else kind, labels, *found["note"]]
    return " ".join(f"{part.rstrip(' .')}." for part in parts if part)


def with_functions(code: str, before: str) -> str:
    """A cell's code, after that of the functions it calls of those that the cells `before` it define."""
    calls = [node.func for node in ast.walk(_parsed(code)) if isinstance(node, ast.Call)]
    called = {name.id for name in calls if isinstance(name, ast.Name)}
    functions = [node for node in _parsed(before).body if isinstance(node, ast.FunctionDef) and node.name in called]
    return "\n".join([*(ast.get_source_segment(before, node) for node in functions), code])


def drawing_line(code: str) -> str:
    """The line of a cell that draws its figure: where it is made, else the last one."""
    lines = [line for line in code.splitlines() if line.strip()]
    return next((line for line in lines if any(word in line for word in DRAWS)), lines[-1] if lines else "")


def is_photo(code: str) -> bool:
    """Whether a cell shows images themselves, which are not to be recoloured for a dark page."""
    return "strip(" in code or "imshow(" in code


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except SyntaxError:  # a notebook may hold what Python alone does not read
        return ast.Module([], [])


def _text(node: ast.expr) -> str:
    """The words that an expression holds."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join("…" if isinstance(part, ast.FormattedValue) else _text(part) for part in node.values)
    return ""
