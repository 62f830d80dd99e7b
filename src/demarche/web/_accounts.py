"""Who may use a desk: names, roles and the hashes of passwords, in one file that only its owner can read."""

from __future__ import annotations

import datetime
import json
import os
import re
import secrets
import stat
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from demarche.errors import InputError

__all__ = ["LEAST_PASSWORD", "Account", "Accounts", "Role", "User"]

LEAST_PASSWORD = 12
"""Characters that a password has at least."""
_MOST_PASSWORD = 1024
_NAME = re.compile(r"[\w.@+-]+(?: [\w.@+-]+)*")
_MOST_NAME = 64
_FORMAT = 1
_AT_ONCE = 2  # each check takes 64 MiB and a core: a flood of logins waits instead of filling the memory


class Role(StrEnum):
    """What somebody may do: a reader reads, a reviewer also corrects and takes in, an admin also manages accounts.

    Examples
    --------
    >>> Role.READER < Role.REVIEWER < Role.ADMIN
    True
    """

    READER = "reader"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Its place in the order, from 0."""
        return list(Role).index(self)

    # Compared by rank: as plain strings "admin" would be the least.
    def __lt__(self, other: str) -> bool:
        return self.rank < Role(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Role(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Role(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Role(other).rank


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who uses the desk: the name under which changes are logged, and the role."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the file says of one user.

    Parameters
    ----------
    password
        The argon2id hash, with its parameters.
    created, changed
        When it was made, and when its role, password or state was last changed: UTC, ISO 8601. A session ends
        when `changed` is no longer what it was at login.
    disabled
        Since when it cannot be used; None if it can.
    """

    name: str
    role: Role
    password: str
    created: str
    changed: str
    disabled: str | None = None

    @property
    def usable(self) -> bool:
        """Whether its user can log in."""
        return self.disabled is None


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")


class Accounts:
    """The accounts of a desk, as their file has them at this moment: another process may change it.

    Parameters
    ----------
    path
        The file, JSON. It is made by the first account.
    clock
        Tells the time as ISO 8601.

    Raises
    ------
    InputError
        If others can read the file, or it is no file of accounts. Later reads raise the same: nobody gets in then.
    """

    def __init__(self, path: Path, *, clock: Callable[[], str] = _now) -> None:
        self.path = path
        self._clock = clock
        self._hasher = PasswordHasher()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._lock = threading.RLock()
        self._read: tuple[tuple[int, ...], dict[str, Account]] | None = None
        # Compared where there is no such account, so that the answer takes as long as for one that there is.
        self._nobody = self._hasher.hash(secrets.token_hex())
        self._current()

    def all(self) -> list[Account]:
        """Return the accounts in the order of their names."""
        return sorted(self._current().values(), key=lambda account: account.name.casefold())

    def find(self, name: str) -> Account | None:
        """Return an account by its name, whatever the case of its letters."""
        return self._current().get(_key(name))

    def has_admin(self) -> bool:
        """Tell whether some account can manage the others."""
        return any(map(_manages, self._current().values()))

    def check(self, name: str, password: str) -> Account | None:
        """Return the account if it can be used and this is its password; no account takes as long as a wrong password."""
        account = self.find(name)
        with self._turns:
            right = self._verify(account.password if account else self._nobody, password)
        if account is None or not right or not account.usable:
            return None
        if self._hasher.check_needs_rehash(account.password):
            return self._change(account.name, password=self._hash(password), keep=True)
        return account

    def add(self, name: str, password: str, role: Role) -> Account:
        """Make an account, and the file if this is the first.

        Raises
        ------
        InputError
            If the name is taken or unfit, or the password too short.
        """
        name, hashed, now = _fit_name(name), self._hash(password), self._clock()
        made = Account(name=name, role=role, password=hashed, created=now, changed=now)
        with self._writing() as accounts:
            if _key(name) in accounts:
                raise InputError(f"there is an account {name} already")
            accounts[_key(name)] = made
        return made

    def set_role(self, name: str, role: Role) -> Account:
        """Give a user another role; raises InputError if no admin would be left."""
        return self._change(name, role=role)

    def set_password(self, name: str, password: str) -> Account:
        """Give a user another password; raises InputError if it is too short."""
        return self._change(name, password=self._hash(password))

    def disable(self, name: str) -> Account:
        """Let a user in no more; the name stays taken. Raises InputError if no admin would be left."""
        return self._change(name, disabled=self._clock())

    def enable(self, name: str) -> Account:
        """Let a disabled user in again."""
        return self._change(name, disabled=None)

    def _change(self, name: str, *, keep: bool = False, **changes: Any) -> Account:
        with self._writing() as accounts:
            old = accounts.get(_key(name))
            if old is None:
                raise InputError("there is no such account")
            made = replace(old, **changes, changed=old.changed if keep else self._clock())
            accounts[_key(name)] = made
            if _manages(old) and not any(map(_manages, accounts.values())):
                raise InputError(f"{old.name} is the last admin; make another one first")
        return made

    def _hash(self, password: str) -> str:
        if not LEAST_PASSWORD <= len(password) <= _MOST_PASSWORD:
            raise InputError(f"a password has {LEAST_PASSWORD} to {_MOST_PASSWORD:,} characters")
        with self._turns:
            return self._hasher.hash(_octets(password))

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, _octets(password[:_MOST_PASSWORD]))
        except (VerificationError, InvalidHashError):
            return False

    def _current(self) -> dict[str, Account]:
        with self._lock:
            try:
                found = os.stat(self.path)
            except FileNotFoundError:
                return {}
            except OSError as error:
                raise InputError(f"cannot be read ({error.strerror})", where=str(self.path)) from error
            mark = (found.st_mtime_ns, found.st_ino, found.st_size, found.st_mode)
            if self._read is None or self._read[0] != mark:
                _check_private(self.path, found)
                self._read = mark, _load(self.path)
            return self._read[1]

    @contextmanager
    def _writing(self) -> Iterator[dict[str, Account]]:
        """Yield the accounts as they are now, and put what was made of them in their place; nothing if that fails."""
        with self._lock, _alone(self.path):
            accounts = dict(self._current())
            yield accounts
            _save(self.path, accounts)
            self._read = None


