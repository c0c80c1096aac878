"""What a run is, as plain data and as a notebook shows it."""

from typing import TYPE_CHECKING, Any

from scm_compiler.notebook import paragraph, table

if TYPE_CHECKING:
    from scm_compiler.runtime.runs.record import Record


def run_facts(run: "Record") -> dict[str, Any]:
    """What a run is, as plain data."""
    manifest = run.manifest
    return {
        "run": str(run.path),
        "graph": {"name": run.graph.name, "hash": run.graph.hash},
        "trainer": run.config.trainer,
        "status": manifest.status,
        "seed": manifest.seed,
        "data": manifest.data.model_dump(mode="json"),
        "metrics": dict(manifest.metrics),
        "images": {name: h.model_dump(mode="json") for name, h in manifest.heads.items()},
    }


def run_html(run: "Record") -> str:
    """What a run is, line by line."""
    data, distance = run.manifest.data, run.manifest.metrics.get("tvd")
    facts = {
        "graph": f"{run.graph.name}: {run.graph.counts}",
        "trainer": f"{run.config.trainer}, {run.manifest.status}",
        "data": f"{data.origin}, {data.rows:,} rows" if data.rows else data.origin,
        "TVD to the data": "" if distance is None else f"{distance:.4f}",
        "images": "; ".join(f"{n} by {h.head}, {h.status}" for n, h in run.manifest.heads.items()),
        "created": run.manifest.created[:19],
    }
    lines = [(name, said) for name, said in facts.items() if said]
    return paragraph(f"run {run.path}") + table(("", ""), lines)
