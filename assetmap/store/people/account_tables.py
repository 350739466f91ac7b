"""Which tables hold accounts, their roles and sessions, and who used them for what?

They lie beside the persons (`people.db`, or the schema for people on a server) and know of a person only the pseudonym.
Nothing that opens a door is kept as it is: passwords as argon2, ids of sessions and set-up tokens as SHA-256 of 256
random bits, the secret of the second step sealed with a key that lies elsewhere. No address of a computer, no device.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()


def _account(*, primary_key: bool = False, unique: bool | None = None, index: bool | None = None) -> sa.Column[str]:
    goes_too = sa.ForeignKey("account.id", ondelete="CASCADE")
    return sa.Column(
        "account", sa.Text, goes_too, primary_key=primary_key, unique=unique, index=index, nullable=False
    )  # fmt: skip


account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("password", sa.Text),
    sa.Column("second_step", sa.Text),
    sa.Column("second_step_waiting", sa.Text),
    sa.Column("code_used", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rights", sa.Integer, nullable=False, server_default="1"),
    sa.Column("person", sa.Text, unique=True),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("disabled_at", sa.Text),
)
account_role = sa.Table(
    "account_role",
    metadata,
    _account(primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("area", sa.Text, primary_key=True),
    sa.Column("given_at", sa.Text, nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
)
account_link = sa.Table(
    "account_link",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    _account(index=True),
    sa.Column("linked_at", sa.Text, nullable=False),
)
account_token = sa.Table(
    "account_token",
    metadata,
    sa.Column("token", sa.Text, primary_key=True),
    _account(unique=True),
    sa.Column("expires_at", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
)
account_session = sa.Table(
    "account_session",
    metadata,
    sa.Column("session", sa.Text, primary_key=True),
    _account(index=True),
    sa.Column("begun_at", sa.Text, nullable=False),
    sa.Column("seen_at", sa.Text, nullable=False),
    sa.Column("rights", sa.Integer, nullable=False),
    sa.Column("strong", sa.Boolean, nullable=False),
)
account_tries = sa.Table(
    "account_tries",
    metadata,
    sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", sa.Text, nullable=False),
)
account_access = sa.Table(
    "account_access",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("touched", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("refused", sa.Boolean, nullable=False),
    sa.Index("account_access_at", "at"),
)

PASSING = (account_session, account_token, account_tries)
"""What a backup must not bring back: ended sessions would live again, used tokens could be used again."""

KEPT_MONTHS = 12
_FORMAT = "%Y-%m-%dT%H:%M:%fZ"
_SQLITE = (
    "CREATE TRIGGER account_access_kept BEFORE UPDATE ON account_access "
    "BEGIN SELECT RAISE(ABORT, 'what was noted is never changed'); END",
    # INSERT OR REPLACE deletes without asking the trigger below
    "CREATE TRIGGER account_access_added BEFORE INSERT ON account_access "
    "WHEN EXISTS (SELECT 1 FROM account_access WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'what was noted is never replaced'); END",
    "CREATE TRIGGER account_access_twelve_months BEFORE DELETE ON account_access "
    f"WHEN OLD.at >= strftime('{_FORMAT}', 'now', '-{KEPT_MONTHS} months') "
    f"BEGIN SELECT RAISE(ABORT, 'what was noted is kept for {KEPT_MONTHS} months'); END",
)
_SERVER = (
    "CREATE FUNCTION account_access_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' AND OLD.at < to_char((now() AT TIME ZONE 'UTC') - "
    f"INTERVAL '{KEPT_MONTHS} months', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION 'what was noted is never changed, and kept for twelve months'; END $$",
    "CREATE TRIGGER account_access_kept BEFORE UPDATE OR DELETE ON account_access "
    "FOR EACH ROW EXECUTE FUNCTION account_access_kept()",
)


def create(connection: sa.Connection) -> None:
    """Make the tables where they are not there, and the triggers that keep what was noted, in one transaction."""
    if exist(connection):
        return
    metadata.create_all(connection)
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _SERVER:
        connection.exec_driver_sql(statement)


def exist(connection: sa.Connection) -> bool:
    """Whether the tables are there; the last of them stands for all, as they are made in one step."""
    return sa.inspect(connection).has_table(account_access.name)
