"""A run of tables from a file: it answers, samples and verifies like a trained one."""

import csv

import numpy as np
import pytest

import scm_compiler as scm
from scm_compiler.cli.main import main
from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import parse_bif, read_bif
from scm_compiler.interop.bif_text import bif_text
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.spec import ExplicitSpec
from scm_compiler.model.tables import Tables
from scm_compiler.passes import fold
from scm_compiler.runtime.evaluation.evaluate import evaluate_run
from scm_compiler.runtime.run import run_of
from scm_compiler.runtime.runs.from_tables import run_of_tables


def test_the_tables_are_kept_to_the_last_bit(shared_data, tmp_path):
    tables = read_bif(shared_data / "bn" / "bif" / "asia.bif.gz")
    run = run_of_tables(tables, "bif:asia.bif", path=tmp_path / "asia")
    again = scm.open_run(run.path)
    assert again.graph == tables.graph
    for name, table in tables.probabilities.items():
        assert np.array_equal(again.tables().probabilities[name], table)
        found = again.module().tables().probabilities[name]  # float32 weights
        assert np.allclose(found, table, atol=1e-6)
    assert again.tables().unseen == {}
    assert (again.manifest.data.origin, again.manifest.data.rows) == ("bif:asia.bif", 0)
    assert main(["verify", str(run.path), "-q"]) == 0


@pytest.mark.parametrize("name", ["asia", "cancer", "sachs"])
def test_what_is_asked_of_the_run_agrees_with_pyagrum(shared_data, tmp_path, name):
    """Through import, export and import again, against the stored answers."""
    tables = read_bif(shared_data / "bn" / "bif" / f"{name}.bif.gz")
    again = parse_bif(Source("t", bif_text(tables)), name)
    run = run_of(run_of_tables(again, "bif", path=tmp_path / "r"))
    with (shared_data / "bn" / "oracle_pyagrum.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["network"] == name]
    for row in rows[::5]:
        asked = f'P("{row["y"]}"="{row["y_value"]}" | do("{row["x"]}"="{row["x_value"]}"))'
        assert abs(run.query(asked).probability - float(row["p_y_do_x"])) < 1e-6


def test_it_samples_and_imagines(shared_data, tmp_path):
    tables = read_bif(shared_data / "bn" / "bif" / "cancer.bif.gz")
    run = run_of(run_of_tables(tables, "bif", path=tmp_path / "r"))
    drawn = run.do(Smoker="True").sample(2000)
    assert set(drawn.values("Smoker")) == {"True"}
    given = {"Smoker": "True", "Cancer": "True"}
    found = run.counterfactual("Cancer", do={"Smoker": "False"}, given=given)
    assert (found.rung, found.value["True"] > 0) == (3, True)


def test_there_are_no_data_to_compare_with(shared_data, tmp_path):
    tables = read_bif(shared_data / "bn" / "bif" / "cancer.bif.gz")
    run = run_of_tables(tables, "bif:cancer", path=tmp_path / "r")
    with pytest.raises(ScmError) as refusal:
        evaluate_run(run)
    assert refusal.value.diagnostics[0].code == "E832"


def confounded(states):
    graph = parse_text("A, B : binary\nC : categorical(x, y, z)\nA -> C\nB <-> A\nC <-> B", "g")
    module = ExplicitModule(graph, ExplicitSpec(hidden_states=states))
    random = np.random.default_rng(1)
    tables = module.tables()
    drawn = {
        name: random.dirichlet(np.ones(t.shape[-1]), t.shape[:-1]) if t.ndim > 1 else t
        for name, t in tables.probabilities.items()
    }
    return graph, Tables(tables.graph, drawn)


def test_hidden_common_causes_come_back_from_bif(tmp_path):
    graph, tables = confounded(3)
    again = parse_bif(Source("t", bif_text(tables)), "g")
    run = run_of_tables(again, "bif", path=tmp_path / "r")
    assert run.graph.hash == graph.hash == fold(again.graph).hash
    found = run.module().tables()
    for name, table in tables.probabilities.items():
        assert np.allclose(found.probabilities[name], table, atol=1e-6)


def test_uneven_hidden_causes_are_refused(tmp_path):
    _, tables = confounded(2)
    name = next(node.name for node in tables.graph.nodes if node.kind == "hidden")
    uneven = Tables(tables.graph, {**tables.probabilities, name: np.array([0.3, 0.7])})
    with pytest.raises(ScmError) as refusal:
        run_of_tables(uneven, "bif", path=tmp_path / "r")
    assert refusal.value.diagnostics[0].code == "E831"
    assert not (tmp_path / "r").exists()


def test_a_folder_that_holds_something_is_left_alone(shared_data, tmp_path):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "note").write_text("mine")
    tables = read_bif(shared_data / "bn" / "bif" / "cancer.bif.gz")
    with pytest.raises(ScmError) as refusal:
        run_of_tables(tables, "bif", path=tmp_path / "r")
    assert refusal.value.diagnostics[0].code == "E709"
    assert [path.name for path in tmp_path.rglob("*")] == ["r", "note"]
