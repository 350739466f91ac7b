"""Is this file whole, readable JSON, and if not, how far was it good?"""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

from assetmap.errors import FormatError
from assetmap.messages import M, Message
from assetmap.sources.files.content import too_deep
from assetmap.sources.files.encoding import Decoded, decode


def load_json(path: Path) -> tuple[list[Any], Message | None]:
    """The JSON documents of a file (one, or one per line) and, where it was not UTF-8, a note on its letters.

    Raises:
        FormatError: It is not JSON, is cut off, or is nested too deep.
    """
    raw = path.read_bytes()
    if b"\0" in raw and not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FormatError(M("The file {file} holds zero bytes, which no JSON has: it was damaged on its way. Send it "
                            "again.", file=path.name))  # fmt: skip
    read = decode(raw.replace(b"\x1e", b"\n"), path.name)  # text sequences begin each record with this sign
    text, note = read.text, None if read.encoding in ("utf-8", "utf-8-sig") and not read.mended else _letters(read)
    try:
        return [json.loads(text)], note
    except RecursionError:
        raise FormatError(too_deep(path)) from None
    except json.JSONDecodeError as fault:
        if fault.msg != "Extra data":
            raise _broken(path, text, fault) from None
    except ValueError as fault:  # a number of thousands of digits
        raise FormatError(M("The file {file} holds a value that is no number: {fault}.", file=path.name,
                            fault=str(fault)[:120])) from None  # fmt: skip
    return _documents(path, text), note


def _letters(read: Decoded) -> Message:
    return M("The letters are not in UTF-8; they were read as {encoding}. Look whether æ, ø, å, ä and ö are right.",
             encoding=read.title)  # fmt: skip


def _documents(path: Path, text: str) -> list[Any]:
    """One JSON document after the other, as GeoJSON text sequences and newline-delimited JSON have them."""
    out, decoder, at, blank = [], json.JSONDecoder(), 0, " \t\r\n"
    try:
        while at < len(text):
            if text[at] in blank:
                at += 1
                continue
            document, at = decoder.raw_decode(text, at)
            out.append(document)
    except RecursionError:
        raise FormatError(too_deep(path)) from None
    except json.JSONDecodeError as fault:
        raise _broken(path, text, fault, len(out)) from None
    return out


def _broken(path: Path, text: str, fault: json.JSONDecodeError, before: int | None = None) -> FormatError:
    """Cut off, or wrong in the middle? And how far was it good?"""
    done = _complete(text) if before is None else before
    unfinished = fault.msg.startswith(("Unterminated", "Expecting")) and (
        fault.pos >= len(text.rstrip("\0 \t\r\n")) - 20 or fault.msg.startswith("Unterminated")
    )
    if unfinished:
        message = M(
            "The file {file} is cut off: it ends in line {line}, after {done} complete features. Nothing was taken "
            "from it. Send or export it again.", file=path.name, line=text.count("\n") + 1, done=done,
        )  # fmt: skip
    else:
        message = M(
            "The file {file} is not correct JSON: line {line}, character {column}: {fault}. The {done} features "
            "before that are complete. Nothing was taken from it. Export it again.", file=path.name, line=fault.lineno,
            column=fault.colno, fault=fault.msg, done=done,
        )  # fmt: skip
    return FormatError(message)


def _complete(text: str) -> int:
    """How many features stand complete in a broken feature collection."""
    decoder, start = json.JSONDecoder(), text.find('"features"')
    at, done = text.find("[", start) + 1, 0
    while start >= 0 and at > 0:
        at += len(text[at : at + 1000]) - len(text[at : at + 1000].lstrip(" \t\r\n,"))
        try:
            _, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            break
        done += 1
    return done
