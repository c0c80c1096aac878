"""lavaan's models and calls of `dagify`."""

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import read_document
from scm_compiler.interop.formulas import read_dagify, read_lavaan

MODEL = """ # regressions
pay ~ b1*school + 0.5 * age +
      wits   ! one more
school ~ wits
       + c("a", "b")*age
age ~~ wits; pay ~~ pay
pay ~ 1
idle ~ 0*age + school
gain := b1*2
b1 > 0
"""
EXPECTED = """pay, school, age, wits, idle : binary
school, age, wits -> pay
wits, age -> school
school -> idle
age <-> wits
"""


def lavaan(text):
    return read_lavaan(Source("m.txt", text), "g")


def dagify(text):
    return read_dagify(Source("m.R", text), "g")


def test_a_model_of_lavaan():
    expected = parse_text(EXPECTED).hash
    assert lavaan(MODEL).graph.hash == expected
    quoted = MODEL.replace('"', "")
    assert lavaan(f"fit_me <- '{quoted}'\n").graph.hash == expected


def test_latent_variables_are_left_out():
    graph = lavaan("skill =~ NA*t1 + t2\nskill ~ age\n").graph
    assert graph.hash == parse_text("t1, t2, age : binary\nage -> t1, t2\nt1 <-> t2").hash


CALL = """# the picture
found <- ggdag::dagify(y ~ x + `a b`,
  x ~ z,  # a cause
  m ~~ x,
  exposure = "x", outcome = c("y"), latent = "z",
  labels = c("x" = "X (cm)", "y" = "Y"), coords = list(x = c(x = 1), y = c(x = 1))
)
"""


def test_a_call_of_dagify():
    document = dagify(CALL)
    expected = parse_text('y, x, "a b", m : binary\nx, "a b" -> y\nx <-> m')
    assert document.graph.hash == expected.hash
    assert document.marked("exposure") == ("x",)
    assert document.marked("outcome") == ("y",)
    assert [one.code for one in document.report.diagnostics] == ["W823", "W821"]


@pytest.mark.parametrize(
    ("suffix", "text", "counts"),
    [
        (".txt", MODEL, "5 labels, 6 edges, 1 hidden common cause"),
        (".txt", "y ~ x\n", "2 labels, 1 edge"),
        (".lav", "y ~ x\n", "2 labels, 1 edge"),
        (".txt", CALL, "4 labels, 2 edges, 1 hidden common cause"),
        (".R", CALL, "4 labels, 2 edges, 1 hidden common cause"),
        (".txt", "y -> x\n", "2 labels, 1 edge"),
    ],
)
def test_a_text_is_told_by_what_it_holds(tmp_path, suffix, text, counts):
    path = tmp_path / f"m{suffix}"
    path.write_text(text)
    assert read_document(path).graph.counts == counts


@pytest.mark.parametrize(
    ("read", "text", "shown"),
    [
        (lavaan, "", ""),
        (lavaan, "y ~ x\nplot(fit)", "plot(fit)"),
        (lavaan, "y ~ x + f(z)", "f(z)"),
        (lavaan, "y ~ x:z", "x:z"),
        (lavaan, "y ~ x + ", ""),
        (lavaan, "level: 1\ny ~ x", "level: 1"),
        (dagify, "ggdag(y ~ x)", "ggdag(y ~ x)"),
        (dagify, "dagify(y ~ x", ""),
        (dagify, "dagify(y ~ x) |> ggdag()", "|> ggdag()"),
        (dagify, "dagify(y ~ x, y)", "y"),
        (dagify, "dagify(y ~ x, seed = 5)", "seed = 5"),
        (dagify, 'dagify(y ~ system("rm"))', 'system("rm")'),
    ],
)
def test_what_is_no_formula_is_refused_in_its_place(read, text, shown):
    with pytest.raises(ScmError) as refusal:
        read(text)
    (found,) = refusal.value.diagnostics
    assert (found.code, refusal.value.exit_code) == ("E821", 2)
    assert text[found.span.start : found.span.end].startswith(shown)


def test_cycles_are_found_in_the_text():
    with pytest.raises(ScmError, match="E204"):
        lavaan("y ~ x\nx ~ y")
