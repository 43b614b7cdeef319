"""Every model of the zoo keeps the one interface."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.random_log import DAY, TYPES, random_log
from recluse_export.errors import ProblemError
from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import before, targets_after
from recluse_export.features.history import histories_at
from recluse_export.models import zoo
from recluse_export.models.base import recommend, scores_of
from recluse_export.models.choose import choose, usable
from recluse_export.models.item_to_item import ItemToItem
from recluse_export.shapes import ContextField, EventType

CUT = 1_512_086_400
GROCERY_TYPES = [
    EventType(name, 1.0, True, 1) for name in ("purchase", "cart", "view", "dislike", "rating", "impression")
]
FAST = {"size": 8, "events": 10, "epochs": 4, "batch": 32, "learning_rate": 0.01, "dropout": 0.0}
SMALL = {
    "als": {"factors": 8, "events": 20},
    "slim": {"neighbours": 20},
    "text": {"encoder": "topics"},
    "neumf": FAST,
    "sasrec": FAST,
    "esasrec": FAST,
}
LINEAR = ["item-to-item", "bm25", "ease", "edlae", "slim", "slit", "slist", "content", "text"]


def fitted(name, log, until, types=TYPES):
    return zoo.create(name, SMALL.get(name), event_types=types).fit(log, until)


def test_an_unknown_model_is_answered_with_the_models_that_there_are():
    with pytest.raises(ProblemError, match=r"'eaze' is no model\. Models: popularity, .*ease.*slist"):
        zoo.create("eaze", event_types=TYPES)


def test_an_unknown_setting_is_answered_with_the_settings_that_there_are():
    with pytest.raises(ProblemError, match=r"ease: l3 is not a setting\. Settings: .*l2"):
        zoo.create("ease", {"l3": 1}, event_types=TYPES)


def test_a_value_that_makes_no_sense_is_named_with_its_setting():
    with pytest.raises(ProblemError, match=r"ease: l2: .*greater than 0.*found: -1"):
        zoo.create("ease", {"l2": -1}, event_types=TYPES)


@pytest.mark.parametrize("name", list(zoo.ZOO))
def test_every_default_of_the_search_is_a_setting_that_the_model_takes(name):
    for setting, values in zoo.entry(name).tries.items():
        for value in values:
            zoo.settings_of(name, {setting: value})


@pytest.mark.parametrize("name", list(zoo.ZOO))
def test_every_model_beats_chance_on_groceries(name, small_log):
    targets = targets_after(small_log, CUT, 7)
    histories = histories_at(small_log, targets.users, targets.now, GROCERY_TYPES, 1000)
    model = fitted(name, before(small_log, CUT), CUT, GROCERY_TYPES)
    assert model.name == name
    recall = measure(recommend(model, histories, 20), targets)["recall@10"].mean()
    assert recall > 4 * 10 / 400


@pytest.mark.parametrize("has_time", [True, False])
@pytest.mark.parametrize("name", list(zoo.ZOO))
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_scores_are_finite_for_any_log_and_for_a_stranger(name, has_time, seed):
    log = random_log(seed, has_time=has_time)
    until = 101 * DAY if has_time else 20
    if not has_time and "times" in zoo.entry(name).needs:
        with pytest.raises(ProblemError, match="times"):
            fitted(name, log, until)
        return
    model = fitted(name, log, until)
    users = np.append(np.arange(log.user_count), 0)
    now = np.append(np.full(log.user_count, until), 0)
    histories = histories_at(log, users, now, TYPES, 1000)
    assert len(histories.visitors(log.user_count, log.user_count + 1).row) == 0
    scores = scores_of(model, histories)
    assert scores.shape == (len(users), len(log.items))
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(scores, fitted(name, log, until).scores(histories), rtol=1e-6)


@pytest.mark.parametrize("name", LINEAR)
def test_an_item_to_item_model_learns_nothing_from_events_after_the_cut(name):
    log = random_log(3)
    histories = histories_at(log, np.arange(12), np.full(12, 50 * DAY), TYPES, 1000)
    whole, past = fitted(name, log, 50 * DAY), fitted(name, before(log, 50 * DAY), 50 * DAY)
    assert isinstance(whole, ItemToItem)
    np.testing.assert_allclose(whole.scores(histories), past.scores(histories), rtol=1e-5, atol=1e-6)
    later = fitted(name, log, 101 * DAY)
    if name not in ("content", "text"):
        assert not np.allclose(whole.scores(histories), later.scores(histories))


def test_candidates_restrict_the_rows_and_keep_their_order():
    log = random_log(1)
    model = fitted("ease", log, 101 * DAY)
    histories = histories_at(log, np.arange(12), np.full(12, 101 * DAY), TYPES, 1000)
    every = recommend(model, histories, 9)
    some = recommend(model, histories, 5, candidates=np.array([7, 2, 4], np.int32))
    assert some.shape == (12, 3)
    for whole, part in zip(every, some, strict=True):
        assert [row for row in whole if row in (2, 4, 7)] == part.tolist()


def test_what_is_popular_with_a_profile_is_asked_with_the_context():
    log = random_log(5)
    buys = {"even": set(), "odd": set()}
    profile = ["even" if user % 2 == 0 else "odd" for user in range(12)]
    for user, item in zip(log.user, log.item, strict=True):
        buys[profile[user]].add(int(item))
    log.profiles["kind"] = profile
    field = ContextField("kind", ["even", "odd"])
    made = zoo.create(
        "popularity-by-segment",
        {"segment": "kind", "smoothing": 0.01},
        event_types=TYPES,
        context=[field],
    )
    model = made.fit(log, 101 * DAY)
    histories = histories_at(log, np.arange(3), np.zeros(3, int), TYPES, 10)
    lists = recommend(model, histories, 1, context=np.array([[1], [2], [0]], np.int32))
    counts = [
        np.bincount(log.item[np.isin(log.user % 2, kinds)], minlength=9) for kinds in ([0], [1], [0, 1])
    ]
    decayed_enough = [counts[place][row] for place, row in enumerate(lists[:, 0])]
    assert all(count > 0 for count in decayed_enough)
    assert not np.allclose(*model.scores(histories, np.array([[1], [2], [0]], np.int32))[:2])
    with pytest.raises(ProblemError, match=r"'shoe size' is no segment here\. Segments: category, kind"):
        zoo.create("popularity-by-segment", {"segment": "shoe size"}, event_types=TYPES, context=[field]).fit(
            log, 101 * DAY
        )


def test_decays_in_days_are_tried_only_where_there_are_days():
    tries = {"half_life_days": [1.0], "half_life_events": [2.0], "l2": [3.0]}
    assert set(usable(tries, True)) == {"half_life_days", "l2"}
    assert set(usable(tries, False)) == {"half_life_events", "l2"}


@pytest.mark.parametrize("name", [*LINEAR, "als"])
def test_another_decay_on_a_fitted_model_is_as_good_as_fitting_again(name):
    log = random_log(6)
    histories = histories_at(log, np.arange(12), np.full(12, 101 * DAY), TYPES, 1000)
    checked = zoo.settings_of(name, {**SMALL.get(name, {}), "half_life_days": 3.0})
    model = fitted(name, log, 101 * DAY).with_decay(checked)
    again = zoo.create(name, checked, event_types=TYPES).fit(log, 101 * DAY)
    if model is None:
        assert name in ("slit", "slist", "item-to-item", "bm25")
    else:
        np.testing.assert_allclose(model.scores(histories), again.scores(histories), rtol=1e-4, atol=1e-6)


def test_validation_chooses_the_settings_that_rank_best(small_log):
    past = before(small_log, CUT)
    choice = choose(
        "ease",
        past,
        CUT,
        event_types=GROCERY_TYPES,
        repeats=True,
        start={"l2": 1e6},
        tries={"l2": [1.0], "half_life_days": [60.0]},
    )
    assert choice.settings["l2"] == 1.0
    assert max(one.worth for one in choice.tried) > choice.tried[0].worth
