"""The simulator as a process of its own, for benches: `python -m bot.simulator --port 9000 [--no-limits]`."""

import argparse
import asyncio
import signal

from bot.simulator.limits import Limits
from bot.simulator.server import TOKEN_BY_DEFAULT, Simulator


async def _serve(simulator: Simulator) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with simulator:
        print(simulator.url, flush=True)  # noqa: T201 - whoever started us reads where we are
        await ended.wait()


def main() -> None:
    """Run until interrupted; the first line of output is the Bot API's base."""
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--token", default=TOKEN_BY_DEFAULT, help="the bot's token")
    parser.add_argument("--no-limits", action="store_true", help="never answer 429")
    arguments = parser.parse_args()
    limits = Limits.off() if arguments.no_limits else Limits()
    asyncio.run(_serve(Simulator(port=arguments.port, token=arguments.token, limits=limits)))


if __name__ == "__main__":
    main()
