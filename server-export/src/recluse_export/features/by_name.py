"""The features by the names under which people look for them; "Features by name" of ``docs/model.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from recluse_export.features.affinity import preferred_categories
from recluse_export.features.co_occurrence import co_occurrence
from recluse_export.features.context import device, hour, place, weekday
from recluse_export.features.habit import repeat_interval
from recluse_export.features.item import age, attributes, categories
from recluse_export.features.priors import popularity
from recluse_export.features.sequence import sequences
from recluse_export.features.visitor import avg_rating, recency_score, total_interactions

FEATURES: Mapping[str, Callable[..., Any]] = {
    "total_interactions": total_interactions,
    "avg_rating": avg_rating,
    "preferred_categories": preferred_categories,
    "recency_score": recency_score,
    "popularity": popularity,
    "categories": categories,
    "attributes": attributes,
    "age": age,
    "co_occurrence": co_occurrence,
    "sequence": sequences,
    "repeat_interval": repeat_interval,
    "hour": hour,
    "weekday": weekday,
    "device": device,
    "place": place,
}
"""Each name's one definition: of the visitor, of the item, of both together, of the moment."""
