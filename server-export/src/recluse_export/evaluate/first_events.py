"""How soon a new visitor gets a list of their own, by the browser's own code.

``python -m recluse_export.evaluate.first_events`` ranks the held-out households of
``test/golden/households.json`` as if only their newest few events were known, draws ``docs/cold-start.svg``
and prints the table of ``docs/recipes/cold-start.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recluse_export.evaluate.households_in_browser import (
    HOUSEHOLDS,
    PACK,
    lists_by_setting,
    ndcg_and_recall,
    picture,
    read_households,
    standard_error,
)
from recluse_export.evaluate.plots import COLOURS, MARKERS
from recluse_export.features.history import Double

EVENTS = (0, 1, 2, 5, 10, 20)
"""How many of the newest events are known."""
TIERS = ("popular", "linear", "model")
METRICS = ("NDCG@10", "recall@10")

Table = dict[tuple[str, int], tuple[Double, Double]]
"""By tier and number of events: NDCG@10 and recall@10 of each household."""


def draw(table: Table, path: Path) -> None:
    """One line a tier; bands are one standard error of the mean."""
    with picture(path, (9.0, 3.4), 1, 2) as axes:
        for which, (axis, metric) in enumerate(zip(axes, METRICS, strict=True)):
            for place, tier in enumerate(TIERS):
                found = [table[tier, events][which] for events in EVENTS]
                mean = [float(values.mean()) for values in found]
                error = [standard_error(values) for values in found]
                at = range(len(EVENTS))
                axis.plot(at, mean, color=COLOURS[place], marker=MARKERS[place], markersize=4, label=tier)
                low = [value - one for value, one in zip(mean, error, strict=True)]
                high = [value + one for value, one in zip(mean, error, strict=True)]
                axis.fill_between(at, low, high, color=COLOURS[place], alpha=0.15, linewidth=0)
            axis.set_xticks(range(len(EVENTS)), [str(events) for events in EVENTS])
            axis.set_xlabel("events known")
            axis.set_title(metric, fontsize=10)
            axis.set_ylim(bottom=0)


def main(
    pack: Annotated[Path, typer.Option(help="Folder of the pack.")] = PACK,
    households: Annotated[Path, typer.Option(help="Households to rank for.")] = HOUSEHOLDS,
    out: Annotated[Path, typer.Option(help="Picture to draw.")] = Path("docs/cold-start.svg"),
) -> None:
    """Rank, measure, draw, and print the table."""
    people = read_households(households)
    # What everybody buys is the same list for everybody.
    cases = [(tier, events) for tier in TIERS for events in (EVENTS if tier != "popular" else EVENTS[:1])]
    settings = {(tier, events): {"events": events, "source": tier} for tier, events in cases}
    table: Table = {
        case: ndcg_and_recall(shown, people)
        for case, shown in lists_by_setting(pack, people, settings).items()
    }
    table |= {("popular", events): table["popular", 0] for events in EVENTS}
    draw(table, out)
    print("| events | " + " | ".join(f"{tier}: {metric}" for metric in METRICS for tier in TIERS) + " |")
    print("|---|" + "---|" * (len(METRICS) * len(TIERS)))
    for events in EVENTS:
        cells = [
            f"{values.mean():.3f} ± {standard_error(values):.3f}"
            for which in range(len(METRICS))
            for tier in TIERS
            for values in [table[tier, events][which]]
        ]
        print(f"| {events} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    typer.run(main)
