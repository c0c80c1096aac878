"""Runs the cells of a notebook as a kernel does, with as much of IPython as its cells need."""

import ast
import base64
import contextlib
import io
import json

import scm_compiler as scm

SHOWN_AS = {
    "_repr_html_": "text/html",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
}


class Shell:
    """A shell with variables, magics and what a cell prints and gives."""

    def __init__(self):
        self.variables, self._magics, self._count = {"__name__": "__main__"}, {}, 0

    def register_magic_function(self, func, magic_kind, magic_name):
        self._magics[magic_kind, magic_name] = func

    def push(self, variables):
        self.variables |= variables

    def run(self, cell):
        """The outputs of a cell, as a notebook keeps them."""
        self._count += 1
        streams = {"stdout": io.StringIO(), "stderr": io.StringIO()}
        out, err = (contextlib.redirect_stdout(streams["stdout"]), streams["stderr"])
        with out, contextlib.redirect_stderr(err):
            value = self._value(cell)
        printed = [
            {"name": name, "output_type": "stream", "text": stream.getvalue()}
            for name, stream in streams.items()
            if stream.getvalue()
        ]
        if value is None:
            return printed
        result = {"data": data_of(value), "execution_count": self._count, "metadata": {}}
        return [*printed, {"output_type": "execute_result"} | result]

    def _value(self, cell):
        if cell.startswith("%load_ext "):
            assert cell.split()[1:] == ["scm_compiler"]
            scm.load_ipython_extension(self)
            return None
        if cell.startswith("%%"):
            first, _, body = cell.partition("\n")
            name, _, line = first[2:].partition(" ")
            return self._magics["cell", name](line, body + "\n")
        if cell.startswith("%"):
            name, _, line = cell[1:].partition(" ")
            return self._magics["line", name](line)
        tree = ast.parse(cell)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), self.variables)
        if last is None:
            return None
        return eval(compile(ast.Expression(last.value), "cell", "eval"), self.variables)


def data_of(value):
    """A value in every form that it has."""
    found = {"text/plain": repr(value)}
    for method, kind in SHOWN_AS.items():
        if hasattr(value, method):
            shown = getattr(value, method)()
            is_bytes = isinstance(shown, bytes)
            found[kind] = base64.b64encode(shown).decode() if is_bytes else shown
    return found


def executed(text):
    """A notebook with the outputs that its cells give."""
    notebook, shell = json.loads(text), Shell()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = shell.run(cell["source"])
            cell["execution_count"] = shell._count
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
