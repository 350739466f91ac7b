"""Does the R-tree of each layer say where its rows are, and how is it made to?

Programs that know nothing of R-trees, and those that copy a table and forget its triggers, leave one that is wrong:
then searches by place miss what is there, and nothing else tells. All that an R-tree says comes from the rows, so it
can always be made anew.
"""

from __future__ import annotations

import sqlalchemy as sa

from assetmap.messages import M, Message
from assetmap.store import tables as t
from assetmap.store.homes import gpkg
from assetmap.store.homes.database import Database
from assetmap.store.soundness import Answers

_NEAR = 0.0001
"""Degrees by which an R-tree may be wider than a shape: it rounds outward, by metres near 180°. Were it narrower, a
search would miss the shape."""


def questions(database: Database) -> Answers:
    """One answer per layer, and one on what keeps them right."""
    with database.reading() as connection:
        for layer in t.INDEXED:
            places = connection.exec_driver_sql(f"SELECT count(*) FROM {layer.name} WHERE {_PLACED}").scalar_one()
            wrong = wrong_entries(connection, layer)
            if wrong:
                yield False, M("The spatial index of {layer} is wrong for {wrong} of {count} places, so a search by "
                               "place would miss some. Run “assetmap doctor --mend”.",
                               layer=layer.name, wrong=wrong, count=places)  # fmt: skip
            else:
                yield True, M("The spatial index of {layer} has all {count} places.", layer=layer.name, count=places)
        missing = sorted(gpkg.lost_triggers(connection))
    if missing:
        yield False, M("What keeps history and index up to date is not all there ({names}), so edits of other programs "
                       "would leave no trace. Run “assetmap doctor --mend”.", names=", ".join(missing))  # fmt: skip
    else:
        yield True, M("History and index follow every edit, of other programs too.")


_PLACED = "geom IS NOT NULL AND NOT ST_IsEmpty(geom)"


def wrong_entries(connection: sa.Connection, layer: sa.Table) -> int:
    """How many rows the R-tree of a layer does not have, has elsewhere, or has although they are gone."""
    name = layer.name
    if f"rtree_{name}_geom" not in sa.inspect(connection).get_table_names():
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {name} WHERE {_PLACED}").scalar_one())
    off = " OR ".join(
        f"NOT coalesce(r.{edge} BETWEEN {low} AND {high}, 0)"
        for edge, low, high in (
            ("minx", f"ST_MinX(geom) - {_NEAR}", "ST_MinX(geom)"),
            ("maxx", "ST_MaxX(geom)", f"ST_MaxX(geom) + {_NEAR}"),
            ("miny", f"ST_MinY(geom) - {_NEAR}", "ST_MinY(geom)"),
            ("maxy", "ST_MaxY(geom)", f"ST_MaxY(geom) + {_NEAR}"),
        )
    )
    left = connection.exec_driver_sql(
        f'SELECT count(*) FROM {name} LEFT JOIN "rtree_{name}_geom" r ON r.id = fid '
        f"WHERE {_PLACED} AND (r.id IS NULL OR {off})"
    ).scalar_one()
    over = connection.exec_driver_sql(
        f'SELECT count(*) FROM "rtree_{name}_geom" WHERE id NOT IN (SELECT fid FROM {name} WHERE {_PLACED})'
    ).scalar_one()
    return int(left) + int(over)


def mend(connection: sa.Connection) -> list[Message]:
    """Make anew what is wrong, inside the connection's transaction; what was done."""
    done = []
    missing = gpkg.lost_triggers(connection)
    for layer in t.INDEXED:
        if wrong_entries(connection, layer) or missing & gpkg.triggers_of(layer).keys():
            gpkg.drop_rtree(connection, layer)
            gpkg.create_rtree(connection, layer)
            gpkg.fill_rtree(connection, layer)
            done.append(M("The spatial index of {layer} was made anew.", layer=layer.name))
    if missing & gpkg.triggers_of(None).keys():
        gpkg.drop_history(connection)
        gpkg.create_history(connection)
        done.append(M("The history follows every edit again. What was edited meanwhile is not in it."))
    return done
