"""What was packed for the way -> what it is, and never more of it than was asked for."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from demarche.errors import FetchError

__all__ = ["inflate"]

_PIECE = 2**16


def inflate(chunks: Iterable[bytes], coding: str | None, *, most: int, where: str) -> bytes:
    r"""Return a body as it was before it was packed.

    Raises
    ------
    FetchError
        If it is larger than `most` bytes, is packed in a way that was not asked for, or is damaged or cut off.

    Examples
    --------
    >>> inflate([zlib.compress(b"Kyiv rejected it.")], "deflate", most=100, where="x")
    b'Kyiv rejected it.'
    """
    plain = (coding or "identity").strip().lower()
    if plain in ("identity", ""):
        return b"".join(chunks)
    if plain not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(f"is packed as {plain[:40]!r}, which was not asked for", where=where, lasting=True)
    try:
        return bytes(_unpack(chunks, plain, most, where))
    except zlib.error as error:
        raise FetchError(f"is packed, and damaged ({error})", where=where) from error


def _unpack(chunks: Iterable[bytes], coding: str, most: int, where: str) -> bytearray:
    found = bytearray()
    machine = None
    for chunk in chunks:
        if machine is None and chunk:
            machine = zlib.decompressobj(_window(coding, chunk))
        full = False
        while machine is not None and (chunk or full):
            if machine.eof:  # another member follows, or bytes that mean nothing
                if coding == "deflate" or not chunk.startswith(b"\x1f"):
                    break
                machine = zlib.decompressobj(_window(coding, chunk))
            piece = machine.decompress(chunk, _PIECE)
            full = len(piece) == _PIECE and not machine.eof
            found += piece
            if len(found) > most:
                raise FetchError(
                    f"grows beyond {most / 2**20:g} MiB when it is unpacked", where=where, status=200, lasting=True
                )
            chunk = machine.unconsumed_tail or machine.unused_data
    if machine is not None and not machine.eof:
        raise FetchError("is packed, and ends before its end; it may be well the next time", where=where)
    return found


def _window(coding: str, chunk: bytes) -> int:
    """Return what zlib is to expect; some servers leave out the frame that "deflate" has."""
    if coding != "deflate":
        return 16 + zlib.MAX_WBITS
    return zlib.MAX_WBITS if chunk[0] & 0x0F == 8 else -zlib.MAX_WBITS
