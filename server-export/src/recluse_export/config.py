"""One TOML file says everything about a run: where the data lies, how it is cleaned, split, trained and
named.

Unknown keys are refused, so that a typing error can't silently change a run.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from recluse_export.errors import ProblemError
from recluse_export.evaluate.settings import EvaluateSettings
from recluse_export.models.rating_settings import RatingSettings
from recluse_export.models.settings import ModelSettings


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _rules(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules of a shape that is right; whether the catalogue has their attributes shows at export."""
    if not rules:
        return []
    # Only where there are rules: the pack's reader brings ONNX along.
    from recluse_export.pack.rules import check_rules, rules_from_toml

    plain = rules_from_toml(rules)
    try:
        check_rules(plain)
    except ProblemError as problem:
        raise ValueError(str(problem).rstrip(".")) from None
    return plain


class Settings(BaseModel):
    """Base of every section: unknown keys are errors, values can't be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


ContextName = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_-]*$")]


class InteractionsSource(Settings):
    """One file (or folder, or glob) of interactions and the names of its columns."""

    path: Annotated[list[str], BeforeValidator(_as_list)]
    """File, folder or glob, relative to the configuration file; several as a list."""
    layout: Literal["rows", "sequences"] = "rows"
    """``sequences``: a text file whose lines are ``user item item ...``, oldest first."""
    user: str = "user"
    """Column of the user's id."""
    item: str = "item"
    """Column of the item's id."""
    type: str | None = None
    """Column of the event type; None where every row is of ``default_type``."""
    types: dict[str, str] = Field(default_factory=dict)
    """From the source's names of types to the names under ``[[events]]``; a type that is not named here
    keeps its name."""
    default_type: str = "purchase"
    time: str | None = None
    """Column of the time; None where the log has none."""
    time_unit: Literal["seconds", "milliseconds", "microseconds", "text"] = "text"
    """``text``: ISO 8601 (or ``time_format``), in UTC unless it says otherwise. Numbers count from 1970."""
    time_format: str | None = None
    """For times as text that are not ISO 8601, for example ``%d/%m/%Y %H:%M``."""
    order: str | None = None
    """Column of numbers that put a user's events in order where times are equal or absent."""
    value: str | None = None
    """Column of the money paid or the stars given."""
    price: str | None = None
    """Column of the price of one piece; the value is price x quantity where there is no ``value``."""
    basket: str | None = None
    """Column of the order or basket number."""
    quantity: str | None = None
    """Column of the number of pieces; rows of 0 or less can be dropped by ``clean.positive_quantity``."""
    context: dict[ContextName, str] = Field(default_factory=dict)
    """Columns that say something of the moment, by the name that the app's ``context`` has for them:
    ``{ device = "platform", place = "store_id" }``. The model knows their most frequent values."""

    @model_validator(mode="after")
    def _context_is_readable(self) -> InteractionsSource:
        clock = [name for name in ("hour", "weekday") if name in self.context]
        if clock:
            raise ValueError(f"context: {clock[0]} is taken from the log's times. Remove it")
        if self.context and self.layout == "sequences":
            raise ValueError('context: a file with layout = "sequences" has no columns. Remove it')
        return self


class ItemsSource(Settings):
    """One file of the catalogue. Further files are joined to the first by item id."""

    path: Annotated[list[str], BeforeValidator(_as_list)]
    layout: Literal["rows", "object"] = "rows"
    """``object``: one JSON object from item id to a list of attribute values."""
    item: str = "item"
    title: str | None = None
    categories: list[str] = Field(default_factory=list)
    """Columns from broad to narrow."""
    separator: str | None = None
    """Where a category column holds several at once: the first becomes the category, all stay as an
    attribute."""
    brand: str | None = None
    price: str | None = None
    created: str | None = None
    """Column of the day or time since when the item is for sale (ISO 8601, or seconds since 1970)."""
    attributes: list[str] = Field(default_factory=list)
    """Further columns to keep."""


class UsersSource(Settings):
    """One file of what is known about users."""

    path: Annotated[list[str], BeforeValidator(_as_list)]
    user: str = "user"
    profile: list[str]
    """Columns to keep."""


class SourceSettings(Settings):
    """Where the data lies."""

    kind: Literal["completejourney", "files"]
    """``completejourney``: the Python package of that name. ``files``: your own."""
    interactions: Annotated[list[InteractionsSource], BeforeValidator(_as_list)] = Field(default_factory=list)
    items: Annotated[list[ItemsSource], BeforeValidator(_as_list)] = Field(default_factory=list)
    users: UsersSource | None = None
    utc_offset_hours: float = Field(default=0, ge=-14, le=14)
    """Local time minus UTC, for hour and weekday."""
    price_from_sales: bool = False
    """Take an item's price from the median of value / quantity in the log."""

    @model_validator(mode="after")
    def _kind_and_files_agree(self) -> SourceSettings:
        if self.kind == "files" and not self.interactions:
            raise ValueError('kind = "files" needs [[source.interactions]] with a path')
        if self.kind != "files" and (self.interactions or self.items or self.users):
            raise ValueError(
                f'kind = "{self.kind}" knows its files; remove [[source.interactions]], [[source.items]] '
                "and [source.users]"
            )
        return self


