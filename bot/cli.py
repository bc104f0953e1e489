"""The `bot` command: what an operator or an editor can do, and how it ends.

What a command needs is imported when it runs, so that `bot content check` does not wait for Telegram.
"""

import argparse
import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from bot import __version__, ask_cli, guide_cli, history_cli, parse_cli, progress
from bot.clock import SystemClock
from bot.refused import Refused, refusing
from bot.settings import SettingsError, load


class _Parser(argparse.ArgumentParser):
    """Tells in one line what was called wrongly."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see `{self.prog} --help`\n")


def main(arguments: list[str] | None = None) -> None:
    """Run one command; exits with 0, with 1 if it found or met a problem, with 2 if it was called wrongly."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        status = command(options)
        sys.stdout.flush()
        sys.exit(status)
    except (Refused, SettingsError) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(refusal.status if isinstance(refusal, Refused) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `| head` has seen enough; the flush at the end must not complain of it either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="bot", description="Provodnik, a Telegram bot for people leaving Russia.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="serve Telegram, or without BOT_TOKEN the local chat page")
    run.add_argument(
        "--crowd", metavar="CROSSING", help="local chat: simulated people report at this crossing"
    )
    run.set_defaults(command=_run)

    guide_cli.add(commands)
    parse_cli.add(commands)
    ask_cli.add(commands)
    history_cli.add(commands)

    estimate = commands.add_parser("estimate", help="the wait, from recorded reports")
    estimate.add_argument("--reports", type=Path, required=True, metavar="R.csv")
    estimate.add_argument("--at", type=Path, required=True, metavar="Q.csv")
    estimate.set_defaults(command=_estimate)

    database = commands.add_parser("db", help="for operators").add_subparsers(required=True, metavar="ACTION")
    database.add_parser("upgrade", help="bring the database to this version").set_defaults(
        command=_db_upgrade
    )
    database.add_parser("check", help="look for damage").set_defaults(command=_db_check)
    database.add_parser(
        "describe", help="what is stored, for how long and why, as docs/DATA.md"
    ).set_defaults(command=_db_describe)
    backup = database.add_parser("backup", help="copy a running database to a file")
    backup.add_argument("file", type=Path)
    backup.set_defaults(command=_db_backup)
    restore = database.add_parser("restore", help="put a copy back; the bot must not be running")
    restore.add_argument("file", type=Path)
    restore.add_argument("--force", action="store_true", help="even over a database that is not empty")
    restore.set_defaults(command=_db_restore)

    keys = commands.add_parser("keys", help="for operators").add_subparsers(required=True, metavar="ACTION")
    keys.add_parser("new", help="make the secret key, once").set_defaults(command=_keys_new)
    rotate = keys.add_parser(
        "rotate", help="replace the secret key by a new one; the bot must not be running"
    )
    rotate.set_defaults(command=_keys_rotate)

    bench = commands.add_parser("bench", help="measure, beside bare echoes and limits")
    bench.add_argument("name", nargs="?", help="one of the measures; all without it")
    bench.add_argument("--json", action="store_true", help="print JSON instead of a table")
    bench.set_defaults(command=_bench)
    return parser


def _run(options: argparse.Namespace) -> int:
    gc.disable()  # until the bot is put together: all that a start makes stays, and is not looked through
    from bot import serving
    from bot.app import CannotRun
    from bot.privacy import process, redaction

    process.keep_memory_private()
    settings = load()
    hidden = (settings.token, settings.webhook_secret, settings.database_url)
    redaction.configure("WARNING", sys.stderr, [value.get_secret_value() for value in hidden if value])
    logging.getLogger("bot").setLevel("INFO")  # of the libraries only what is wrong
    if options.crowd and not settings.local:
        raise Refused(
            "--crowd is for the local chat only: simulated people must not report to Telegram's users"
        )
    try:
        asyncio.run(serving.serve(settings, SystemClock(), _announce, crowd=options.crowd))
    except CannotRun as error:
        raise Refused(str(error)) from error
    return 0


def _announce(address: str) -> None:
    print(f"Provodnik answers at {address} — open it in a browser. Ctrl-C stops.", flush=True)


def _estimate(options: argparse.Namespace) -> int:
    from bot.crossings.recorded import RecordError, answer

    with refusing(RecordError):
        answer(options.reports, options.at, sys.stdout, progress.counted())
    return 0


def _bench(options: argparse.Namespace) -> int:
    from bot.bench import run

    return run(options.name, as_json=options.json)


def _db_upgrade(_: argparse.Namespace) -> int:
    from bot.storage import engine, migrate

    async def upgrade() -> bool:
        database = engine.create(load().database, patient=True)
        try:
            return await migrate.upgrade(database)
        finally:
            await database.dispose()

    with refusing(migrate.MigrationError, engine.StorageUnavailable):
        print("the database is now of this version" if asyncio.run(upgrade()) else "nothing to do")
    return 0


def _db_check(_: argparse.Namespace) -> int:
    from bot.privacy.retention import overdue
    from bot.storage import engine
    from bot.storage.backup import BackupError, check
    from bot.storage.migrate import MigrationError

    async def forgotten() -> Mapping[str, int]:
        database = engine.create(load().database, patient=True)
        try:
            return await overdue(database, SystemClock())
        finally:
            await database.dispose()

    with refusing(BackupError, MigrationError):
        checked = asyncio.run(check(load().database, SystemClock(), sys.stderr))
    print(*checked.facts, *checked.problems, sep="\n")
    if checked.problems:
        return 1
    with refusing(engine.StorageUnavailable):
        late = asyncio.run(forgotten())
    told = ", ".join(f"{count} of {name}" for name, count in late.items())
    print(f"kept for too long: {told}; they go when the bot runs" if late else "kept for too long: nothing")
    return 1 if late else 0


def _db_describe(_: argparse.Namespace) -> int:
    from bot.privacy.described import describe
    from bot.privacy.kept import problems

    found = problems()
    if found:
        print(*found, sep="\n", file=sys.stderr)
        return 1
    print(describe())
    return 0


def _db_backup(options: argparse.Namespace) -> int:
    from bot.storage.backup import BackupError, backup
    from bot.storage.migrate import MigrationError

    with refusing(BackupError, MigrationError):
        print(asyncio.run(backup(load().database, options.file, SystemClock(), sys.stderr)))
    return 0


def _db_restore(options: argparse.Namespace) -> int:
    from bot.storage.backup import BackupError, restore
    from bot.storage.migrate import MigrationError

    restored = restore(load().database, options.file, SystemClock(), sys.stderr, force=options.force)
    with refusing(BackupError, MigrationError):
        print(asyncio.run(restored))
    return 0


def _keys_new(_: argparse.Namespace) -> int:
    from bot.privacy.keys import KeyFileError, new

    path = load().key_path
    with refusing(KeyFileError):
        new(path)
    print(f"made {path}; without this file the bot does not start: keep a copy away from the database")
    return 0


def _keys_rotate(_: argparse.Namespace) -> int:
    from bot.privacy import keys, process, rotation
    from bot.storage import engine, migrate

    process.keep_memory_private()
    settings = load()
    with refusing(keys.KeyFileError, engine.StorageUnavailable, migrate.MigrationError):
        rows = asyncio.run(
            rotation.rotate(settings.key_path, settings.database, SystemClock(), progress.counted())
        )
    print(
        f"{settings.key_path} holds a new key, {rows} rows are sealed anew, and what was sealed before "
        "nobody can open: keep a copy of the new file, and destroy those of the old one"
    )
    return 0
