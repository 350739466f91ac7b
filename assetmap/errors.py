"""What can go wrong, and which builtin error is each of ours also?

Imperfect *data* gives `Issue` rows; wrong *use* and broken *machinery* raise one of these. Each carries a `Message`,
so that the sentence exists in every language, and is also the builtin error that a Python programmer would expect.

    AssetmapError
    ├── InputError (ValueError)            what was given cannot be used
    │   ├── FileMissing (FileNotFoundError)
    │   ├── FormatError                    a file is not what it says, is cut off, or is not allowed
    │   ├── CRSError                       coordinates without a known or fitting reference system
    │   ├── SchemaError                    a table breaks the promise of the asset schema; has `.issues`
    │   ├── PrivateText                    a text to be saved holds somebody's contact or identity; has `.found`
    │   ├── UnknownKey (LookupError)       no category, norm, profile or source of that name
    │   └── PlaceNotFound (LookupError)    the gazetteer has no such place
    ├── NothingFound (LookupError)         the file or place holds no streets, or none of what was asked for
    ├── Offline (ConnectionError)          a service could not be reached or refused
    ├── StoreError (OSError)               the store cannot be read or written
    │   └── StoreMissing (FileNotFoundError)
    ├── DisclosureError (PermissionError)  showing this to that audience is not allowed
    ├── NotAllowed (PermissionError)   whoever asks may not do this, or did not show who they are
    └── ReceiptError (ValueError)          a figure cannot be made again from its receipt
"""

from __future__ import annotations

from typing import Any

from assetmap.messages import Message


class AssetmapError(Exception):
    """The root: every error that assetmap raises on purpose."""

    def __init__(self, message: Message | str) -> None:
        self.message = message if isinstance(message, Message) else Message(message)
        super().__init__(str(self.message))


class InputError(AssetmapError, ValueError):
    """What was given cannot be used."""


class FormatError(InputError):
    """A file is not what it says, is cut off, or is of a kind that is not allowed."""


class FileMissing(InputError, FileNotFoundError):
    """There is no such file."""


class CRSError(InputError):
    """Coordinates without a known or fitting reference system."""


class SchemaError(InputError):
    """A table breaks the promise of the asset schema. `issues` is a DataFrame that lists all faults at once."""

    def __init__(self, message: Message, issues: Any = None) -> None:
        super().__init__(message)
        self.issues = issues


class PrivateText(InputError):
    """A text to be saved holds somebody's contact or identity. `found` has pairs of field and find, masked."""

    def __init__(self, message: Message, found: Any = ()) -> None:
        super().__init__(message)
        self.found = found


class UnknownKey(InputError, LookupError):
    """No category, norm, profile or source of that name."""


class PlaceNotFound(InputError, LookupError):
    """The gazetteer has no such place."""


class NothingFound(AssetmapError, LookupError):
    """The file or place holds no streets, no assets, or none of what was asked for."""


class Offline(AssetmapError, ConnectionError):
    """A service on the network could not be reached, or refused."""


class StoreError(AssetmapError, OSError):
    """The store cannot be read or written; what was stored before is untouched."""


class StoreMissing(StoreError, FileNotFoundError):
    """There is no store in that folder yet."""


class DisclosureError(AssetmapError, PermissionError):
    """Showing this to that audience is not allowed."""


class NotAllowed(AssetmapError, PermissionError):
    """Whoever asks may not do this, or did not show who they are; `wait_s` is how long to wait before trying again."""

    def __init__(self, message: Message | str, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class ReceiptError(AssetmapError, ValueError):
    """A figure cannot be made again from its receipt."""
