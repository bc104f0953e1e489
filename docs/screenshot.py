"""Make docs/screenshot.png: `python docs/screenshot.py [URL]`.

Plays a short story on the local chat page and takes a picture: Anna, in Russian, opens a crossing and
reports; Ben, in English, asks the guide. Without a URL it starts `bot run --crowd verkhny-lars` itself, on a
free port, with data that is thrown away.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

PICTURE = Path(__file__).parent / "screenshot.png"
MOST_BYTES = 400_000
WIDTH, HEIGHT = 1280, 1080
CROSSING = "verkhny-lars"
_START_SECONDS = 30
_STOP_SECONDS = 15
_ANSWER_MS = 20_000
_CROWD_MS = 75_000  # the first simulated people report in that time
_BROWSER = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def main() -> None:
    """Take the picture; the exit code tells whether it could be taken and is small enough."""
    if len(sys.argv) > 1:
        take(sys.argv[1])
    else:
        with running_bot() as url:
            take(url)
    size = PICTURE.stat().st_size
    sys.stdout.write(f"{PICTURE} {size // 1000} kB\n")
    if size > MOST_BYTES:
        sys.exit(f"the picture is larger than {MOST_BYTES // 1000} kB")


@contextmanager
def running_bot() -> Iterator[str]:
    """Run the bot on the local chat with throw-away data, and give the page's address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        settings = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
        settings |= {"BOT_LISTEN": f"127.0.0.1:{port}", "BOT_DATA_DIR": data}
        command = [sys.executable, "-m", "bot", "run", "--crowd", CROSSING]
        bot = subprocess.Popen(command, env=settings)  # noqa: S603 - our own command, nothing from outside
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            bot.terminate()
            bot.wait(_STOP_SECONDS)


def take(url: str) -> None:
    """Play the story on a running page and write the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(_BROWSER))
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            locale="ru-RU",
            color_scheme="light",
            reduced_motion="reduce",
        )
        page.set_default_timeout(_ANSWER_MS)
        wait_until_it_runs(page, url)
        anna, ben = phone(page, "Анна", "ru"), phone(page, "Ben", "en")
        wait_for_the_crowd(page)
        report(anna)
        ask(ben)
        # Anna's end shows the buttons, Ben's beginning the answer.
        ben.locator(".message.in").last.evaluate("message => message.scrollIntoView({ block: 'start' })")
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=PICTURE)
        browser.close()


def wait_until_it_runs(page: Page, url: str) -> None:
    """Open the page as soon as somebody serves it."""
    for _ in range(_START_SECONDS * 4):
        try:
            urllib.request.urlopen(f"{url}api/state", timeout=5).close()  # noqa: S310 - loopback, given by whoever runs us
        except (urllib.error.URLError, ConnectionError):
            page.wait_for_timeout(250)
            continue
        page.goto(url)
        page.locator("#top .brand").wait_for()
        return
    sys.exit(f"nothing runs at {url}")


def phone(page: Page, name: str, language: str) -> Locator:
    """Find somebody's phone; add the person if there is none of that name yet."""
    found = page.locator(f"section.phone[aria-label$=': {name}']")
    if found.count() == 0:
        page.evaluate(
            """async (person) => {
                const headers = { "X-Provodnik": "page", "Content-Type": "application/json" };
                await fetch("/api/people", { method: "POST", headers, body: JSON.stringify(person) });
            }""",
            {"first_name": name, "language_code": language},
        )
    found.wait_for()
    return found


def wait_for_the_crowd(page: Page) -> None:
    """Wait until three simulated people are there, if any come at all."""
    three = (
        "async () => (await (await fetch('/api/state')).json()).people.filter((one) => one.crowd).length >= 3"
    )
    for _ in range(_CROWD_MS // 1000):
        if page.evaluate(three):
            break
        page.wait_for_timeout(1000)


def report(anna: Locator) -> None:
    """Anna looks at the crossing and reports what she saw, by the buttons."""
    send(anna, "/start")
    send(anna, "/crossing Verkhny_Lars")
    for labels in (("Сообщить",), ("на машине", "🚗"), ("Проехали",), ("1–3 ч", "3–6 ч")):
        tap(anna, *labels)
    send(anna, "/crossing Verkhny_Lars")


def ask(ben: Locator) -> None:
    """Ben goes through the guide to an answer."""
    send(ben, "/start")
    for label in ("Kazakhstan", "Papers and entry", "Passport and documents", "An adult"):
        tap(ben, label)


def send(person: Locator, text: str) -> None:
    """Write to the bot and wait for its answer."""
    big = person.locator(".big")
    if text == "/start" and big.is_visible():
        before = 0
        big.click()
    else:
        before = person.locator(".message.in").count()
        person.locator("textarea").fill(text)
        person.locator("textarea").press("Enter")
    person.locator(".message.in").nth(before).wait_for()
    settle(person)


def tap(person: Locator, *labels: str, needed: bool = True) -> bool:
    """Tap a button with one of these labels under the newest message; tell whether there was one."""
    keys = person.locator(".message").last.locator(".key")
    for label in labels:
        key = keys.filter(has_text=label).first
        if key.count():
            key.click()
            settle(person)
            return True
    if needed and "машин" not in labels[0]:  # a crossing with one mode only does not ask for it
        sys.exit(f"no button {' or '.join(labels)} among: {keys.all_inner_texts()}")
    return False


def settle(person: Locator) -> None:
    """Wait until no tap is unanswered and no picture is loading."""
    person.locator(".key[aria-busy=true]").first.wait_for(state="detached")
    person.page.wait_for_timeout(400)


if __name__ == "__main__":
    main()
