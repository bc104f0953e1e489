// The two small forms: a place, and a person.

import { openDialog } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { TELEGRAM_LANGUAGES } from "./words.js";

const PLACES = [
  ["placeLars", { lat: 42.82, lon: 44.635 }],
  ["placeOrenburg", { lat: 51.7682, lon: 55.097 }],
  ["placeNarva", { lat: 59.377, lon: 28.19 }],
  ["placeMoscow", { lat: 55.7558, lon: 37.6176 }],
];

/** Let somebody choose a made-up place. Resolves with {lat, lon} in degrees, or null. */
export function askForLocation(over, say) {
  return openDialog(over, { title: say("locationTitle"), build: (close) => {
    const wrong = h("p.wrong", { role: "alert" });
    const field = h("input.field", { type: "text", inputmode: "text", placeholder: "42.83, 44.63", "aria-label": say("locationOwn"), autocomplete: "off" });
    return [
      h("p.hint", say("locationHint")),
      h("div.places", PLACES.map(([words, place], at) =>
        h("button.place", { type: "button", autofocus: at === 0, onclick: () => close(place) }, icon("pin", 20), h("b", say(words)), h("span", `${place.lat}, ${place.lon}`)))),
      h("form.line", { onsubmit: (event) => {
        event.preventDefault();
        const place = readPlace(field.value);
        if (place) close(place);
        else {
          wrong.textContent = say("locationWrong");
          field.focus();
        }
      } }, field, h("button.primary", { type: "submit" }, say("sendLocation"))),
      wrong,
      h("div.dialog-buttons", h("button.plain", { type: "button", onclick: () => close(null) }, say("cancel"))),
    ];
  } });
}

/** Read "42.83, 44.63" (also with a semicolon or a space between, or decimal commas); null if that is no place on earth. */
export function readPlace(text) {
  const numbers = text.trim().match(/^(-?\d{1,2}(?:[.,]\d+)?)(?:\s*[;,]\s*|\s+)(-?\d{1,3}(?:[.,]\d+)?)$/);
  if (!numbers) return null;
  const [lat, lon] = numbers.slice(1).map((number) => Number(number.replace(",", ".")));
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

/** Ask for a person's name and Telegram language; `person` is null for a new one. Resolves with {first_name, language_code} or null. */
export function askForPerson(over, say, person = null) {
  return openDialog(over, { title: say(person ? "personTitle" : "newPersonTitle"), build: (close) => {
    const name = h("input.field", { type: "text", maxlength: 64, required: true, value: person?.first_name ?? "", autofocus: true, autocomplete: "off" });
    const spoken = person?.language_code ?? "ru";
    const known = TELEGRAM_LANGUAGES.some(([code]) => code === spoken) ? TELEGRAM_LANGUAGES : [[spoken, spoken], ...TELEGRAM_LANGUAGES];
    const language = h("select.field", known.map(([code, words]) => h("option", { value: code, selected: code === spoken }, words)));
    return h("form.person-form", { onsubmit: (event) => {
      event.preventDefault();
      if (name.value.trim()) close({ first_name: name.value.trim(), language_code: language.value });
    } },
    h("label", h("span", say("personName")), name), h("label", h("span", say("personLanguage")), language),
    h("div.dialog-buttons", h("button.plain", { type: "button", onclick: () => close(null) }, say("cancel")), h("button.plain", { type: "submit" }, say(person ? "save" : "add"))));
  } });
}