def _manages(account: Account) -> bool:
    return account.usable and account.role is Role.ADMIN


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _octets(password: str) -> bytes:
    # The same password typed on another system may come in another normal form.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _fit_name(name: str) -> str:
    name = unicodedata.normalize("NFKC", name.strip())
    if len(name) > _MOST_NAME or not _NAME.fullmatch(name):
        raise InputError(f"a name has up to {_MOST_NAME} letters and digits, with . _ - + @ or single spaces between")
    return name


def _check_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise InputError("is no file", where=str(path))
    if os.name == "posix" and found.st_mode & 0o077:
        raise InputError(f"others can read or change it; run: chmod 600 {path}", where=str(path))


def _load(path: Path) -> dict[str, Account]:
    try:
        record = json.loads(path.read_bytes())
        if record["format"] != _FORMAT:
            raise InputError("was written by a newer Demarche", where=str(path))
        accounts = [_account(row) for row in record["accounts"]]
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("is no file of accounts; make one with: demarche accounts add", where=str(path)) from error
    return {_key(account.name): account for account in accounts}


def _account(row: dict[str, Any]) -> Account:
    account = Account(**{**row, "role": Role(row["role"])})
    texts = (account.name, account.password, account.created, account.changed)
    if not all(isinstance(text, str) for text in texts) or not isinstance(account.disabled, str | None):
        raise ValueError("a field is no text")
    return account


def _save(path: Path, accounts: dict[str, Account]) -> None:
    record = {"format": _FORMAT, "accounts": [asdict(account) for account in accounts.values()]}
    place = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")  # readable by its owner alone
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", where=str(path)) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, place)
    except BaseException:
        os.unlink(name)
        raise


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file meanwhile; the lock is on its folder, so that no lock file is left."""
    try:
        import fcntl
    except ImportError:  # a system without it: the file is still replaced whole
        yield
        return
    try:
        folder = os.open(path.resolve().parent, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", where=str(path)) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
