// The local chat page: several people side by side, each with a phone that talks to the bot.

import { api } from "./api.js";
import { fill, h } from "./dom.js";
import { askForPerson } from "./forms.js";
import { Phone } from "./phone.js";
import { Store } from "./store.js";
import { drawTop } from "./strip.js";
import { preferred, words } from "./words.js";

const NARROW = matchMedia("(max-width: 719px)");
const PROBLEMS = 5; // so many are shown at once
const CHOICES = "provodnik.page";

/** What somebody chose on this page; kept in the browser only. */
class Choices {
  constructor() {
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(CHOICES) ?? "{}");
    } catch {
      kept = {}; // unreadable, or the browser forbids storage: begin with the defaults
    }
    this.language = kept.language === "ru" || kept.language === "en" ? kept.language : preferred(navigator.languages);
    this.theme = ["light", "dark"].includes(kept.theme) ? kept.theme : "auto";
    this.shown = typeof kept.shown === "object" && kept.shown !== null ? kept.shown : {}; // person id → boolean
    this.current = kept.current ?? null; // id of the person whose tab is open on a narrow page
  }

  keep() {
    try {
      localStorage.setItem(CHOICES, JSON.stringify(this));
    } catch {
      // Storage is full or forbidden: the choice lasts as long as the page.
    }
  }
}

class Page {
  store = new Store();
  choices = new Choices();
  phones = new Map(); // person id → Phone
  lastTouched = null;
  #hideConnection = 0;
  #hideContent = 0;

  constructor() {
    this.top = document.getElementById("top");
    this.stage = document.getElementById("stage");
    this.connection = document.getElementById("connection");
    this.content = document.getElementById("content");
    this.#dress();
    NARROW.addEventListener("change", () => this.draw());
    this.store.addEventListener("state", () => this.draw());
    this.store.addEventListener("chat", (event) => this.#chat(event.detail));
    this.store.addEventListener("connection", (event) => this.#connection(event.detail));
    this.store.addEventListener("content", (event) => this.#content(event.detail.before));
    this.store.begin();
  }

  get narrow() {
    return NARROW.matches;
  }

  get language() {
    return this.choices.language;
  }

  // ---- drawing

  #dress() {
    this.say = words(this.language);
    document.documentElement.lang = this.language;
    document.documentElement.dataset.theme = this.choices.theme;
    document.title = this.say("title");
  }

  draw() {
    if (this.store.bot === null) return;
    const visible = this.#visible();
    for (const [id, phone] of this.phones) {
      if (visible.some((person) => person.id === id)) phone.update();
      else this.phones.delete(id);
    }
    for (const person of visible) {
      this.store.chat(person.chat_id).unread = 0;
      if (!this.phones.has(person.id)) this.phones.set(person.id, new Phone(this, person));
    }
    drawTop(this.top, this);
    this.#place(visible.map((person) => this.phones.get(person.id).element));
  }

  #place(elements) {
    if (!elements.length) {
      const hidden = [...this.store.people.values()].some((person) => !person.crowd);
      fill(this.stage, h("div.empty", h("p", this.say(hidden ? "noneShown" : "noPeople")), hidden ? null : h("button.primary", { type: "button", onclick: () => this.add() }, this.say("addPerson"))));
      return;
    }
    for (const child of [...this.stage.children]) if (!elements.includes(child)) child.remove();
    elements.forEach((element, at) => {
      if (this.stage.children[at] !== element) this.stage.insertBefore(element, this.stage.children[at] ?? null);
    });
  }

  #visible() {
    const shown = [...this.store.people.values()].filter((person) => this.isShown(person));
    if (!this.narrow) return shown;
    const current = this.current();
    return current ? [current] : [];
  }

  #chat({ chat, kind, message }) {
    const person = this.store.person(chat.id);
    const phone = person && this.phones.get(person.id);
    if (phone) return phone.changed(kind, message);
    if (kind !== "message" || message.from !== "bot" || !person || (person.crowd && !this.isShown(person))) return;
    chat.unread += 1;
    drawTop(this.top, this);
  }

  #connection({ up, first }) {
    clearTimeout(this.#hideConnection);
    document.documentElement.dataset.connection = up ? "up" : "lost";
    if (up && first) return;
    this.connection.textContent = this.say(up ? "found" : "lost");
    this.connection.hidden = false;
    this.connection.classList.toggle("found", up);
    if (up) this.#hideConnection = setTimeout(() => (this.connection.hidden = true), 2500);
  }

  /** Show what is wrong with the bot's content for as long as it is, and for a moment that other content is served. */
  #content(before) {
    const { version, problems } = this.store.content;
    const over = before !== null && (before.version !== version || before.problems.length > 0);
    if (!problems.length && !over) return;
    clearTimeout(this.#hideContent);
    this.content.hidden = false;
    this.content.classList.toggle("served", !problems.length);
    if (!problems.length) {
      fill(this.content, h("p", this.say("served", { version })));
      this.#hideContent = setTimeout(() => (this.content.hidden = true), 4000);
      return;
    }
    const more = problems.length - PROBLEMS;
    fill(this.content, h("p", this.say("notServed")), h("ul", problems.slice(0, PROBLEMS).map((problem) => h("li", h("code", problem)))),
      more > 0 ? h("p", this.say("moreProblems", { count: more })) : null);
  }

  // ---- what the top bar and the phones ask for

  isShown(person) {
    return this.choices.shown[person.id] ?? !person.crowd;
  }

  /** The person whose tab is open on a narrow page. */
  current() {
    const people = [...this.store.people.values()].filter((person) => !person.crowd || this.isShown(person));
    return people.find((person) => person.id === this.choices.current) ?? people[0] ?? null;
  }

  toggle(person) {
    this.#show(person, !this.isShown(person));
    if (this.isShown(person) && this.narrow) this.choices.current = person.id;
    this.#decided();
  }

  select(person) {
    this.choices.current = person.id;
    this.#decided();
  }

  hide(person) {
    this.#show(person, false);
    this.#decided();
    this.top.querySelector(".chip-button")?.focus();
  }

  #show(person, shown) {
    this.choices.shown = { ...this.choices.shown, [person.id]: shown };
  }

  #decided() {
    this.choices.keep();
    this.draw();
  }

  async add() {
    const about = await askForPerson(this.stage, this.say);
    if (!about) return;
    try {
      const person = await api.addPerson(about);
      this.store.people.set(person.id, person); // the event may come later than the answer
      this.choices.current = person.id;
      this.#show(person, true);
      this.#decided();
      this.phones.get(person.id)?.element.scrollIntoView({ inline: "nearest", block: "nearest" });
    } catch (error) {
      this.connection.textContent = this.say("refused", { why: error.message });
      this.connection.hidden = false;
    }
  }

  others(than) {
    return [...this.store.people.values()].filter((person) => person.id !== than.id && !person.crowd && !person.blocked);
  }

  /** Send a text as another person and show their phone. */
  async startAs(person, text) {
    this.choices.current = person.id;
    this.#show(person, true);
    this.#decided();
    const phone = this.phones.get(person.id);
    await phone.send({ text });
    phone.composer.focus();
  }

  touched(phone) {
    this.lastTouched = phone;
  }

  theme() {
    return this.choices.theme;
  }

  setTheme(theme) {
    this.choices.theme = theme;
    this.#dress();
    this.#decided();
  }

  switchLanguage() {
    this.choices.language = this.language === "ru" ? "en" : "ru";
    this.#dress();
    if (this.store.content?.problems.length) this.#content(null);
    this.phones.clear(); // their words change: they are built anew, drafts are the chats'
    this.#decided();
  }
}

new Page();