class DropRule(Settings):
    """Items of the catalogue, or rows of the log, that are none of the recommender's business."""

    column: str
    """A column of the catalogue; of the log, where ``table = "interactions"``."""
    values: list[str] = Field(default_factory=list)
    """Exact values."""
    matching: list[str] = Field(default_factory=list)
    """Regular expressions, searched for in the value."""
    missing: bool = False
    """Whether rows without a value go, too."""
    table: Literal["items", "interactions"] = "items"
    why: str
    """For the report: "not merchandise"."""


class Cancelled(Settings):
    """How the log marks what was taken back."""

    column: str = "basket"
    prefix: str
    """Rows whose column begins so are cancellations: they go, with the newest earlier purchase of the same
    user, item and quantity."""


class CleanSettings(Settings):
    """What is dropped before anything is learned."""

    drop: list[DropRule] = Field(default_factory=list)
    drop_types: list[str] = Field(default_factory=list)
    cancelled: Cancelled | None = None
    positive_quantity: bool = True
    """Drop rows whose quantity is 0 or less."""
    duplicates: Literal["basket", "moment", "keep"] = "basket"
    """``basket``: one event per user, basket, item and type. ``moment``: one per user, time, item and
    type."""
    duplicate_values: Literal["add", "largest"] = "add"
    """What becomes of the values of duplicates: money is added, of stars the largest is kept."""
    merge_identical: bool = False
    """Items that differ in nothing but their id become one; the most bought id stands for it."""
    min_item_events: int = Field(default=1, ge=1)
    max_items: int | None = Field(default=None, ge=1)
    """Keep the items with the most events."""
    min_user_events: int = Field(default=1, ge=1)
    min_user_baskets: int = Field(default=1, ge=1)
    repeat: bool = True
    """Apply the lower bounds for items and users again until nothing changes; else once, items first."""
    unknown_items: Literal["refuse", "drop"] = "refuse"
    """What to do with items in the log that the catalogue lacks."""
    unreadable_times: Literal["refuse", "drop"] = "drop"
    impossible_times: Literal["refuse", "drop"] = "refuse"
    """What to do with times before 1970 or in the future."""


class EventValue(Settings):
    """Weight is multiplied by ``max(0, base + slope * value)``."""

    base: float
    slope: float


class EventSettings(Settings):
    """One event type; see "Event weight" in ``docs/model.md``."""

    name: str = Field(pattern="^[a-z][a-z0-9_-]*$")
    weight: float
    habit: bool = False
    """Whether it counts for buying again."""
    token: int = Field(default=1, ge=0)
    """What the encoder sees, 0 = nothing."""
    value: EventValue | None = None


class ContextSettings(Settings):
    """What the encoder may know besides the history."""

    profile: list[str] = Field(default_factory=list)
    """Columns of the users' table."""
    hour: bool = True
    weekday: bool = True
    most_values: int = Field(default=200, ge=1)
    """Values of each column of single interactions that the model knows: the most frequent. Any other is
    unknown, as is one that fewer than ``fewest_users`` users have."""
    fewest_users: int = Field(default=5, ge=1)


SplitKind = Literal["time", "leave-one-out", "last-basket", "last-basket-after-cut", "user-disjoint"]
"""How a log is divided into what training may see and what is asked for; see :class:`SplitSettings`."""


class SplitSettings(Settings):
    """What training may see and what it is measured on."""

    kind: SplitKind = "time"
    """``time``: training sees what was before ``cut``; targets are what each user does in the ``days`` after.
    ``leave-one-out``: each user's last event is the target, everything before it trains.
    ``last-basket``: the same with each user's last basket, as papers on baskets do. Both let training see
    what others did later than a user's target.
    ``last-basket-after-cut``: training as for ``time``, targets the last baskets that begin after ``cut``.
    ``user-disjoint``: targets are of ``holdout_users`` whom training never sees: the windows after ``cut``,
    or, without one, their last baskets.
    A log without times is always split by its users' last events or baskets."""
    cut: datetime | None = None
    """UTC."""
    days: list[int] = Field(default_factory=lambda: [7, 31])
    """Lengths of the target windows after the cut; the first is the one by which models are chosen."""
    holdout_users: int = Field(default=0, ge=0)
    """How many users training never sees, chosen by a stable hash of their ids; 0 means a tenth of them where
    ``kind = "user-disjoint"``."""

    @model_validator(mode="after")
    def _time_needs_a_cut(self) -> SplitSettings:
        if self.kind in ("time", "last-basket-after-cut") and self.cut is None:
            raise ValueError(f'kind = "{self.kind}" needs cut, for example cut = 2017-12-01')
        return self

    @property
    def cut_seconds(self) -> int:
        """The cut in seconds since 1970."""
        if self.cut is None:
            raise ValueError("this split has no cut")
        moment = self.cut if self.cut.tzinfo else self.cut.replace(tzinfo=UTC)
        return int(moment.timestamp())


