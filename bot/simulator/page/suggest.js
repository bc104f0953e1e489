// The list above the input: the bot's commands, or what an inline query found.

import { fill, h } from "./dom.js";

/**
 * A listbox that belongs to an input. The focus stays in the input (or in the list, when the menu button opened it);
 * `aria-activedescendant` tells which line is chosen.
 */
export class Suggest {
  items = [];
  at = 0;

  constructor(id, input) {
    this.id = id;
    this.input = input;
    this.element = h("div.suggest", { id, role: "listbox", tabindex: -1, hidden: true });
    this.element.addEventListener("keydown", (event) => {
      if (!this.key(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.element.addEventListener("focusout", (event) => {
      if (event.relatedTarget !== this.input && !this.element.contains(event.relatedTarget)) this.hide();
    });
  }

  get open() {
    return !this.element.hidden;
  }

  /** Show lines: [{content, choose(), complete?()}…]; `note` stands in for lines when there are none. */
  show(items, { label, note = null }) {
    this.items = items;
    this.at = 0;
    this.element.setAttribute("aria-label", label);
    fill(this.element, items.map((item, at) =>
      h("div.suggestion", { id: `${this.id}-${at}`, role: "option", onclick: () => this.#choose(at), onpointermove: () => this.#mark(at) }, item.content)),
    note && !items.length ? h("p.note", note) : null);
    this.element.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    if (items.length) this.#mark(0);
  }

  hide() {
    if (!this.open) return;
    const giveBack = this.element.contains(document.activeElement);
    this.element.hidden = true;
    this.items = [];
    for (const owner of [this.input, this.element]) owner.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-expanded", "false");
    if (giveBack) this.input.focus();
  }

  /** Handle a key; true if it was for the list. */
  key(event) {
    if (!this.open || event.isComposing) return false;
    if (event.key === "Escape") return this.hide(), true;
    if (!this.items.length) return false;
    const to = { ArrowDown: this.at + 1, ArrowUp: this.at - 1 }[event.key];
    if (to !== undefined) return this.#mark((to + this.items.length) % this.items.length), true;
    if (event.key === "Enter" && !event.shiftKey) return this.#choose(this.at), true;
    if (event.key === "Tab" && !event.shiftKey && this.items[this.at].complete) return this.items[this.at].complete(), true;
    return false;
  }

  #choose(at) {
    const item = this.items[at];
    this.hide();
    item.choose();
  }

  #mark(at) {
    this.at = at;
    [...this.element.children].forEach((line, index) => line.setAttribute("aria-selected", String(index === at)));
    const line = this.element.children[at];
    for (const owner of [this.input, this.element]) owner.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  }
}
