"""The households of ``test/golden/households.json``, ranked by the browser's code under any request.

Real histories of users whom training never saw, with what they did in the following seven days; see
:mod:`recluse_export.export.households`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from recluse_export.errors import ProblemError
from recluse_export.evaluate.browser import REPOSITORY, _command
from recluse_export.export.households import Household
from recluse_export.features.history import Double

PACK = REPOSITORY / "demo" / "pack"
HOUSEHOLDS = REPOSITORY / "test" / "golden" / "households.json"
Setting = TypeVar("Setting")
SHOWN = 10
"""Places of a list that count."""


def lists_by_setting(
    pack: Path, people: list[Household], settings: dict[Setting, dict[str, Any]]
) -> dict[Setting, list[list[str]]]:
    """The lists of all households under each setting: ``settings`` are the arguments of :func:`asked`.

    Raises
    ------
    ProblemError
        See :func:`lists_from_browser`.
    """
    lists = lists_from_browser(
        pack, (asked(one, **request) for request in settings.values() for one in people)
    )
    return {setting: lists[at * len(people) : (at + 1) * len(people)] for at, setting in enumerate(settings)}


@contextmanager
def picture(path: Path, size: tuple[float, float], rows: int, columns: int) -> Iterator[Any]:
    """Axes to draw on, ``[rows * columns]``; on leaving they are written to ``path`` as SVG, with one legend
    above them all, the same bytes for the same lines."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    with matplotlib.rc_context({"svg.hashsalt": "recluse", "font.size": 9, "svg.fonttype": "none"}):
        figure, grid = pyplot.subplots(rows, columns, figsize=size, layout="constrained")
        axes = list(grid.flat)
        yield axes
        for axis in axes:
            axis.grid(alpha=0.3)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None})
        pyplot.close(figure)


def read_households(path: Path) -> list[Household]:
    """All of them."""
    return json.loads(path.read_text(encoding="utf-8"))


def asked(household: Household, events: int | None = None, **request: Any) -> dict[str, Any]:
    """One line for ``scripts/rank.mjs``: this household with only its newest ``events``, asking for a list
    of ten."""
    known = household["interactions"]
    return {
        "now": household["now"],
        "context": household["context"],
        "interactions": known if events is None else known[len(known) - events :],
        "limit": SHOWN,
        **request,
    }


def lists_from_browser(pack: Path, lines: Iterable[dict[str, Any]]) -> list[list[str]]:
    """The ids of each list, best first, in the order of the lines.

    Raises
    ------
    ProblemError
        The browser could not be started, or its code failed.
    """
    with tempfile.TemporaryDirectory(prefix="recluse-") as folder:
        visitors, lists = Path(folder) / "visitors.jsonl", Path(folder) / "lists.jsonl"
        visitors.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        ran = subprocess.run(
            [*_command(), "--pack", str(pack), "--visitors", str(visitors), "--out", str(lists)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            raise ProblemError(f"{pack}: the browser did not rank with it. {ran.stderr.strip()[-2000:]}")
        return [json.loads(line)["items"] for line in lists.read_text(encoding="utf-8").splitlines()]


def ndcg_and_recall(lists: list[list[str]], households: list[Household]) -> tuple[Double, Double]:
    """``[households]`` each: normalised discounted cumulative gain of the first ten places, every target
    counting 1, and the share of the targets that is among them."""
    gain = 1 / np.log2(np.arange(SHOWN) + 2)
    ndcg, recall = [], []
    for shown, household in zip(lists, households, strict=True):
        wanted = set(household["targets"])
        hits = np.array([item in wanted for item in shown[:SHOWN]])
        ndcg.append(gain[: len(hits)][hits].sum() / gain[: min(SHOWN, len(wanted))].sum())
        recall.append(hits.sum() / len(wanted))
    return np.array(ndcg), np.array(recall)


def standard_error(values: Double) -> float:
    """Of the mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))
