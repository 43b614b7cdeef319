"""Rows and items that are one and the same."""

from __future__ import annotations

from typing import Literal

import ibis

from recluse_export.read.tables import CONTEXT, Tables, settle


def merge_identical_items(tables: Tables) -> Tables:
    """Make one item of those that agree in every column but their id and their price.

    The id with the most events stands for all, equal counts by id; the interactions of the others become its
    own.
    """
    items, log = tables.items, tables.interactions
    described = [name for name in items.columns if name not in ("item", "price", "created")]
    support = log.group_by("item").aggregate(events=log.count())
    counted = items.left_join(support, "item").drop("item_right").fill_null({"events": 0})
    window = ibis.window(group_by=described, order_by=[ibis.desc("events"), ibis.asc("item")])
    counted = counted.mutate(same_as=counted.item.first().over(window))
    stands_for = settle(tables.engine, counted.select("item", "same_as"))
    renamed = log.inner_join(stands_for, "item")
    renamed = renamed.mutate(item=renamed.same_as).drop("same_as")
    representatives = stands_for.select(item="same_as").distinct()
    return tables.with_interactions(renamed).with_items(items.semi_join(representatives, "item"))


def merge_duplicates(
    tables: Tables, by: Literal["basket", "moment"], values: Literal["add", "largest"]
) -> Tables:
    """Make one event of those of the same user, basket (or time), item and type: the first of them, with the
    sum (or
    the largest) of values and the sum of quantities.

    Sums are exact decimals, so that the order in which the engine adds can't show in the last digit.
    """
    log = tables.interactions
    same = ["user", "item", "type", "basket"] if by == "basket" else ["user", "item", "type", "time"]
    if by == "basket":
        # Without a basket, events of one moment are one basket.
        log = log.mutate(moment=ibis.ifelse(log.basket.isnull(), log.time, ibis.null("int64")))
        same = [*same, "moment"]
    others = {
        "time": log.time.min(),
        "time_text": log.time_text.min(),
        "order": log.order.min(),
        "basket": log.basket.min(),
        "value": log.value.cast("decimal(18, 4)").sum().cast("float64")
        if values == "add"
        else log.value.max(),
        "quantity": log.quantity.cast("decimal(18, 4)").sum().cast("float64"),
        **{CONTEXT + name: log[CONTEXT + name].min() for name in tables.context},
    }
    merged = log.group_by(same).aggregate(
        **{name: value for name, value in others.items() if name not in same}
    )
    return tables.with_interactions(merged.select(*tables.interactions.columns))
