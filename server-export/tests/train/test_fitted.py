"""The settings of a log without times are fitted to the room in a pack."""

from __future__ import annotations

from evaluate.small_logs import log_of
from recluse_export.models.settings import ModelSettings
from recluse_export.shapes import Log
from recluse_export.train.fitted import ENTRY_BYTES, fitted_to

SETTINGS = ModelSettings()


def shop(count: int) -> Log:
    """Two users of as many items."""
    return log_of([[(0, 0, 0), (1, 1, 1)], [(1, 0, 0), (0, 1, 1)]], count, has_time=False)


def test_a_shop_of_few_items_gets_the_widest_rows_and_all_entries() -> None:
    fitted = fitted_to(SETTINGS, shop(100))
    assert fitted.tower.size == SETTINGS.tower.wide_size
    assert fitted.linear.most_entries > 100 * max(SETTINGS.linear.strongest_by_order)


def test_rows_and_matrix_of_many_items_keep_to_the_pack() -> None:
    count = 12_000
    fitted = fitted_to(SETTINGS, shop(count))
    room = SETTINGS.pack_bytes_an_item * count
    # An entry takes more where targets lie farther apart: 2.7 bytes were measured among so many items.
    assert fitted.linear.most_entries * 2.7 + fitted.tower.size * count * 1.04 < room
    assert fitted.linear.most_entries < (room - fitted.tower.size * count) / ENTRY_BYTES
    assert fitted.linear.most_entries / count > 16


def test_steps_and_windows_are_no_longer_than_a_small_log() -> None:
    fitted = fitted_to(SETTINGS, shop(50))
    assert fitted.encoder.events == 8
    assert fitted.encoder.places == SETTINGS.encoder.least_places
