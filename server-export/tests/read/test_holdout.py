from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recluse_export.read.holdout import held_out

users = st.lists(st.text(min_size=1, max_size=6), unique=True, max_size=40)


@given(users, st.integers(0, 50))
def test_as_many_users_are_held_out_as_asked_for(names: list[str], count: int) -> None:
    assert held_out(names, count).sum() == min(count, len(names))


@given(users, st.integers(0, 50), st.randoms())
def test_the_choice_does_not_depend_on_the_order_of_users(names: list[str], count: int, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(names)
    random.shuffle(shuffled)
    one = {name for name, held in zip(names, held_out(names, count), strict=True) if held}
    two = {name for name, held in zip(shuffled, held_out(shuffled, count), strict=True) if held}
    assert one == two


@given(users.filter(lambda names: len(names) > 1))
def test_a_user_more_moves_at_most_one_other(names: list[str]) -> None:
    count = len(names) // 2
    before = {name for name, held in zip(names[1:], held_out(names[1:], count), strict=True) if held}
    after = {name for name, held in zip(names, held_out(names, count), strict=True) if held}
    assert len(before - after) <= 1
