"""What stands in the tables of a map, as the things of the model?

Everything here works inside the transaction of the connection it is given.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Sequence
from dataclasses import fields
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from assetmap.errors import InputError, StoreError
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.inventory import Inventory
from assetmap.model.issues import COLUMNS as ISSUE_COLUMNS
from assetmap.model.issues import message_from_json, message_json
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import Provenance
from assetmap.store import tables as t
from assetmap.store.frames import read_frame, rows_of
from assetmap.store.home import Home

PROGRAM = "assetmap"


def sign(connection: sa.Connection) -> None:
    """Note which program made the tables, in which version, and give the store a name of its own."""
    row = {"version": t.VERSION, "program": f"{PROGRAM} {version(PROGRAM)}", "applied_at": now()}
    connection.execute(sa.insert(t.schema_version), [row])
    set_settings(connection, store=uuid.uuid4().hex[:12])


def signed_version(connection: sa.Connection) -> int | None:
    """The version of the tables, or None where another program made them."""
    columns = {column["name"] for column in sa.inspect(connection).get_columns("schema_version")}
    if not columns.issuperset(t.schema_version.c.keys()):
        return None
    rows = connection.execute(sa.select(t.schema_version.c.version, t.schema_version.c.program)).fetchall()
    ours = [row.version for row in rows if str(row.program).startswith(PROGRAM)]
    return max(ours, default=None)


def now() -> str:
    """This moment as GeoPackage writes it: UTC with three decimals."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def setting_of(connection: sa.Connection, key: str, default: Any = None) -> Any:
    """One setting as a plain value."""
    text = connection.scalar(sa.select(t.setting.c.value).where(t.setting.c.key == key))
    return default if text is None else json.loads(text)


def set_settings(connection: sa.Connection, **values: Any) -> None:
    """Put plain values in place of settings."""
    rows = [{"key": key, "value": json.dumps(value, ensure_ascii=False, default=str)} for key, value in values.items()]
    upsert(connection, t.setting, "key", rows)


def touch(connection: sa.Connection) -> None:
    """Count a change."""
    value = sa.cast(sa.cast(t.setting.c.value, sa.Integer) + 1, sa.Text)
    counted = connection.execute(sa.update(t.setting).where(t.setting.c.key == "revision").values(value=value))
    if not counted.rowcount:
        set_settings(connection, revision=1)


def files_of(connection: sa.Connection) -> set[str]:
    """The files that the map names."""
    beside = {part["file"] for part in setting_of(connection, "sidecars", {}).values()}
    return beside | {name for name in connection.scalars(sa.select(t.snapshot.c.file)) if name}


def demand_version(found: int | None, place: str) -> None:
    """Make sure that tables are ours and of this version.

    Raises:
        StoreError: They are not.
    """
    if found is None:
        raise StoreError(
            M("{file} was not written by assetmap. It was left as it is. Choose another place with --store.",
              file=place)
        )  # fmt: skip
    if found > t.VERSION:
        raise StoreError(
            M("This store has version {found}, this assetmap knows versions up to {known}. Nothing was changed. "
              "Install a newer assetmap.", found=found, known=t.VERSION)
        )  # fmt: skip


def upsert(connection: sa.Connection, table: sa.Table, key: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or bring those of the same key up to date."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    new = {name: statement.excluded[name] for name in rows[0] if name != key}
    connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=new), rows)


def demand_same_place(connection: sa.Connection, here: Neighbourhood) -> None:
    """Make sure that a neighbourhood is not put in place of one that lies elsewhere: its homes, streets and base map
    would be gone, and its assets would all look as if their source had lost them.

    Raises:
        InputError: The two have no place in common.
    """
    areas = read_frame(connection, t.boundary, "role").geometry
    old = areas.get("boundary")
    if old is not None and not old.is_empty and not here.boundary.is_empty and not old.intersects(here.boundary):
        raise InputError(
            M("This store is of {old}, and {new} lies elsewhere. Nothing was changed. Give it a store of its own: name "
              "another folder with --store.", old=setting_of(connection, "name", "") or "?", new=here.name or "?")
        )  # fmt: skip


