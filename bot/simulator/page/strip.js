// The top of the page: whose phones are shown, and how the page looks.

import { openMenu } from "./dialogs.js";
import { avatar, fill, h, icon } from "./dom.js";

const THEMES = ["auto", "light", "dark"];

/**
 * Draw the top bar. `app` gives {store, say, narrow, isShown(person), current(), toggle(person), select(person), add(),
 * switchLanguage(), theme(), setTheme(name)}. On a narrow page the people are tabs, else switches.
 */
export function drawTop(top, app) {
  const focused = top.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const people = [...app.store.people.values()];
  const listed = people.filter((person) => !person.crowd || app.isShown(person));
  const crowd = people.filter((person) => person.crowd);
  const strip = h("div.people", { role: app.narrow ? "tablist" : "group", "aria-label": app.say("people"), onkeydown: (event) => app.narrow && walkTabs(event) },
    listed.map((person) => (app.narrow ? tab(person, app) : chip(person, app))));
  fill(top,
    h("div.brand", h("img", { src: "/page/favicon.svg", alt: "", width: 28, height: 28 }), h("b", app.store.bot?.first_name ?? app.say("name")), h("span", app.say("local"))),
    strip,
    crowd.length ? crowdButton(crowd, app) : null,
    h("button.round.add", { type: "button", "data-focus": "add", "aria-label": app.say("addPerson"), title: app.say("addPerson"), onclick: () => app.add() }, icon("plus")),
    h("div.tools", themeButton(app),
      h("button.round.language", { type: "button", "data-focus": "language", "aria-label": app.say("language"), title: app.say("language"), onclick: () => app.switchLanguage() }, app.say("languageShort"))));
  if (focused) top.querySelector(`[data-focus="${focused}"]`)?.focus({ preventScroll: true });
  strip.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function face(person, app) {
  const { unread } = app.store.chat(person.chat_id);
  return [avatar(person.first_name, person.id), h("span.person-name", person.first_name),
    unread ? h("span.badge", unread, h("span.unseen", ` ${app.say("unread", { count: unread })}`)) : null];
}

function chip(person, app) {
  return h("button.chip-button", { type: "button", "data-focus": `person-${person.id}`, "aria-pressed": String(app.isShown(person)), title: app.say("show", { name: person.first_name }),
    onclick: () => app.toggle(person) }, face(person, app));
}

function tab(person, app) {
  const selected = app.current()?.id === person.id;
  return h("button.chip-button", { type: "button", role: "tab", "data-focus": `person-${person.id}`, "aria-selected": String(selected), tabindex: selected ? 0 : -1,
    onclick: () => app.select(person) }, face(person, app));
}

function walkTabs(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  const tabs = [...event.currentTarget.children];
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  event.preventDefault();
  next.focus();
  next.click();
}

function crowdButton(crowd, app) {
  const button = h("button.chip-button.crowd", { type: "button", "data-focus": "crowd", "aria-haspopup": "menu", "aria-expanded": "false", title: app.say("crowdTitle"),
    "aria-label": `${app.say("crowdTitle")}: ${crowd.length}` },
    icon("people", 18), h("span.crowd-words", app.say("crowdWords")), String(crowd.length));
  button.addEventListener("click", () => openMenu(button, document.body, crowd.map((person) => ({
    words: person.first_name, icon: app.isShown(person) ? "check" : "plus", act: () => app.toggle(person),
  }))));
  return button;
}

function themeButton(app) {
  const theme = app.theme();
  const words = app.say("theme", { theme: app.say(`theme${theme[0].toUpperCase()}${theme.slice(1)}`) });
  return h("button.round", { type: "button", "data-focus": "theme", "data-theme-now": theme, "aria-label": words, title: words,
    onclick: () => app.setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]) }, icon(theme));
}