class PackSettings(Settings):
    """What the pack says about itself."""

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    licence: str
    source: str


class SampleShopper(Settings):
    """A held-out user whom the demo shows by a name."""

    user: str
    name: str
    about: str = ""


class Config(Settings):
    """A whole run."""

    path: Path = Field(exclude=True)
    """The file it came from; paths inside are relative to its folder."""
    source: SourceSettings
    clean: CleanSettings = CleanSettings()
    events: list[EventSettings] = Field(min_length=1)
    context: ContextSettings = ContextSettings()
    split: SplitSettings
    model: ModelSettings = ModelSettings()
    evaluate: EvaluateSettings = EvaluateSettings()
    ratings: RatingSettings = RatingSettings()
    pack: PackSettings
    samples: list[SampleShopper] = Field(default_factory=list)
    rules: Annotated[list[dict[str, Any]], AfterValidator(_rules)] = Field(default_factory=list)
    """What the shop wants of every list, shipped with the pack: ``docs/recipes/rules.md``."""

    @model_validator(mode="after")
    def _each_context_has_one_origin(self) -> Config:
        told = {name for source in self.source.interactions for name in source.context}
        twice = sorted(told & set(self.context.profile))
        if twice:
            raise ValueError(
                f"context {twice[0]!r} is a column of the interactions and of the users. Rename one of them"
            )
        return self

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from."""
        return self.path.parent


def read_config(path: Path) -> Config:
    """Read and check a configuration.

    Raises
    ------
    ProblemError
        The file is missing, is no TOML, or has keys or values that are not known; the message names each
        with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProblemError(
            f"{path}: can't be read ({error.strerror}). Give the path of a TOML file with --config."
        ) from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProblemError(f"{path}: is not valid TOML: {error}. Mend that line.") from None
    document.pop("path", None)
    try:
        return Config.model_validate({**document, "path": path.resolve()})
    except ValidationError as error:
        problems = [_explain(problem, text) for problem in error.errors()]
        raise ProblemError(f"{path}: " + f"\n{path}: ".join(problems)) from None


def _explain(problem: Any, text: str) -> str:
    place = list(problem["loc"])
    name = ".".join(str(part) for part in place) or "the file"
    line = _line_of(place, text)
    where = f"line {line}: " if line else ""
    if problem["type"] == "extra_forbidden":
        return f"{where}{name} is not a setting. Settings here: {', '.join(sorted(_known_keys(place[:-1])))}."
    if problem["type"] == "missing":
        return f"{where}{name} is missing. Add it."
    message = problem["msg"].removeprefix("Value error, ")
    found = "" if isinstance(problem["input"], dict) else f" (found: {problem['input']!r})"
    return f"{where}{name}: {message}{found}."


def _known_keys(place: list[Any]) -> list[str]:
    """Names of the settings in the section at ``place``."""
    section: Any = Config
    for part in place:
        if isinstance(part, int):
            continue
        section = _section_within(section.model_fields[part].annotation)
    return [name for name in section.model_fields if name != "path" or section is not Config]


def _section_within(annotation: Any) -> Any:
    """The settings class inside ``X``, ``X | None``, ``list[X]`` or ``Annotated[...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _section_within(inner)
        if found is not None:
            return found
    return None


def _line_of(place: list[Any], text: str) -> int | None:
    """Line of a setting in the TOML text, or of the nearest section around it that is there."""
    lines = _lines(text)
    while place:
        if tuple(place) in lines:
            return lines[tuple(place)]
        place = place[:-1]
    return None


def _lines(text: str) -> dict[tuple[Any, ...], int]:
    """Where each section and key begins, by its place as pydantic names it: ``("events", 1, "weight")``."""
    found: dict[tuple[Any, ...], int] = {}
    tables: dict[tuple[Any, ...], int] = {}
    section: tuple[Any, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line)
        key = re.match(r'\s*"?([A-Za-z0-9_-]+)"?\s*=', line)
        if header:
            section = tuple(header[2].split("."))
            found.setdefault(section, number)
            if header[1] == "[[":
                tables[section] = tables.get(section, -1) + 1
                section = (*section, tables[section])
                found[section] = number
        elif key:
            found.setdefault((*section, key[1]), number)
    return found
