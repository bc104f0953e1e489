// The bot's buttons: under a message (inline), and in place of the phone's keyboard (reply).

import { h, icon } from "./dom.js";

/**
 * Lay out a message's buttons as Telegram does: each row as wide as the bubble, its columns equal, one line of text
 * each, cut with "…" where it is too long. `on` is {say, press(message, row, column), tapping}.
 */
export function inlineKeyboard(message, on) {
  return h("div.keyboard", { role: "group", "aria-label": on.say("buttons") }, message.keyboard.map((row, y) =>
    h("div.row", row.map((button, x) => inlineButton(message, button, y, x, on)))));
}

function inlineButton(message, button, row, column, on) {
  const waiting = on.tapping().has(tapKey(message, row, column));
  const element = h("button.key", {
    type: "button", "data-row": row, "data-column": column, title: button.text, "aria-busy": waiting ? "true" : null,
    onclick: () => on.press(message, row, column),
  }, h("span.label", button.text));
  if (button.url) element.append(icon("arrow", 13), h("span.unseen", `, ${on.say("opensLink")}`));
  if (inlineQuery(button) !== null) element.append(icon("inline", 13), h("span.unseen", `, ${on.say("opensInline")}`));
  return element;
}

/** What an inline-mode button puts after the bot's name, or null for other buttons. */
export function inlineQuery(button) {
  return button.switch_inline_query ?? button.switch_inline_query_current_chat ?? null;
}

/** The name of a tap that waits for an answer. */
export function tapKey(message, row, column) {
  return `${message.id}:${row}:${column}`;
}

/** Lay out a reply keyboard. `press(button)` is called with the button tapped. */
export function replyKeyboard(rows, say, press) {
  return h("div.reply-keyboard", { role: "group", "aria-label": say("replyKeyboard") }, rows.map((row) =>
    h("div.row", row.map((button) =>
      h("button.reply-key", { type: "button", onclick: () => press(button) },
        button.request_location ? icon("pin", 18) : null, h("span", button.text))))));
}

/**
 * Find where an arrow key leads from a button of an inline keyboard: another button, or null at the upper or lower edge.
 * Left and right stay in the row.
 */
export function neighbour(key, arrow) {
  const rows = [...key.closest(".keyboard").children].map((row) => [...row.children]);
  const row = Number(key.dataset.row);
  const column = Number(key.dataset.column);
  if (arrow === "ArrowLeft") return rows[row][column - 1] ?? key;
  if (arrow === "ArrowRight") return rows[row][column + 1] ?? key;
  const next = rows[row + (arrow === "ArrowUp" ? -1 : 1)];
  if (!next) return null;
  // Rows may differ in length: go to the button under the middle of this one.
  return next[Math.min(next.length - 1, Math.floor(((column + 0.5) / rows[row].length) * next.length))];
}
