"""What each setting of ``diversity`` and ``calibration`` costs and gives, by the browser's own code.

``python -m recluse_export.evaluate.diversity_knob`` ranks the held-out households of
``test/golden/households.json`` with the pack of the demo shop, draws ``docs/diversity.svg`` and prints the
table of ``docs/recipes/diversity.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from recluse_export.evaluate.beyond import attribute_marks, intra_list_distance
from recluse_export.evaluate.households_in_browser import (
    HOUSEHOLDS,
    PACK,
    lists_by_setting,
    ndcg_and_recall,
    picture,
    read_households,
)
from recluse_export.evaluate.plots import COLOURS, MARKERS
from recluse_export.export.households import Household
from recluse_export.export.visitor import history_of
from recluse_export.features.affinity import category_shares
from recluse_export.features.diversity import SMOOTHING
from recluse_export.features.history import Double
from recluse_export.features.interest import interest
from recluse_export.features.similar import cosine
from recluse_export.pack import read_pack
from recluse_export.shapes import Int, PackContents

STEPS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)
"""Settings of each knob; 0 is the same list for all."""
KNOBS: dict[str, dict[str, Any]] = {
    "diversity, mmr": {"diversify": "mmr"},
    "diversity, dpp": {"diversify": "dpp"},
    "calibration": {},
}
METRICS = {
    "NDCG@10": "higher is better",
    "recall@10": "higher is better",
    "distance": "1 - cosine of attributes, mean over pairs of a list",
    "coverage": "share of the catalogue in at least one list",
    "novelty": "-log2 of the item's share of interactions, bits",
    "category divergence": "of the visitor's mix from the list's, nats",
}


def settings() -> list[tuple[str, float, dict[str, Any]]]:
    """Knob, how far it is turned, and the request for that."""
    found: list[tuple[str, float, dict[str, Any]]] = [("neither", 0.0, {})]
    for knob, request in KNOBS.items():
        name = knob.split(",")[0]
        found += [(knob, step, {**request, name: step}) for step in STEPS]
    return found


def mixes(pack: PackContents, households: list[Household]) -> Double:
    """``[households, categories]`` of their recent interest; "Calibration" in ``docs/model.md``."""
    row_of = {item: row for row, item in enumerate(pack.items.ids)}
    histories = history_of(
        [{"user": one["user"], "now": one["now"], "interactions": one["interactions"]} for one in households],
        row_of,
        pack.event_types,
        pack.history_events,
    )
    linear = pack.linear
    x = interest(
        histories,
        pack.event_types,
        len(row_of),
        linear.half_life_days,
        linear.half_life_events,
        linear.power,
    )
    return category_shares(x, pack.items.leaf, len(pack.items.categories))


def divergence(rows: Int, leaf: Int, mix: Double) -> float:
    """Kullback-Leibler divergence of a visitor's mix from that of a list, in nats."""
    shown = np.bincount(leaf[rows], minlength=len(mix)) / len(rows)
    liked = mix > 0
    ratio = mix[liked] / ((1 - SMOOTHING) * shown[liked] + SMOOTHING * mix[liked])
    return float((mix[liked] * np.log(ratio)).sum())


def measured(
    pack: PackContents, households: list[Household], lists: list[list[str]], mix: Double
) -> dict[str, float]:
    """``METRICS`` of one setting's lists, and the distance by item rows."""
    row_of = {item: row for row, item in enumerate(pack.items.ids)}
    rows = np.array([[row_of[item] for item in shown] for shown in lists], np.int32)
    ndcg, recall = ndcg_and_recall(lists, households)
    share = np.exp(pack.priors.popularity.astype(np.float64))
    found = {
        "NDCG@10": float(ndcg.mean()),
        "recall@10": float(recall.mean()),
        "distance": float(intra_list_distance(rows, attribute_marks(pack.items)).mean()),
        "coverage": len(np.unique(rows)) / len(row_of),
        "novelty": float(-np.log2(share / share.sum())[rows].mean()),
        "category divergence": float(
            np.mean([divergence(one, pack.items.leaf, own) for one, own in zip(rows, mix, strict=True)])
        ),
    }
    if pack.model:
        off = ~np.eye(rows.shape[1], dtype=bool)
        alike = [cosine(pack.model.row[one], pack.model.row_scale[one])[off].mean() for one in rows]
        found["distance of item rows"] = 1 - float(np.mean(alike))
    return found


def draw(table: list[tuple[str, float, dict[str, float]]], path: Path) -> None:
    """Small multiples: one metric each, one line a knob."""
    base = next(values for knob, _, values in table if knob == "neither")
    with picture(path, (9.5, 5.2), 2, 3) as axes:
        for axis, (metric, about) in zip(axes, METRICS.items(), strict=True):
            for place, knob in enumerate(KNOBS):
                points = [(0.0, base)] + [(step, values) for one, step, values in table if one == knob]
                axis.plot(
                    [step for step, _ in points],
                    [values[metric] for _, values in points],
                    color=COLOURS[place],
                    marker=MARKERS[place],
                    markersize=4,
                    label=knob,
                )
            axis.set_title(metric, fontsize=10)
            axis.set_xlabel(about, fontsize=8)


def main(
    pack: Annotated[Path, typer.Option(help="Folder of the pack.")] = PACK,
    households: Annotated[Path, typer.Option(help="Households to rank for.")] = HOUSEHOLDS,
    out: Annotated[Path, typer.Option(help="Picture to draw.")] = Path("docs/diversity.svg"),
) -> None:
    """Rank, measure, draw, and print the table."""
    contents, people = read_pack(pack), read_households(households)
    mix = mixes(contents, people)
    lists = lists_by_setting(pack, people, {(knob, step): request for knob, step, request in settings()})
    table = [(knob, step, measured(contents, people, shown, mix)) for (knob, step), shown in lists.items()]
    draw(table, out)
    names = list(table[0][2])
    print("| knob | at | " + " | ".join(names) + " |")
    print("|---|---|" + "---|" * len(names))
    for knob, step, values in table:
        figures = " | ".join(f"{values[name]:.{1 if name == 'novelty' else 3}f}" for name in names)
        print(f"| {knob} | {step:g} | {figures} |")


if __name__ == "__main__":
    typer.run(main)
