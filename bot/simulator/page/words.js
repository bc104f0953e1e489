// The page's own words, in both languages. The bot's words come from the bot.

const WORDS = {
  ru: {
    title: "Проводник · локальный чат",
    name: "Проводник",
    local: "локальный чат",
    people: "Люди",
    crowdWords: "Симуляция",
    crowdTitle: "Симулированные люди, которые присылают сообщения сами",
    addPerson: "Добавить человека",
    language: "Язык страницы: русский. Переключить на английский",
    languageShort: "EN",
    theme: "Оформление: {theme}",
    themeAuto: "как в системе",
    themeLight: "светлое",
    themeDark: "тёмное",
    lost: "Связь с симулятором потеряна. Подключаемся снова…",
    found: "Снова на связи",
    served: "Содержание обновлено, версия {version}",
    notServed: "В папке содержания ошибки. Пока их не исправят, новое не показывается:",
    moreProblems: "И ещё: {count}. Все — в bot content check.",
    noPeople: "Пока никого нет. Добавьте человека, чтобы поговорить с ботом.",
    noneShown: "Все телефоны убраны с экрана. Выберите человека наверху.",
    phoneOf: "Телефон: {name}",
    simulated: "симуляция",
    unread: "непрочитанных: {count}",
    show: "Показать телефон: {name}",
    messages: "Сообщения",
    bot: "бот",
    blockedBot: "бот заблокирован",
    personMenu: "Ещё: {name}",
    rename: "Имя и язык…",
    sendPhoto: "Отправить пробное фото",
    block: "Заблокировать бота",
    unblock: "Разблокировать",
    hide: "Убрать с экрана",
    personTitle: "Человек",
    newPersonTitle: "Новый человек",
    personName: "Имя",
    personLanguage: "Язык Telegram у этого человека",
    save: "Сохранить",
    add: "Добавить",
    cancel: "Отмена",
    ok: "ОК",
    open: "Открыть",
    close: "Закрыть",
    what: "Что умеет этот бот?",
    start: "Запустить",
    message: "Сообщение",
    send: "Отправить",
    menu: "Меню",
    commands: "Команды бота",
    location: "Отправить геопозицию",
    locationTitle: "Геопозиция",
    locationHint: "Выдуманное место: настоящее никуда не передаётся.",
    locationOwn: "Широта, долгота",
    locationWrong: "Нужны два числа через запятую, например 42.83, 44.63",
    placeLars: "У Верхнего Ларса",
    placeOrenburg: "Оренбург",
    placeNarva: "Нарва",
    placeMoscow: "Москва",
    sendLocation: "Отправить",
    replyKeyboard: "Кнопки бота",
    showKeyboard: "Показать кнопки бота",
    hideKeyboard: "Спрятать кнопки бота",
    buttons: "Кнопки под сообщением",
    opensLink: "откроет ссылку",
    opensInline: "начнёт встроенный запрос",
    reply: "Ответить",
    replyTo: "В ответ: {name}",
    cancelReply: "Не отвечать",
    via: "через @{name}",
    file: "Файл",
    copyTitle: "Скопировать текст",
    copyText: "Скопировать текст",
    copied: "Скопировано",
    notCopied: "Браузер не дал скопировать",
    remove: "Удалить",
    messageActions: "Действия с сообщением",
    edited: "изменено",
    silent: "без звука",
    sent: "отправлено",
    photo: "Фото",
    geo: "Геопозиция",
    deletedMessage: "Сообщение удалено",
    spoiler: "Скрытый текст, показать",
    expand: "Развернуть цитату",
    collapse: "Свернуть цитату",
    openLink: "Открыть эту ссылку?",
    openLinkHint: "Она ведёт за пределы локального чата.",
    copyLink: "Копировать ссылку",
    share: "Поделиться",
    shareHint: "В Telegram здесь выбирают, кому послать. Откройте ссылку за другого человека или скопируйте.",
    openAs: "Открыть: {name}",
    toBottom: "К последнему сообщению",
    earlier: "Показать более ранние",
    today: "Сегодня",
    yesterday: "Вчера",
    failed: "Не отправлено. Симулятор не отвечает.",
    refused: "Отклонено: {why}",
    unanswered: "Бот не ответил на нажатие",
    inlineResults: "Что нашёл бот",
    noResults: "Ничего не найдено",
    unsupported: "Здесь такая ссылка не открывается",
    you: "Вы",
    action_typing: "печатает",
    action_upload_photo: "отправляет фото",
    action_upload_document: "отправляет файл",
    action_find_location: "ищет место",
    action_choose_sticker: "выбирает",
  },
  en: {
    title: "Provodnik · local chat",
    name: "Provodnik",
    local: "local chat",
    people: "People",
    crowdWords: "Simulated",
    crowdTitle: "Simulated people who write on their own",
    addPerson: "Add a person",
    language: "Page language: English. Switch to Russian",
    languageShort: "RU",
    theme: "Appearance: {theme}",
    themeAuto: "as in the system",
    themeLight: "light",
    themeDark: "dark",
    lost: "Lost the simulator. Reconnecting…",
    found: "Connected again",
    served: "The content is renewed, version {version}",
    notServed: "There are errors in the content folder. Until they are mended, nothing new is shown:",
    moreProblems: "And {count} more. All of them: bot content check.",
    noPeople: "Nobody is here yet. Add a person to talk to the bot.",
    noneShown: "All phones are hidden. Choose a person above.",
    phoneOf: "Phone: {name}",
    simulated: "simulated",
    unread: "unread: {count}",
    show: "Show the phone: {name}",
    messages: "Messages",
    bot: "bot",
    blockedBot: "bot blocked",
    personMenu: "More: {name}",
    rename: "Name and language…",
    sendPhoto: "Send a sample photo",
    block: "Block the bot",
    unblock: "Unblock",
    hide: "Hide this phone",
    personTitle: "Person",
    newPersonTitle: "New person",
    personName: "Name",
    personLanguage: "This person's Telegram language",
    save: "Save",
    add: "Add",
    cancel: "Cancel",
    ok: "OK",
    open: "Open",
    close: "Close",
    what: "What can this bot do?",
    start: "Start",
    message: "Message",
    send: "Send",
    menu: "Menu",
    commands: "Commands of the bot",
    location: "Send a location",
    locationTitle: "Location",
    locationHint: "A made-up place: your real one goes nowhere.",
    locationOwn: "Latitude, longitude",
    locationWrong: "Two numbers with a comma are needed, such as 42.83, 44.63",
    placeLars: "Near Verkhny Lars",
    placeOrenburg: "Orenburg",
    placeNarva: "Narva",
    placeMoscow: "Moscow",
    sendLocation: "Send",
    replyKeyboard: "Buttons of the bot",
    showKeyboard: "Show the bot's buttons",
    hideKeyboard: "Hide the bot's buttons",
    buttons: "Buttons under the message",
    opensLink: "opens a link",
    opensInline: "starts an inline query",
    reply: "Reply",
    replyTo: "Reply to {name}",
    cancelReply: "Do not reply",
    via: "via @{name}",
    file: "File",
    copyTitle: "Copy the text",
    copyText: "Copy the text",
    copied: "Copied",
    notCopied: "The browser did not allow copying",
    remove: "Delete",
    messageActions: "What to do with the message",
    edited: "edited",
    silent: "silent",
    sent: "sent",
    photo: "Photo",
    geo: "Location",
    deletedMessage: "Deleted message",
    spoiler: "Hidden text, show it",
    expand: "Expand the quote",
    collapse: "Collapse the quote",
    openLink: "Open this link?",
    openLinkHint: "It leads out of the local chat.",
    copyLink: "Copy the link",
    share: "Share",
    shareHint: "In Telegram one chooses here whom to send it to. Open the link as another person, or copy it.",
    openAs: "Open as {name}",
    toBottom: "To the latest message",
    earlier: "Show earlier ones",
    today: "Today",
    yesterday: "Yesterday",
    failed: "Not sent. The simulator does not answer.",
    refused: "Refused: {why}",
    unanswered: "The bot did not answer the tap",
    inlineResults: "What the bot found",
    noResults: "Nothing found",
    unsupported: "Such a link does not open here",
    you: "You",
    action_typing: "typing",
    action_upload_photo: "sending a photo",
    action_upload_document: "sending a file",
    action_find_location: "looking for the place",
    action_choose_sticker: "choosing",
  },
};

