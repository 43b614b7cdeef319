"""Golden vectors of items that an app adds to a pack: who stands for them, and the numbers that follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from recluse_export.features.item import categories
from recluse_export.features.new_item import mean_of, standing_for
from recluse_export.features.new_item_numbers import new_rows, with_new_priors, with_new_targets
from recluse_export.features.signals import Counting
from recluse_export.shapes import Float, Items, Linear, Priors

ADDED = [
    ("a title of known words", "FLUID MILK WHITE ONLY, 1 l", 0, "Private"),
    ("a title of unknown words", "Kefir (ökologisch)", 1, None),
    ("no word at all", "—", 2, "Private"),
    ("another category with the same words", "Bananas & Soft Drinks", 5, None),
]
"""Name, title, place among the leaf categories, brand."""
PRIORS = ("popularity", "recent", "interval", "repeat")


def new_item_cases(items: Items, counting: Counting, row: Float, bias: Float) -> dict[str, Any]:
    """A pack with brands, the items that are added to it, and what they get.

    Parameters
    ----------
    items, counting
        What the pack knows.
    row, bias
        ``[items, size]`` its rows as they are multiplied out, and ``[items]`` their biases.
    """
    brands = ["Private" if one else "National" for one in items.attributes["private"]]
    known = np.arange(len(items), dtype=np.int32)
    new = np.arange(len(items), len(items) + len(ADDED), dtype=np.int32)
    leaves = np.unique(items.leaf)
    leaf = np.array([leaves[place] for _, _, place, _ in ADDED], np.int32)
    grown = replace(
        items,
        titles=[*items.titles, *(title for _, title, _, _ in ADDED)],
        brand=[*brands, *(brand for _, _, _, brand in ADDED)],
        leaf=np.concatenate([items.leaf, leaf]),
        ids=[*items.ids, *(f"new {place}" for place in range(len(ADDED)))],
    )
    shares = standing_for(grown, new, known)
    linear = with_new_targets(_room_for(counting.linear, len(ADDED)), new, shares)
    priors = with_new_priors(
        Priors(*(_longer(getattr(counting.priors, name), len(ADDED)) for name in PRIORS)), new, shares
    )
    rows = new_rows(np.pad(row, ((0, len(ADDED)), (0, 0))), shares)
    return {
        "titles": items.titles,
        "brands": brands,
        "added": [
            {
                "name": name,
                "item": {
                    "id": grown.ids[new[place]],
                    "title": title,
                    "categories": [items.categories[one].name for one in categories(int(new[place]), grown)],
                    **({} if brand is None else {"brand": brand}),
                },
                "shares": {
                    "row": shares[place].indices.tolist(),
                    "share": [float(share) for share in shares[place].data],
                },
                "row": [float(value) for value in rows[place]],
                "bias": float(mean_of(_longer(bias, len(ADDED)), shares)[place]),
                **{name: float(getattr(priors, name)[new[place]]) for name in PRIORS},
            }
            for place, (name, title, _, brand) in enumerate(ADDED)
        ],
        "linear": {
            "scale": [float(scale) for scale in linear.scale],
            "offset": linear.offset.tolist(),
            "target": linear.target.tolist(),
            "weight": linear.weight.tolist(),
        },
    }


def _longer(values: Float, more: int) -> Float:
    return np.pad(values, (0, more))


def _room_for(linear: Linear, more: int) -> Linear:
    return replace(
        linear,
        scale=np.pad(linear.scale, (0, more), constant_values=1),
        offset=np.pad(linear.offset, (0, more), mode="edge"),
    )
