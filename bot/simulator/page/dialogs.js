// What lies over a phone for a while: dialogs, menus, toasts.

import { h, icon } from "./dom.js";

/**
 * Open a dialog over a phone. `build(close)` returns its content. Resolves with what `close` was given, or null when it
 * was dismissed. The browser keeps the focus inside and gives it back.
 */
export function openDialog(over, { title, role = "dialog", build }) {
  return new Promise((resolve) => {
    let result = null;
    const close = (value) => {
      result = value;
      dialog.close();
    };
    const heading = title ? h("h2", { id: "dialog-title" }, title) : null;
    const dialog = h("dialog.dialog", { role, "aria-labelledby": heading?.id ?? null }, heading, build(close));
    if (!heading) dialog.setAttribute("aria-label", dialog.textContent);
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) close(null); // the backdrop: everything else is inside a child
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    centre(dialog, over);
  });
}

function centre(dialog, over) {
  if (!over) return;
  const screen = over.getBoundingClientRect();
  const size = dialog.getBoundingClientRect();
  const left = Math.max(8, Math.min(innerWidth - size.width - 8, screen.left + (screen.width - size.width) / 2));
  const top = Math.max(8, Math.min(innerHeight - size.height - 8, screen.top + (screen.height - size.height) / 2));
  Object.assign(dialog.style, { left: `${left}px`, top: `${top}px`, margin: "0" });
}

/** Show a callback's alert, or ask: `buttons` is [[words, value]…], the last one is the default. Resolves with a value or null. */
export function ask(over, { title = null, text, buttons, role = "alertdialog" }) {
  return openDialog(over, {
    title,
    role,
    build: (close) => [
      text.map((line) => h(line.startsWith("http") ? "p.address" : "p", line)),
      h("div.dialog-buttons", buttons.map(([words, value], at) =>
        h("button.plain", { type: "button", autofocus: at === buttons.length - 1, onclick: () => close(value) }, words))),
    ],
  });
}

/**
 * Open a menu below or above a button, inside `container`. `items` is [{words, icon, act, danger?}…]. Arrow keys move, Escape and a click
 * elsewhere close it, and the focus goes back to the button.
 */
export function openMenu(anchor, container, items) {
  const menu = h("div.menu", { role: "menu" }, items.map((item) =>
    h("button.menu-item", { type: "button", role: "menuitem", tabindex: -1, class: item.danger ? "menu-item danger" : "menu-item", onclick: () => {
      close(true);
      item.act();
    } }, icon(item.icon, 20), h("span", item.words))));
  const buttons = [...menu.children];
  const close = (giveBack) => {
    if (!menu.isConnected) return;
    const inside = menu.contains(document.activeElement);
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    expand(anchor, "false");
    if (giveBack || inside) anchor.focus({ preventScroll: true });
  };
  const outside = (event) => {
    if (!menu.contains(event.target)) close(false);
  };
  menu.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) buttons[(to + buttons.length) % buttons.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") close(true);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  container.append(menu);
  place(menu, anchor, container);
  expand(anchor, "true");
  document.addEventListener("pointerdown", outside, true);
  buttons[0].focus({ preventScroll: true });
}

function expand(anchor, state) {
  if (anchor.hasAttribute("aria-haspopup")) anchor.setAttribute("aria-expanded", state);
}

function place(menu, anchor, container) {
  const frame = container.getBoundingClientRect();
  const button = anchor.getBoundingClientRect();
  const left = Math.min(Math.max(8, button.right - frame.left - menu.offsetWidth), frame.width - menu.offsetWidth - 8);
  const below = button.bottom - frame.top + 4;
  const fits = below + menu.offsetHeight < frame.height - 8;
  const top = fits ? below : Math.max(8, button.top - frame.top - menu.offsetHeight - 4);
  Object.assign(menu.style, { left: `${Math.max(8, left)}px`, top: `${top}px` });
}

/** Show a short message over a phone; long ones stay longer. `shelf` is a live region that stands in the page already. */
export function toast(shelf, text) {
  const element = h("div.toast", text);
  shelf.replaceChildren(element);
  setTimeout(() => element.remove(), Math.max(3500, Math.min(9000, text.length * 70)));
}
