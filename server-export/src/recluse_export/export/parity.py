"""Ranks given histories with a pack (int8, onnxruntime) and with the checkpoint that it was made from (float,
PyTorch).

``python -m recluse_export.export.parity --pack DIR --checkpoint DIR --histories FILE --out FILE``; the
browser's lists are held to these.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import Targets
from recluse_export.export.reference import PackRanker
from recluse_export.export.visitor import history_of
from recluse_export.features.context import context_indices
from recluse_export.models.base import best
from recluse_export.pack import read_pack
from recluse_export.shapes import Int
from recluse_export.train.checkpoint import load_checkpoint


def lists(pack: Path, checkpoint: Path, visitors: Sequence[Any], length: int = 20) -> dict[str, Any]:
    """Item ids of the best ``length`` for each visitor in both runtimes; NDCG@10 of both where visitors carry
    ``targets``."""
    contents = read_pack(pack)
    trained = load_checkpoint(checkpoint)
    if trained.networks is None:
        raise ValueError(f"{checkpoint}: holds no encoder")
    ids = contents.items.ids
    row_of = {item: row for row, item in enumerate(ids)}
    histories = history_of(visitors, row_of, contents.event_types, contents.history_events)
    context = np.stack(
        [context_indices(contents.context, visitor.get("context", {})) for visitor in visitors]
    )
    scores = {
        "pytorch": trained.networks.hybrid(trained.counting, trained.settings).scores(histories, context),
        "onnxruntime": PackRanker(contents).scores(histories, context),
    }
    ranked = {name: best(score, length) for name, score in scores.items()}
    result: dict[str, Any] = {
        name: [[ids[row] for row in line] for line in ranking] for name, ranking in ranked.items()
    }
    if all("targets" in visitor for visitor in visitors):
        targets = _targets(
            [[row_of[item] for item in visitor["targets"] if item in row_of] for visitor in visitors]
        )
        result["ndcg@10"] = {
            name: float(measure(ranking, targets)["ndcg@10"].mean()) for name, ranking in ranked.items()
        }
    return result


def _targets(wanted: Sequence[Sequence[int]]) -> Targets:
    count = len(wanted)
    item: Int = np.array([row for rows in wanted for row in rows], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(rows) for rows in wanted])]).astype(np.int64)
    return Targets(
        np.arange(count, dtype=np.int32), np.zeros(count, np.int64), offsets, item, np.zeros(len(item), bool)
    )


def main(
    pack: Annotated[Path, typer.Option(help="Folder of the pack.")],
    checkpoint: Annotated[Path, typer.Option(help="Folder of the checkpoint.")],
    histories: Annotated[Path, typer.Option(help="JSON: [{user, interactions, now, context?, targets?}].")],
    out: Annotated[Path, typer.Option(help="JSON to write: {pytorch, onnxruntime, ndcg@10?}.")],
) -> None:
    """Write the lists of both runtimes."""
    visitors = json.loads(histories.read_text(encoding="utf-8"))
    out.write_text(json.dumps(lists(pack, checkpoint, visitors)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
