"""The file of accounts: what it holds, who can read it, and that somebody can always manage it."""

import json
import os
import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from demarche.cli import cli
from demarche.errors import InputError
from demarche.web import _accounts
from demarche.web._accounts import Accounts, Role

GOOD = "seven grey herons"
OTHER = "a slow boat north"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(_accounts, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "accounts.json"


@pytest.fixture
def accounts(path):
    made = Accounts(path)
    made.add("Ines", GOOD, Role.ADMIN)
    return made


def run(*arguments, given=None):
    return CliRunner().invoke(cli, [str(one) for one in arguments], input=given, standalone_mode=False)


def test_roles_are_in_order():
    assert sorted(Role, reverse=True) == [Role.ADMIN, Role.REVIEWER, Role.READER]
    assert Role.ADMIN >= Role.REVIEWER > Role.READER
    assert not Role.ADMIN < Role.READER
    assert Role.READER <= Role.READER


def test_a_password_lets_in_and_another_does_not(accounts):
    assert accounts.check("Ines", GOOD).role is Role.ADMIN
    assert accounts.check("ines", GOOD).name == "Ines"
    assert accounts.check("Ines", GOOD + " ") is None
    assert accounts.check("Nobody", GOOD) is None
    assert accounts.check("Ines", "\udcff" * 20) is None


def test_the_file_holds_no_password_and_is_private(accounts, path):
    assert GOOD not in path.read_text("utf-8")
    assert "$argon2id$" in path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["accounts.json"]


def test_the_usual_parameters_are_those_of_the_library():
    used = PasswordHasher()
    assert (used.time_cost, used.memory_cost >= 2**16, used.type.name) == (3, True, "ID")


def test_an_unknown_name_costs_as_much_as_a_wrong_password(accounts, monkeypatch):
    checked = []

    class Counting(PasswordHasher):
        def verify(self, hashed, password):
            checked.append(hashed.rsplit("$", 2)[0])
            return super().verify(hashed, password)

    accounts._hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    accounts.check("Ines", OTHER)
    accounts.check("Nobody", OTHER)
    assert len(checked) == 2
    assert checked[0] == checked[1]  # the same algorithm with the same parameters


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(accounts, path, mode):
    path.chmod(mode)
    with pytest.raises(InputError, match="chmod 600"):
        Accounts(path)
    with pytest.raises(InputError, match="chmod 600"):
        accounts.find("Ines")  # also of a desk that runs


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 1, "accounts": [{"name": "x"}]}', '{"format": 2}', "\xff"]
)
def test_what_is_no_file_of_accounts_is_refused(path, text):
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(InputError):
        Accounts(path)


def test_an_unknown_role_in_the_file_is_refused(accounts, path):
    path.write_text(path.read_text("utf-8").replace('"admin"', '"owner"'), "utf-8")
    with pytest.raises(InputError):
        accounts.all()


@pytest.mark.parametrize("name", ["", " ", "a\nb", "<b>", "x" * 65, "a\u202eb", "a  b", "../x", "a\x00"])
def test_a_name_that_could_deceive_is_refused(accounts, name):
    with pytest.raises(InputError, match="a name has"):
        accounts.add(name, GOOD, Role.READER)


def test_a_name_is_taken_whatever_its_letters(accounts):
    for name in ("Ines", "INES", "\uff29nes"):
        with pytest.raises(InputError, match="already"):
            accounts.add(name, GOOD, Role.READER)


def test_a_short_password_is_refused(accounts):
    for password in ("", "x" * 11, "x" * 1025):
        with pytest.raises(InputError, match="12 to 1,024"):
            accounts.set_password("Ines", password)
    assert accounts.check("Ines", GOOD)


def test_the_last_admin_stays(accounts):
    accounts.add("Otto", GOOD, Role.REVIEWER)
    for attempt in (lambda: accounts.disable("Ines"), lambda: accounts.set_role("Ines", Role.READER)):
        with pytest.raises(InputError, match="last admin"):
            attempt()
    accounts.set_role("Otto", Role.ADMIN)
    accounts.disable("Ines")
    with pytest.raises(InputError, match="last admin"):
        accounts.disable("Otto")


def test_a_disabled_account_does_not_let_in(accounts):
    accounts.add("Otto", GOOD, Role.READER)
    accounts.disable("Otto")
    assert accounts.check("Otto", GOOD) is None
    accounts.enable("Otto")
    assert accounts.check("Otto", GOOD)


def test_each_change_is_stamped_and_seen_by_others(accounts, path):
    other = Accounts(path)
    stamps = {other.find("Ines").changed}
    accounts.set_password("Ines", OTHER)
    stamps.add(other.find("Ines").changed)
    accounts.set_role("Ines", Role.ADMIN)
    stamps.add(other.find("Ines").changed)
    assert len(stamps) == 3
    assert other.check("Ines", OTHER)


def test_a_hash_of_older_parameters_is_made_anew_and_ends_no_session(accounts, path):
    before = accounts.find("Ines")
    accounts._hasher = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    account = accounts.check("Ines", GOOD)
    assert "m=16,t=2" in account.password
    assert account.changed == before.changed
    assert Accounts(path).check("Ines", GOOD)


def test_a_write_that_fails_leaves_the_file_as_it_was(accounts, path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        accounts.add("Otto", GOOD, Role.READER)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["accounts.json"]


def test_the_command_makes_the_first_admin_with_a_password_from_standard_input(path):
    found = run("accounts", "add", "Ines", "--role", "admin", "--accounts", path, "--password-stdin", given=f"{GOOD}\n")
    assert found.output == "Ines is admin\n"
    assert Accounts(path).check("Ines", GOOD).role is Role.ADMIN


def test_the_command_asks_for_a_password_twice_and_does_not_show_it(path):
    found = run("accounts", "add", "Ines", "--accounts", path, given=f"{GOOD}\n{GOOD}\n")
    assert found.exception is None
    assert GOOD not in found.output
    assert Accounts(path).check("Ines", GOOD)


def test_the_command_takes_no_password_as_an_argument():
    for name, command in cli.commands["accounts"].commands.items():
        values = [one.name for one in command.params if "password" in one.name and not getattr(one, "is_flag", False)]
        assert values == [], name


def test_the_command_lists_changes_and_disables(accounts, path):
    accounts.add("Otto", GOOD, Role.READER)
    run("accounts", "role", "Otto", "reviewer", "--accounts", path)
    run("accounts", "password", "Otto", "--accounts", path, "--password-stdin", given=f"{OTHER}\n")
    assert accounts.check("Otto", OTHER).role is Role.REVIEWER
    run("accounts", "disable", "Otto", "--accounts", path)
    listed = run("accounts", "list", "--accounts", path).output.splitlines()
    assert [line.split()[:2] for line in listed] == [["Ines", "admin"], ["Otto", "reviewer"]]
    assert "disabled since" in listed[1]
    run("accounts", "disable", "Otto", "--undo", "--accounts", path)
    assert accounts.check("Otto", OTHER)


def test_the_command_names_a_file_that_is_not_there(tmp_path):
    found = run("accounts", "list", "--accounts", tmp_path / "none.json")
    assert isinstance(found.exception, InputError)
    assert not (tmp_path / "none.json").exists()


def test_the_file_is_plain_json_with_known_fields(accounts, path):
    record = json.loads(Path(path).read_bytes())
    assert record["format"] == 1
    assert set(record["accounts"][0]) == {"name", "role", "password", "created", "changed", "disabled"}
