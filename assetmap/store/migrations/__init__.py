"""How does a store of an older version become one of the next? One file per version, `v0002_history.py` and so on.

Each is a revision of Alembic that says in full what it does: it uses nothing that describes the tables of today, as
these go on changing. Only columns and tables are added, renamed or dropped, by ALTER TABLE itself: Alembic's batch mode
copies a table and silently loses the triggers of its R-tree. The history's triggers belong to no version: whoever
migrates takes them away before and makes those of today afterwards.
"""
