"""Ranks with a pack by the browser's own code: the worker that ships, in a headless Chromium.

The histories go to ``scripts/rank.mjs`` of this repository as lines of JSON, and lists come back. What a list
is made of there (ages, weights, signals, graphs, mode, order) is ``docs/model.md`` as TypeScript has it, not
as Python has it: that is the point.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from recluse_export.errors import ProblemError
from recluse_export.features.history import Histories
from recluse_export.features.ratings import RATING, Ratings
from recluse_export.models.base import Mode
from recluse_export.pack import read_pack
from recluse_export.progress import Progress, SilentProgress
from recluse_export.shapes import Float, Int, PackContents

Source = Literal["popular", "linear", "model"]

REPOSITORY = Path(__file__).parents[4]
MOMENT = 4_000_000_000_000
"""Milliseconds since 1970 at which every visitor is asked. Only ages reach the scores, so any moment does
that leaves a century of them above 0."""
HAD_AS = {"discover": "exclude", "repeat": "rerank"}
"""How a mode of an evaluation tells the worker what occurs in the history."""
PROGRESS = re.compile(r"ranked (\d+) of \d+ visitors")


class BrowserRanker:
    """The tiers of a pack, run by the browser's code.

    A list may differ from :class:`~recluse_export.export.reference.PackRanker`'s in what only a device
    knows: an item whose newest opinion in the history is ``dislike`` is left out, but for
    ``mode="repeat"``. The modes are those of an evaluation: what occurs in the history, or does not. A
    device's own ask what was bought (see "What a visitor has bought, and dislikes" in ``docs/model.md``).
    """

    def __init__(
        self, pack_folder: Path, source: Source | None = None, progress: Progress | None = None
    ) -> None:
        """
        Parameters
        ----------
        pack_folder
            A pack, as ``write_pack`` left it.
        source
            The tier that ranks; the best that the pack has by default.
        progress
            Where the ranking is announced.

        Raises
        ------
        ProblemError
            The pack is damaged or lacks the tier, or this machine lacks Node or the packages.
        """
        self.folder = pack_folder.parent if pack_folder.name == "manifest.json" else pack_folder
        self.contents = read_pack(self.folder)
        best: Source = "model" if self.contents.model else "linear"
        if source == "model" and best != "model":
            raise ProblemError(f"{pack_folder}: stops at the linear tier; there is no model to run.")
        self.source: Source = source or best
        self.name = f"{self.source} (browser)"
        self.progress = progress or SilentProgress()
        self.command = _command()

    def rankings(
        self, histories: Histories, limit: int, mode: Mode = "any", context: Int | None = None
    ) -> Int:
        """``[visitors, min(limit, items)]`` rows, best first.

        Where ``mode`` leaves fewer, what it excludes fills the end by row, as in
        :func:`recluse_export.models.base.recommend`.

        Parameters
        ----------
        histories
            One history a visitor; ages in seconds, or positions as seconds for a log without times.
        limit
            Length of the lists, at least 1.
        mode
            Which items may stand in a list.
        context
            ``[visitors, fields]`` indices in the pack's order, 0 = unknown; all unknown by default.

        Raises
        ------
        ProblemError
            The browser could not be started, or its code failed.
        """
        items = len(self.contents.items.ids)
        rows = np.zeros((len(histories), min(limit, items)), np.int32)
        with tempfile.TemporaryDirectory(prefix="recluse-") as folder:
            visitors, lists = Path(folder) / "visitors.jsonl", Path(folder) / "lists.jsonl"
            with visitors.open("w", encoding="utf-8") as file:
                file.writelines(_lines(self.contents, histories, limit, mode, context, self.source))
            if len(histories) > 0:
                self._run(visitors, lists, len(histories), "Rank in the browser")
                row_of = {item: row for row, item in enumerate(self.contents.items.ids)}
                with lists.open(encoding="utf-8") as file:
                    for place, line in enumerate(file):
                        found = [row_of[item] for item in json.loads(line)["items"]]
                        rows[place] = _filled(found, rows.shape[1], items)
        return rows

    def expected_ratings(self, known: Ratings, asked: Ratings) -> Float:
        """``[asked]`` stars that ``predict`` expects for what is asked, float32.

        Parameters
        ----------
        known
            What visitors have rated before, each visitor's oldest first; all of it goes to the device, which
            looks at the newest.
        asked
            Visitors and items; the values are not looked at.

        Raises
        ------
        ProblemError
            The pack has no expected ratings, the browser could not be started, or its code failed.
        """
        if self.contents.rating is None:
            raise ProblemError(f"{self.folder}: has no expected ratings.")
        expected = np.empty(len(asked), np.float32)
        visitors, places = _by_visitor(asked)
        with tempfile.TemporaryDirectory(prefix="recluse-") as folder:
            questions, answers = Path(folder) / "visitors.jsonl", Path(folder) / "ratings.jsonl"
            with questions.open("w", encoding="utf-8") as file:
                file.writelines(_questions(self.contents.items.ids, known, asked, visitors, places))
            if len(asked):
                self._run(questions, answers, len(visitors), "Expect ratings in the browser")
                with answers.open(encoding="utf-8") as file:
                    for line, wanted in zip(file, places, strict=True):
                        found = json.loads(line)["predictions"]
                        expected[wanted] = [one["rating"]["expected"] for one in found]
        return expected

    def _run(self, visitors: Path, lists: Path, count: int, name: str) -> None:
        """Let Node ask the worker, and pass on how far it is."""
        command = [
            *self.command,
            *("--pack", str(self.folder), "--visitors", str(visitors)),
            *("--out", str(lists), "--up-to", self.source),
        ]
        said: deque[str] = deque(maxlen=10)
        with (
            self.progress.step(name, count) as step,
            subprocess.Popen(
                command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            ) as process,
        ):
            done = 0
            try:
                for line in process.stderr or ():
                    if matched := PROGRESS.match(line):
                        step.advance(int(matched[1]) - done)
                        done = int(matched[1])
                    else:
                        said.append(line.strip())
            except BaseException:
                process.terminate()
                raise
        if process.returncode != 0:
            raise ProblemError(f"{self.folder}: the browser did not rank with it. " + " ".join(said))


def _command() -> list[str]:
    """What starts ``scripts/rank.mjs``."""
    script = REPOSITORY / "scripts" / "rank.mjs"
    if not script.exists():
        raise ProblemError(
            f"{script}: is not there. The browser's code is in the repository, not in the installed "
            "package; install the package from a checkout with `pip install -e ./server-export`."
        )
    node = shutil.which("node")
    if node is None:
        raise ProblemError("node: is not on the PATH. Ranking in the browser needs Node 20.19 or newer.")
    if not (REPOSITORY / "node_modules" / "playwright").exists():
        raise ProblemError(f"{REPOSITORY / 'node_modules'}: is missing. Run `npm ci` in {REPOSITORY}.")
    return [node, str(script)]


def _lines(
    contents: PackContents,
    histories: Histories,
    limit: int,
    mode: Mode,
    context: Int | None,
    source: Source,
) -> Iterator[str]:
    """One line of JSON a visitor; see ``Visitor`` in ``scripts/rank/worker.ts``."""
    # Millions of events: what repeats is turned into JSON once.
    items = [json.dumps(item) for item in contents.items.ids]
    types = [json.dumps(event_type.name) for event_type in contents.event_types]
    facts = [_facts(contents, given) for given in context] if context is not None else None
    time = MOMENT - np.rint(histories.age * 1000).astype(np.int64)
    ends = histories.offsets.tolist()
    for visitor in range(len(histories)):
        events = slice(ends[visitor], ends[visitor + 1])
        rows = histories.row[events].tolist()
        interactions = ",".join(
            f'{{"type":{types[kind]},"item":{items[row]},"time":{when}'
            + (f',"value":{value!r}}}' if value else "}")
            for row, kind, when, value in zip(
                rows,
                histories.type[events].tolist(),
                time[events].tolist(),
                histories.value[events].tolist(),
                strict=True,
            )
        )
        # A device's modes ask what was bought; an evaluation's ask what occurs in the history.
        field = HAD_AS.get(mode)
        which = f'"{field}":[{",".join(items[row] for row in dict.fromkeys(rows))}],' if field else ""
        told = json.dumps(facts[visitor]) if facts else "{}"
        yield (
            f'{{"now":{MOMENT},"limit":{limit},"source":"{source}","context":{told},'
            f'{which}"interactions":[{interactions}]}}\n'
        )


def _by_visitor(ratings: Ratings) -> tuple[Int, list[Int]]:
    """The visitors, ascending, and the places of each one's ratings, in their order."""
    order = np.argsort(ratings.user, kind="stable")
    visitors, starts = np.unique(ratings.user[order], return_index=True)
    return visitors, np.split(order, starts[1:])


