"""Real histories of users whom training never saw, with what they did next, for the parity test.

``python -m recluse_export.export.households --config configs/grocery.toml --out FILE`` writes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, TypedDict

import numpy as np
import typer

from recluse_export.config import Config, read_config
from recluse_export.evaluate.figures import windows
from recluse_export.export.visitor import Interaction
from recluse_export.features.context import clock
from recluse_export.features.history import positions_before
from recluse_export.read import load
from recluse_export.read.holdout import held_out
from recluse_export.shapes import Log


class Household(TypedDict):
    """A visitor, and the items that they turned to afterwards."""

    user: str
    now: int
    context: dict[str, str | int]
    interactions: list[Interaction]
    targets: list[str]


def households(log: Log, config: Config, count: int, events: int) -> list[Household]:
    """Held-out users with the newest ``events`` before the cut as history and the longest window after it as
    targets.

    The context is complete, so that no clock of the reader's machine has a say.
    """
    targets = list(windows(log, config.split.cut_seconds, config.split.days).values())[-1]
    places = np.flatnonzero(held_out(log.users, config.split.holdout_users)[targets.users])[:count]
    told = []
    for place in places:
        user, now = int(targets.users[place]), int(targets.now[place])
        stop = int(positions_before(log, np.array([user]), np.array([now]))[0])
        start = max(int(log.offsets[user]), stop - events)
        profile = {
            name: values[user] for name, values in log.profiles.items() if name in config.context.profile
        }
        told.append(
            Household(
                user=log.users[user],
                now=now * 1000,
                context={
                    **clock(now, log.utc_offset_hours),
                    **{name: value for name, value in profile.items() if value},
                    **_told_at(log, stop, user),
                },
                interactions=[
                    Interaction(
                        type=log.event_types[log.type[event]],
                        item=log.items.ids[log.item[event]],
                        time=int(log.time[event]) * 1000,
                        value=round(float(log.value[event]), 2),
                    )
                    for event in range(start, stop)
                ],
                targets=[
                    log.items.ids[row]
                    for row in targets.item[targets.offsets[place] : targets.offsets[place + 1]]
                ],
            )
        )
    return told


def _told_at(log: Log, event: int, user: int) -> dict[str, str]:
    """What the user's next event says of its moment."""
    if event >= log.offsets[user + 1]:
        return {}
    codes = {name: int(column.code[event]) for name, column in log.context.items()}
    return {name: log.context[name].values[code] for name, code in codes.items() if code >= 0}


def main(
    config: Annotated[Path, typer.Option(help="The run's TOML file.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    count: Annotated[int, typer.Option(help="Households at most.")] = 200,
    events: Annotated[int, typer.Option(help="Newest events of each.")] = 90,
) -> None:
    """Write the households, one a line."""
    settings = read_config(config)
    log, _ = load(settings)
    lines = [json.dumps(one, separators=(",", ":")) for one in households(log, settings, count, events)]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
