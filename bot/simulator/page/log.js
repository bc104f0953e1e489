// The messages of one chat: drawn in order, kept in place when they change, walked through with the keyboard.

import { bubble } from "./bubble.js";
import { avatar, h, icon } from "./dom.js";
import { neighbour } from "./keys.js";
import { dayOf } from "./words.js";

const FIRST_SHOWN = 80; // messages; more on request
const NEAR_BOTTOM = 48; // px: whoever is that near reads the newest
const KEYS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "Enter", "Escape"]);

export class Log {
  #drawn = new Map(); // message id → {message, element}
  #days = new Map(); // words of a day → its chip
  #limit = FIRST_SHOWN;
  #pinned = true; // reads the newest message, so what comes next scrolls into view
  #top = 0; // where the scroller was last
  #missed = 0;
  #active = null; // id of the message whose buttons Tab reaches; null: the last one

  /** `phone` gives {chat, person, bot, nameOfBot, say, app}; `on` is what the parts of a bubble do; `leave()` takes the focus to the input. */
  constructor(phone, on, leave) {
    this.phone = phone;
    this.on = on;
    this.leave = leave;
    this.stack = h("div.stack");
    this.scroller = h("div.log", { role: "log", "aria-label": phone.say("messages"), "aria-live": "off", tabindex: -1, onscroll: () => this.#scrolled(),
      onkeydown: (event) => this.#walk(event), onfocusin: (event) => this.#entered(event) }, this.stack);
    this.toBottom = h("button.round.to-bottom", { type: "button", hidden: true, onclick: () => this.#scrollDown() }, icon("down", 26), h("span.badge"));
    // Pictures load and the keyboard opens after the messages are drawn: whoever reads the newest goes on reading it.
    const keep = new ResizeObserver(() => this.#pinned && this.#scrollDown());
    keep.observe(this.stack);
    keep.observe(this.scroller);
  }

  /** Draw what is new or changed. `arrived` is the message that came just now, if one did. */
  draw(arrived = null) {
    if (arrived?.from === "person") this.#pinned = true;
    if (arrived && !this.#pinned) this.#missed += 1;
    this.#sync(arrived);
    if (this.#pinned) this.#scrollDown();
    this.#showToBottom();
    // What was said before the page was opened is not read out.
    if (this.phone.chat.loaded) requestAnimationFrame(() => this.scroller.setAttribute("aria-live", "polite"));
  }

  /** Find the button of a tap, if it is still there. */
  key(id, row, column) {
    return this.#drawn.get(id)?.element.querySelector(keySelector(row, column)) ?? null;
  }

  /** Scroll to a message and make it stand out. */
  jump(id) {
    const element = this.#drawn.get(id)?.element;
    if (!element?.isConnected) return;
    element.scrollIntoView({ block: "center" });
    element.classList.remove("flash");
    requestAnimationFrame(() => element.classList.add("flash"));
    element.focus({ preventScroll: true });
  }

  /** Put the focus on the newest message; on its last button, if it has any. */
  enter() {
    const last = this.#articles().at(-1);
    if (last) ([...last.querySelectorAll(".key")].at(-1) ?? last).focus();
  }

  // ---- drawing

  #sync(arrived) {
    const { chat, app, say } = this.phone;
    const messages = chat.list();
    const shown = messages.slice(-this.#limit);
    const nodes = [];
    if (shown.length < messages.length) nodes.push(this.#earlier());
    if (chat.loaded && !messages.length) nodes.push(this.#intro());
    let day = null;
    for (const message of shown) {
      const words = dayOf(message.date, app.language, say);
      if (words !== day) nodes.push(this.#day((day = words)));
      nodes.push(this.#element(message, message === arrived));
    }
    group(nodes);
    this.#place(nodes);
    for (const id of this.#drawn.keys()) if (!chat.messages.has(id)) this.#drawn.delete(id);
    this.#tabStops();
  }

  #element(message, isNew) {
    const drawn = this.#drawn.get(message.id);
    if (drawn?.message === message) return drawn.element;
    const element = bubble(message, this.on);
    if (isNew) element.classList.add("new");
    if (drawn) this.#replace(drawn.element, element);
    this.#drawn.set(message.id, { message, element });
    return element;
  }

  /** Put an edited message in the place of the old one; whoever stood on a button stands on the one in its place. */
  #replace(old, element) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    if (!old.isConnected) return;
    old.replaceWith(element);
    if (focused === null) return;
    const { row, column } = focused.dataset;
    const again = row === undefined ? null : element.querySelector(keySelector(row, column)) ?? element.querySelector(".key");
    (again ?? element).focus({ preventScroll: true });
  }

  #place(nodes) {
    const keep = new Set(nodes);
    for (const child of [...this.stack.children]) if (!keep.has(child)) child.remove();
    nodes.forEach((node, at) => {
      if (this.stack.children[at] !== node) this.stack.insertBefore(node, this.stack.children[at] ?? null);
    });
  }

  #day(words) {
    if (!this.#days.has(words)) this.#days.set(words, h("div.day", h("span", words)));
    return this.#days.get(words);
  }

  #earlier() {
    return h("button.earlier", { type: "button", onclick: () => {
      const height = this.stack.offsetHeight;
      this.#limit += FIRST_SHOWN;
      this.#pinned = false;
      this.#sync(null);
      this.scroller.scrollTop += this.stack.offsetHeight - height;
    } }, this.phone.say("earlier"));
  }

  #intro() {
    const { bot, person, say, nameOfBot } = this.phone;
    const description = bot.descriptions[person.language_code] ?? bot.description;
    // As in Telegram: a bot that does not describe itself has no "What can this bot do?" either.
    return h("div.intro", avatar(nameOfBot, bot.id), description ? [h("b", say("what")), h("p", description)] : h("b", nameOfBot));
  }

  // ---- scrolling

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // Only going up lets go: a picture that loads moves the end away, too, before this event comes.
    if (scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM) this.#pinned = true;
    else if (scrollTop < this.#top) this.#pinned = false;
    this.#top = scrollTop;
    if (this.#pinned) this.#missed = 0;
    this.#showToBottom();
  }

  #scrollDown() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#missed = 0;
    this.#pinned = true;
    this.#showToBottom();
  }

  #showToBottom() {
    const { say } = this.phone;
    this.toBottom.hidden = this.#pinned;
    this.toBottom.querySelector(".badge").textContent = this.#missed || "";
    this.toBottom.setAttribute("aria-label", say("toBottom") + (this.#missed ? ` (${say("unread", { count: this.#missed })})` : ""));
    this.toBottom.title = say("toBottom");
  }

  // ---- the keyboard

  #articles() {
    return [...this.stack.querySelectorAll(".message")];
  }

  /** Tab reaches the parts of one message only (the last, or the one somebody walked to), so that the input stays near. */
  #tabStops() {
    const articles = this.#articles();
    const active = articles.find((article) => article.dataset.id === this.#active) ?? articles.at(-1);
    for (const article of articles) {
      const stop = article === active ? 0 : -1;
      article.tabIndex = stop;
      for (const part of article.querySelectorAll("a, button, [role=button]")) part.tabIndex = stop;
    }
  }

  #entered(event) {
    const article = event.target.closest(".message");
    if (!article) return;
    const articles = this.#articles();
    this.#active = article === articles.at(-1) ? null : article.dataset.id;
    this.#tabStops();
  }

  /** Walk with the arrow keys, through messages and their buttons; Escape goes back to the input. */
  #walk(event) {
    const article = event.target.closest(".message");
    if (!article || !KEYS.has(event.key)) return;
    const key = event.target.closest(".key");
    const to = key ? this.#fromKey(article, key, event.key) : this.#fromMessage(article, event);
    if (to === undefined) return;
    event.preventDefault();
    if (to === null) this.leave();
    else to.focus();
  }

  /** Where a key leads from a button: an element, null for the input, undefined if the key is the button's own business. */
  #fromKey(article, key, pressed) {
    if (pressed === "Enter") return undefined;
    if (pressed === "Escape") return null;
    if (!pressed.startsWith("Arrow")) return this.#edge(pressed);
    return neighbour(key, pressed) ?? (pressed === "ArrowUp" ? article : this.#after(article));
  }

  #fromMessage(article, event) {
    if (event.key === "Escape") return null;
    if (event.key === "Enter") return event.target === article ? article.querySelector(".key") ?? undefined : undefined;
    if (event.key === "ArrowDown") return article.querySelector(".key") ?? this.#after(article);
    if (event.key === "ArrowUp") return this.#before(article);
    return this.#edge(event.key);
  }

  #edge(pressed) {
    return { Home: this.#articles()[0], End: this.#articles().at(-1) }[pressed];
  }

  #before(article) {
    const articles = this.#articles();
    const before = articles[articles.indexOf(article) - 1];
    return before?.querySelector(".row:last-child .key") ?? before ?? article;
  }

  #after(article) {
    const articles = this.#articles();
    return articles[articles.indexOf(article) + 1] ?? null;
  }
}

/** Messages of one side that follow each other stand closer; the last one of them has the tail. */
function group(nodes) {
  nodes.forEach((node, at) => {
    if (!node.classList.contains("message")) return;
    const side = node.classList.contains("out") ? "out" : "in";
    const next = nodes[at + 1];
    node.classList.toggle("tail", !(next?.classList.contains("message") && next.classList.contains(side)));
  });
}

function keySelector(row, column) {
  return `.key[data-row="${row}"][data-column="${column}"]`;
}