def _questions(
    ids: Sequence[str], known: Ratings, asked: Ratings, visitors: Int, places: Sequence[Int]
) -> Iterator[str]:
    """One line of JSON a visitor, whose ratings are a second apart: their order counts, not their age."""
    raters, rated = _by_visitor(known)
    place_of = {int(rater): place for place, rater in enumerate(raters)}
    for visitor, wanted in zip(visitors.tolist(), places, strict=True):
        mine = rated[place_of[visitor]] if visitor in place_of else np.zeros(0, np.int64)
        interactions = [
            {"type": RATING, "item": ids[row], "time": MOMENT - 1000 * (len(mine) - order), "value": stars}
            for order, (row, stars) in enumerate(
                zip(known.item[mine].tolist(), known.value[mine].tolist(), strict=True)
            )
        ]
        items = [ids[row] for row in asked.item[wanted].tolist()]
        yield json.dumps({"now": MOMENT, "interactions": interactions, "predict": items}) + "\n"


def _facts(contents: PackContents, indices: Int) -> dict[str, str | int]:
    """What an app would have to say for these indices; see "Context indices" in ``docs/model.md``."""
    facts: dict[str, str | int] = {}
    for field, index in zip(contents.context, indices.tolist(), strict=True):
        if index == 0:
            continue
        if field.name == "hour":
            facts[field.name] = index - 1
        elif field.name == "weekday":
            facts[field.name] = index
        else:
            facts[field.name] = field.values[index - 1]
    return facts


def _filled(rows: list[int], limit: int, items: int) -> list[int]:
    """The rows, and after them the smallest others, up to ``limit``."""
    if len(rows) >= limit:
        return rows[:limit]
    taken = set(rows)
    others = (row for row in range(items) if row not in taken)
    return rows + [row for row, _ in zip(others, range(limit - len(rows)), strict=False)]