/** All keys, of both languages. */
export const KEYS = [...new Set([...Object.keys(WORDS.ru), ...Object.keys(WORDS.en)])];

/** What a person can choose as the language of their Telegram, under its own name. */
export const TELEGRAM_LANGUAGES = [
  ["ru", "Русский"], ["en", "English"], ["uk", "Українська"], ["be", "Беларуская"], ["kk", "Қазақша"],
  ["ka", "ქართული"], ["hy", "Հայերեն"], ["az", "Azərbaycanca"], ["uz", "Oʻzbekcha"], ["tr", "Türkçe"], ["de", "Deutsch"],
  ["fi", "Suomi"],
];

/** Choose the page's language from what the browser asks for: Russian where it is commonly read, else English. */
export function preferred(languages) {
  for (const language of languages) {
    if (/^(ru|be|kk|ky|uz|tg)\b/i.test(language)) return "ru";
    if (/^en\b/i.test(language)) return "en";
  }
  return "en";
}

/** Make the function that finds words in a language and puts values into them. */
export function words(language) {
  return (key, values = {}) => {
    const text = WORDS[language][key];
    if (text === undefined) throw new Error(`no words for ${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  };
}

/** Say what the bot is doing ("typing"), for an action's name in the Bot API. */
export function actionWords(say, action) {
  const key = `action_${action}`;
  return key in WORDS.ru ? say(key) : say("action_typing");
}

/** Write the time of a message: 21:40. */
export function timeOfDay(seconds, language) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false }).format(seconds * 1000);
}

/** Write the day of a message as Telegram does between messages: Today, Yesterday, 3 November. */
export function dayOf(seconds, language, say, now = new Date()) {
  const day = new Date(seconds * 1000);
  const daysAgo = Math.round((midnight(now) - midnight(day)) / 86_400_000);
  if (daysAgo === 0) return say("today");
  if (daysAgo === 1) return say("yesterday");
  const year = day.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year }).format(day);
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
