"""What stands in the tables of a map, as the things of the model?

Everything here works inside the transaction of the connection it is given.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Collection
from dataclasses import fields
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from assetmap.model.audience import Audience
from assetmap.model.inventory import Inventory
from assetmap.model.issues import COLUMNS as ISSUE_COLUMNS
from assetmap.model.issues import message_from_json, message_json
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import Provenance
from assetmap.store import tables as t
from assetmap.store.frames import read_frame, replace_rows, rows_of

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
    """Count a change, and say in the GeoPackage's own table when it was and how far each layer reaches."""
    set_settings(connection, revision=setting_of(connection, "revision", 0) + 1, saved_at=now())
    if connection.dialect.name != "sqlite":
        return
    for layer in t.LAYERS:
        if layer in t.INDEXED:  # rounded outward by the R-tree, at most by a metre
            query = f'SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "rtree_{layer.name}_geom"'
        else:
            query = (
                f"SELECT min(ST_MinX(geom)), min(ST_MinY(geom)), max(ST_MaxX(geom)), max(ST_MaxY(geom)) "
                f'FROM "{layer.name}"'
            )
        box = connection.exec_driver_sql(query).one()
        connection.exec_driver_sql(
            "UPDATE gpkg_contents SET last_change = ?, min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
            (now(), *box, layer.name),
        )


def upsert(
    connection: sa.Connection, table: sa.Table, key: str, rows: list[dict[str, Any]], keep: bool = False
) -> None:
    """Insert rows, or bring those of the same key up to date.

    Args:
        keep: Leave a stored value where the new one is missing.
    """
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    new = {name: statement.excluded[name] for name in rows[0] if name != key}
    changes = {name: sa.func.coalesce(value, table.c[name]) if keep else value for name, value in new.items()}
    connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changes), rows)


def added_since(connection: sa.Connection, reread: Collection[str]) -> tuple[gpd.GeoDataFrame, list[Provenance]]:
    """What stays when these sources are gathered anew: the assets of all others, and where they come from."""
    known = read_frame(connection, t.asset, "id")
    kept = known[~known["source"].isin(list(reread))]
    return kept, [p for p in provenance_of(connection) if p.source in set(kept["source"])]


def replace_all(connection: sa.Connection, inventory: Inventory, addresses: gpd.GeoDataFrame | None) -> None:
    """Put a gathered inventory in place of what its sources gave before; what others added stays."""
    here = inventory.neighbourhood
    kept, others = added_since(connection, {p.source for p in inventory.provenance})
    assets = inventory.everything
    kept = kept[~kept.index.isin(assets.index)]
    replace_rows(connection, t.asset, rows_of(assets, t.asset, "id") + rows_of(kept, t.asset, "id"))
    replace_rows(connection, t.home, rows_of(here.homes, t.home, "home"))
    replace_rows(connection, t.boundary, rows_of(_areas(here), t.boundary, "role"))
    known = gpd.GeoDataFrame(geometry=[], crs=4326) if addresses is None else addresses
    replace_rows(connection, t.address, rows_of(known, t.address, "address"))
    population = gpd.GeoDataFrame(geometry=[], crs=4326) if here.population is None else here.population
    replace_rows(connection, t.population_area, rows_of(population, t.population_area, "area"))
    replace_rows(connection, t.provenance, [p.to_dict() for p in (*inventory.provenance, *others)])
    connection.execute(sa.delete(t.issue).where(t.issue.c.source.not_in([p.source for p in others])))
    replace_issues(connection, inventory.issues, "")
    set_settings(
        connection,
        name=here.name,
        unit=here.unit,
        meta=here.meta,
        notes=[message_json(note) for note in here.notes],
        home_columns=_columns(here.homes),
        population_columns=None if here.population is None else _columns(here.population),
    )


def _areas(here: Neighbourhood) -> gpd.GeoDataFrame:
    shapes = {"boundary": here.boundary} | ({} if here.extent is None else {"extent": here.extent})
    return gpd.GeoDataFrame({"name": here.name}, index=list(shapes), geometry=list(shapes.values()), crs=4326)


def _columns(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in frame.columns if name != frame.geometry.name]


def merge_assets(connection: sa.Connection, frame: gpd.GeoDataFrame) -> tuple[int, int, int]:
    """Add assets to those stored; returns how many were new, changed and the same."""
    rows = rows_of(frame, t.asset, "id")
    stored = {row.id: row._asdict() for row in _raw(connection, [row["id"] for row in rows])}
    for row in rows:  # extra values are merged one by one, as the columns are
        old = stored.get(row["id"], {}).get("extra")
        if old and row["extra"]:
            row["extra"] = json.dumps(json.loads(old) | json.loads(row["extra"]), ensure_ascii=False)
    known = [(row, stored[row["id"]]) for row in rows if row["id"] in stored]
    same = sum(all(value is None or value == old[name] for name, value in row.items()) for row, old in known)
    upsert(connection, t.asset, "id", rows, keep=True)
    return len(rows) - len(known), len(known) - same, same


def _raw(connection: sa.Connection, ids: list[str]) -> list[sa.Row[Any]]:
    columns = [sa.type_coerce(c, sa.LargeBinary()).label("geom") if c.name == "geom" else c for c in t.asset.c]
    found: list[sa.Row[Any]] = []
    for start in range(0, len(ids), 500):
        query = sa.select(*columns).where(t.asset.c.id.in_(ids[start : start + 500]))
        found.extend(connection.execute(query).fetchall())
    return found


def merge_provenance(connection: sa.Connection, provenance: Provenance) -> None:
    """Put one source's entry in place of its earlier one."""
    upsert(connection, t.provenance, "source", [provenance.to_dict()])


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
        _neighbourhood(connection),
        issues=issues_of(connection),
        provenance=provenance_of(connection),
        audience=Audience.connector,
    )


def _neighbourhood(connection: sa.Connection) -> Neighbourhood:
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
