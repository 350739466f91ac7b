"""What does a PostgreSQL server mean when it says no, in words that say what to do?"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import sqlalchemy as sa

from assetmap.errors import AssetmapError, InputError, StoreError, StoreMissing
from assetmap.messages import M, Message
from assetmap.store.homes.connection import ServerAddress
from assetmap.store.texts import unstorable

_BUSY = {"55P03", "57014"}  # a lock or a statement took too long
_SAME_MOMENT = {"40001", "40P01", "23505"}
_LOST = {"57P01", "57P02", "57P03", "25P03"}


def busy(address: ServerAddress) -> Message:
    """What to say when somebody else is writing."""
    return M(
        "Another program is writing to {file} just now. Nothing was changed. Wait until it has finished (or close "
        "QGIS, if the store is open there), then do it again.", file=str(address),
    )  # fmt: skip


def missing(address: ServerAddress) -> StoreMissing:
    """What to say when there is no store."""
    return StoreMissing(
        M("There is no store in {folder} yet. Run “assetmap gather” first, or name another folder with "
          "--store.", folder=str(address))
    )  # fmt: skip


def same_moment() -> StoreError:
    """What to say when somebody else was quicker."""
    return StoreError(
        M("Another program changed the same record in this very moment. Nothing was changed. Do it again.")
    )


@contextlib.contextmanager
def explaining(address: ServerAddress) -> Iterator[None]:
    """Turn what the server says into sentences for people.

    Raises:
        StoreError: What happened, and what to do. InputError: A text cannot be stored.
    """
    try:
        yield
    except sa.exc.TimeoutError as fault:  # every connection of this process is in use
        raise StoreError(busy(address)) from fault
    except sa.exc.DBAPIError as fault:
        told = _explained(address, fault.orig or fault, fault.connection_invalidated)
        raise told from (None if _shows_a_row(fault) else fault)
    except UnicodeEncodeError as fault:
        raise InputError(unstorable()) from fault


def _shows_a_row(fault: sa.exc.DBAPIError) -> bool:
    """Whether what the server says has the values of a row in it, which belong into no log."""
    return bool(getattr(getattr(fault.orig, "diag", None), "message_detail", None))


def _explained(address: ServerAddress, fault: BaseException, lost: bool) -> AssetmapError:
    code = str(getattr(fault, "sqlstate", None) or "")
    store = str(address)
    if not code:
        return _unconnected(address, fault, lost)
    if code in _BUSY:
        return StoreError(busy(address))
    if code in _SAME_MOMENT:
        return same_moment()
    if code in ("42P01", "3F000"):
        return missing(address)
    if code in ("42501", "25006"):
        return StoreError(
            M("{user} may not do this in {store}. Nothing was changed. Ask whoever owns the store for the right, or "
              "open it as its owner.", user=user_of(address), store=store)
        )  # fmt: skip
    if code == "53100":
        return StoreError(
            M("The disk of the server is full. Nothing you saved is lost; only this last step was not written. Ask "
              "whoever runs {store} to free some space, then do it again.", store=store)
        )  # fmt: skip
    if code.startswith("XX"):
        return StoreError(
            M("{store} is damaged: the server cannot read what it stored. It was left as it is. Ask whoever runs the "
              "server to look at its log, or put back a backup.", store=store)
        )  # fmt: skip
    if code in ("22021", "22P05"):
        return InputError(unstorable())
    if code in _LOST or code.startswith("08"):
        return _broken(store)
    diagnosis = getattr(fault, "diag", None)  # its details would show the values of a row
    return StoreError(
        M("{file} could not be read or written ({why}). What was stored is untouched.", file=store,
          why=str(getattr(diagnosis, "message_primary", None) or code))
    )  # fmt: skip


def _broken(store: str) -> StoreError:
    return StoreError(
        M("The connection to {store} broke. What was saved before is safe. Look whether the last step is there, and do "
          "it again if it is not.", store=store)
    )  # fmt: skip


# Before anybody is let in, a server gives no code, only words
_AT_THE_DOOR = {
    "password": re.compile(r"password authentication failed|no password supplied|role .* does not exist"),
    "database": re.compile(r"database .* does not exist"),
    "rule": re.compile(r"pg_hba\.conf|permission denied for database"),
    "full": re.compile(r"too many clients|too many connections|remaining connection slots"),
    "early": re.compile(r"the database system is"),
}


def _unconnected(address: ServerAddress, fault: BaseException, lost: bool) -> AssetmapError:
    said = str(fault)
    if "NUL" in said and "0x00" in said:
        return InputError(unstorable())
    if lost:
        return _broken(str(address))
    host, user = host_of(address), user_of(address)
    match next((name for name, words in _AT_THE_DOOR.items() if words.search(said)), ""):
        case "password":
            return StoreError(
                M("{host} does not let {user} in: the user or the password is wrong. Put the right password into the "
                  "variable PGPASSWORD or the file ~/.pgpass.", host=host, user=user)
            )  # fmt: skip
        case "database":
            return StoreMissing(
                M("{host} has no database “{database}”. Ask whoever runs it to make one (createdb), or name another in "
                  "the address.", host=host, database=str(address.url.database))
            )  # fmt: skip
        case "rule":
            return StoreError(
                M("{host} does not let {user} into the database “{database}” from this computer. Ask whoever runs it "
                  "to allow it (pg_hba.conf).", host=host, user=user, database=str(address.url.database))
            )  # fmt: skip
        case "full":
            return StoreError(
                M("{host} has no connection left. Nothing was changed. Wait a little, then do it again; if it stays "
                  "so, ask whoever runs it to allow more (max_connections).", host=host)
            )  # fmt: skip
        case "early":
            return StoreError(
                M("{host} is just starting or stopping. Nothing was changed. Wait a little, then do it again.",
                  host=host)
            )  # fmt: skip
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return StoreError(
        M("{host} could not be reached ({why}). Nothing was changed. See whether the address is right, the server runs "
          "and this computer is connected, then do it again.", host=host, why=(lines or ["?"])[0][:200])
    )  # fmt: skip


def host_of(address: ServerAddress) -> str:
    """The server as its address names it."""
    host = address.url.host or str(address.url.query.get("host", "localhost"))
    return f"{host}:{address.url.port}" if address.url.port else host


def user_of(address: ServerAddress) -> str:
    """Whom the address names."""
    return address.url.username or "this user"
