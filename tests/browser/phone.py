"""What a person does with one phone on the chat page, in the words of a story."""

from playwright.sync_api import FloatRect, Locator, Page, expect


def box(locator: Locator) -> FloatRect:
    """Measure where something is, in pixels, once it is there."""
    expect(locator).to_be_visible()
    found = locator.bounding_box()
    assert found is not None, "not visible"
    return found


class Phone:
    """One person's phone; waits for what it looks for."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.section = page.locator(f"section.phone[aria-label$=': {name}']")
        self.log = self.section.get_by_role("log")
        self.big = self.section.locator(".big")
        self.input = self.section.locator("textarea")
        self.messages = self.log.locator("article.message")
        self.last = self.messages.last
        self.sent = self.log.locator("article.out")
        self.toast = self.section.locator(".toast")
        self.suggestions = self.section.get_by_role("option")

    def send(self, text: str) -> None:
        """Type a text, press Enter, and wait until it stands in the chat."""
        expect(self.messages.first).to_be_visible()  # all that was said before is drawn with it
        before = self.sent.count()
        self.input.fill(text)
        self.input.press("Enter")
        expect(self.sent).to_have_count(before + 1)

    def start(self) -> None:
        """Press the start button of an empty chat, and wait until the bot has answered."""
        self.big.click()
        expect(self.last).to_contain_class("in")

    def begin(self) -> None:
        """Start unless somebody has already used this chat."""
        # Either tells that the chat has been loaded; the input is there before that.
        expect(self.section.locator(".big:visible, article.message:visible").first).to_be_visible()
        if self.big.is_visible():
            self.start()

    def key(self, label: str) -> Locator:
        """Find the newest inline button with this label."""
        return self.log.locator(".key").filter(has_text=label).last

    def tap(self, label: str) -> None:
        """Tap the newest inline button with this label."""
        self.key(label).click()

    def sees(self, text: str) -> None:
        """Wait until the newest message is the bot's and holds this text (what people type may too)."""
        expect(self.last.and_(self.log.locator("article.in"))).to_contain_text(text)

    def menu(self, words: str) -> None:
        """Choose a line of the person's menu."""
        self.section.locator(".chatbar button").click()
        self.section.get_by_role("menuitem", name=words).click()