def replace_place(home: Home, connection: sa.Connection, here: Neighbourhood, addresses: pd.DataFrame | None) -> None:
    """Put a neighbourhood, its homes and its addresses in place of those stored."""
    home.replace_rows(connection, t.home, rows_of(here.homes, t.home, "home"))
    home.replace_rows(connection, t.boundary, rows_of(_areas(here), t.boundary, "role"))
    known = gpd.GeoDataFrame(geometry=[], crs=4326) if addresses is None else addresses
    home.replace_rows(connection, t.address, rows_of(known, t.address, "address"))
    population = gpd.GeoDataFrame(geometry=[], crs=4326) if here.population is None else here.population
    home.replace_rows(connection, t.population_area, rows_of(population, t.population_area, "area"))
    set_settings(
        connection,
        name=here.name,
        unit=here.unit,
        meta=here.meta,
        notes=[message_json(note) for note in here.notes],
        home_columns=_columns(here.homes),
        population_columns=None if here.population is None else _columns(here.population),
    )


def replace_sources(connection: sa.Connection, read: Sequence[Provenance], issues: pd.DataFrame) -> None:
    """Put the sources that were read anew in place of their earlier entries; those of others stay."""
    others = [p for p in provenance_of(connection) if p.source not in {p.source for p in read}]
    connection.execute(sa.delete(t.provenance))
    entries = [p.to_dict() for p in (*read, *others)]
    if entries:
        connection.execute(sa.insert(t.provenance), entries)
    connection.execute(sa.delete(t.issue).where(t.issue.c.source.not_in([p.source for p in others])))
    replace_issues(connection, issues, "")


def _areas(here: Neighbourhood) -> gpd.GeoDataFrame:
    shapes = {"boundary": here.boundary} | ({} if here.extent is None else {"extent": here.extent})
    return gpd.GeoDataFrame({"name": here.name}, index=list(shapes), geometry=list(shapes.values()), crs=4326)


def _columns(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in frame.columns if name != frame.geometry.name]


def merge_source(connection: sa.Connection, provenance: Provenance, issues: pd.DataFrame | None) -> bool:
    """Put one source's entry and issues in place of its earlier ones; returns whether that is any different."""
    before = provenance_of(connection), issues_of(connection).to_numpy().tolist()
    upsert(connection, t.provenance, "source", [provenance.to_dict()])
    replace_issues(connection, issues, provenance.source)
    return (provenance_of(connection), issues_of(connection).to_numpy().tolist()) != before


def replace_issues(connection: sa.Connection, issues: pd.DataFrame | None, source: str) -> None:
    """Put a source's issues in place of its earlier ones."""
    connection.execute(sa.delete(t.issue).where(t.issue.c.source == source))
    if issues is not None and len(issues):
        texts = issues[list(ISSUE_COLUMNS)].astype("object").where(issues[list(ISSUE_COLUMNS)].notna(), "")
        connection.execute(
            sa.insert(t.issue),
            [{"source": source, **dict(zip(ISSUE_COLUMNS, row, strict=True))} for row in texts.to_numpy()],
        )


def inventory_of(connection: sa.Connection) -> Inventory:
    """Everything that is stored, for the narrowest audience, without the network."""
    return Inventory.of(
        read_frame(connection, t.asset, "id"),
        neighbourhood_of(connection),
        issues=issues_of(connection),
        provenance=provenance_of(connection),
        audience=Audience.connector,
    )


def neighbourhood_of(connection: sa.Connection) -> Neighbourhood:
    """The neighbourhood with its homes, without its network."""
    areas = read_frame(connection, t.boundary, "role").geometry
    columns = setting_of(connection, "population_columns")
    population = None if columns is None else read_frame(connection, t.population_area, "area", columns)
    return Neighbourhood(
        name=setting_of(connection, "name", ""),
        boundary=areas.get("boundary", shapely.Polygon()),
        homes=read_frame(connection, t.home, "home", setting_of(connection, "home_columns", [])),
        unit=setting_of(connection, "unit", "homes"),
        extent=areas.get("extent"),
        population=population,
        notes=tuple(message_from_json(note) for note in setting_of(connection, "notes", [])),
        meta=setting_of(connection, "meta", {}),
    )


def provenance_of(connection: sa.Connection) -> tuple[Provenance, ...]:
    """The sources, in the order in which they came."""
    names = [field.name for field in fields(Provenance)]
    query = sa.select(*[t.provenance.c[name] for name in names]).order_by(t.provenance.c.fid)
    rows = connection.execute(query).mappings()
    return tuple(Provenance(**{name: row[name] or "" for name in names}) for row in rows)


def issues_of(connection: sa.Connection) -> pd.DataFrame:
    """What was imperfect, in the order in which it was found."""
    query = sa.select(*[t.issue.c[name] for name in ISSUE_COLUMNS]).order_by(t.issue.c.fid)
    return pd.DataFrame(connection.execute(query).fetchall(), columns=list(ISSUE_COLUMNS), dtype="str")
