## Меню и команды

menu-welcome = <b>Проводник</b> помогает тем, кто уезжает из России: отвечает на вопросы с источниками и датами и показывает, что происходит на границе по сообщениям людей.
menu-simulated = 🧪 Это местный чат для проверки: люди и сообщения здесь ненастоящие.
menu-queue = 🚗 Очереди на границе
menu-nearest = 📍 Ближайшие переходы
menu-back = ◀️ Назад
menu-change = ✏️ Изменить ответ
menu-again = ⏮ В начало
menu-changed = Это меню устарело. Вот нынешнее.

bot-about = Ответы с источниками тем, кто уезжает из России. Очереди на границе. Не хранит ничего, что указывает на вас.
bot-description = Проводник — для тех, кто уезжает из России.

    • Ответы с источниками и датами: паспорта, въезд, регистрация, что спрашивают на границе.
    • Очереди на переходах — по сообщениям тех, кто стоит там сейчас. Чего не знаем, о том так и пишем.
    • Не хранит ничего, что указывает на вас. Только законные пути.

command-start = С чего начать
command-crossing = Что на переходе сейчас
command-crossings = Все переходы по странам
command-report = Сообщить об очереди
command-language = Язык / Language
command-safety = Что мы храним и чего не можем
command-help = Что умеет бот

help-text =
    <b>Что я умею</b>

    • /start — ответы на вопросы: документы, штамп, повестка, деньги
    • /crossing Верхний Ларс — что на переходе сейчас
    • /crossings — все переходы по странам
    • /report Верхний Ларс — сообщить об очереди: три нажатия
    • 📎 → «Геопозиция» — ближайшие переходы; место не сохраняется
    • /language — язык
    • /safety — что мы храним и от чего не можем защитить

    Можно просто написать название перехода или что видите: «ларс 5 часов».

    Оценки очереди — со слов людей. Ответы — не юридическая консультация: смотрите на даты и источники.
help-content = Содержание: { $answers ->
        [one] { $answers } ответ
        [few] { $answers } ответа
       *[many] { $answers } ответов
    }, { $crossings ->
        [one] { $crossings } переход
        [few] { $crossings } перехода
       *[many] { $crossings } переходов
    }.

safety-text =
    <b>Что мы храним, а что нет</b>

    <b>Не храним:</b> имена, номера, тексты сообщений, место, ваши ответы на вопросы. Ответы живут только в кнопках под сообщением.

    <b>Храним:</b> отчёт об очереди — переход, что видели, время с точностью до 15 минут. Чтобы один человек не считался за десять, рядом стоит шифр, свой для каждого перехода и каждого дня; не позже чем через 48 часов мы его стираем, и чей был отчёт, уже не узнать. Если вы сами выбрали язык, храним этот выбор под шифром чата; тот не меняется и пропадает, когда вы возвращаете язык своего Telegram.

    <b>Что видит Telegram:</b> всё, что вы пишете боту, и то, что вы с ним говорите. Это не секретный чат. Сообщения остаются на серверах Telegram и в вашем телефоне.

    <b>От чего не можем защитить:</b> от того, кто держит ваш разблокированный телефон; от снимков экрана; от запроса к Telegram. Перед границей можно удалить этот чат у себя и у бота: меню чата → «Удалить чат».

    <b>Отчёты</b> бывают ложными. Поэтому мы показываем, сколько людей говорят одно и то же и когда, а спорное — как спорное.

language-ask = Язык этого чата: <b>русский</b>. Выберите / Choose:
language-set = Готово: отвечаю по-русски.

## Ошибки

error-not-saved = Не сохранено: у нас неполадка с хранилищем. Пожалуйста, попробуйте ещё раз через минуту.
error-sorry = У нас что-то сломалось, и ответа не будет. Ничего не сохранено. Попробуйте ещё раз или начните с /start.
error-command = Такой команды нет. Вот что есть:
error-media = Я читаю только текст, кнопки и геопозицию. Напишите словами, например «ларс 5 часов», или начните с /start.
error-text = Не понял. Пока я отвечаю на вопросы кнопками, а словами — только о переходах и очередях.
error-private = Здесь, в группе, я показываю только очереди: /crossing. Всё остальное — в личном чате.

## Тревога операторам: токен, похоже, у кого-то ещё

alarm-title = 🚨 <b>Похоже, от имени бота действует кто-то ещё.</b>
alarm-webhook = • Обновления бота направлены на чужой адрес: { $where }. Мы возвращаем их себе, но написанное за это время могло уйти туда.
alarm-webhook-gone = • Наш вебхук сняли, и обновления мог читать кто-то другой. Мы ставим его снова.
alarm-poller = • Кто-то ещё забирает обновления бота: getUpdates уже дольше двух минут прерывают. Если это ваша вторая копия бота, остановите её.
alarm-profile = • Изменилось то, что бот говорит о себе: { $changed }.
alarm-do =
    <b>Что делать сейчас:</b>
    1. Если это сделали не вы: @BotFather → /revoke, затем новый токен в BOT_TOKEN и перезапуск.
    2. Дальше по шагам — docs/OPERATIONS.md, «Токен у чужих».

    До перезапуска бот сам никому не пишет.

## Переходы

mode-car = { $short ->
        [yes] 🚗
       *[no] 🚗 на машине
    }
mode-foot = { $short ->
        [yes] 🚶
       *[no] 🚶 пешком
    }
mode-bicycle = { $short ->
        [yes] 🚲
       *[no] 🚲 на велосипеде
    }
mode-bus = { $short ->
        [yes] 🚌
       *[no] 🚌 на автобусе
    }
mode-truck = { $short ->
        [yes] 🚛
       *[no] 🚛 на грузовике
    }
mode-train = { $short ->
        [yes] 🚆
       *[no] 🚆 на поезде
    }
mode-plane = { $short ->
        [yes] ✈️
       *[no] ✈️ самолётом
    }
mode-boat = { $short ->
        [yes] ⛴
       *[no] ⛴ по воде
    }

wait-under = меньше { $high }
wait-over = больше { $low }
people = { $count ->
        [one] { $count } человек
        [few] { $count } человека
       *[many] { $count } человек
    }
age = { $duration } назад
age-under = меньше { $duration } назад
age-hour = меньше часа назад


menu-guide = 🧭 Вопросы и ответы
menu-private = Открыть бота
menu-fresh = Новее сообщений пока нет

## Карточка перехода

card-title = 🛂 <b>{ $name }</b> → { $other }
card-place = { $country } · { $region } · там сейчас { $time }
card-none = { $mode }: не знаем, свежих сообщений нет
card-unknown = Не знаем: { $modes } — свежих сообщений нет
card-agree = { $mode }: <b>{ $span }</b> · { $people }, последнее { $age }
card-single = { $mode }: { $span } · один человек, не подтверждено · { $age }
card-dispute = { $mode }: говорят разное
card-camp = — { $span } — { $people }, { $age }
card-camp-closed = — закрыто — { $people }, { $age }
card-length = { $mode } очередь: { $length } · { $people }, { $age }
card-length-single = { $mode } очередь: { $length } · один человек, не подтверждено · { $age }
card-vehicles = { $count ->
        [one] { $count } машина
        [few] { $count } машины
       *[many] { $count } машин
    }
card-ask-more = Были там? Сообщите — это три нажатия.
card-events = <b>За сутки</b>
card-event = • { $event } — { $people }, { $age }
card-event-single = • { $event } — один человек, не подтверждено, { $age }
card-event-disputed = • { $event } — { $people }, { $age }; другие говорят обратное
card-status = <b>По публикациям:</b> { $status } <i>({ $source }, { $date })</i>
card-undated = без даты
card-unconfirmed-modes = Не подтверждено, пускают ли: { $modes }
card-refused-modes = Не пускают: { $modes }
card-known = <b>Что известно из публикаций</b>
card-known-item = • { $text } <i>({ $source }, { $date })</i>
card-known-unconfirmed = • { $text } <i>(не подтверждено: { $source }, { $date })</i>
card-warning = ⚠️ { $text }
card-low-confidence = Данные об этом переходе неполные: проверьте, прежде чем ехать.
card-coordinates = Место на карте указано с точностью до { $km } км.

card-report = 📣 Сообщить
card-refresh = 🔄 Обновить
card-nearby = ↔️ Рядом
card-about = ℹ️ О переходе
card-answers = 📖 Что важно знать
card-answers-ask = Что важно знать об этой границе:
card-share = 📤 Поделиться
card-back = ◀️ К карточке

status-open = открыт
status-closed = закрыт
status-limited = открыт не для всех
status-unknown = состояние неизвестно, проверьте перед поездкой

nearby-title = <b>Рядом с { $name }</b>
nearby-none = Других переходов рядом мы не знаем.
nearby-found = <b>Ближайшие к вам</b>
nearby-forgotten = Спасибо. Место уже забыто.
nearby-line = • <b>{ $name }</b>{ $other } — { $km } км на { $wind }{ $wait }
nearby-ask = Пришлите геопозицию кнопкой внизу. Место нужно один раз и не сохраняется.
nearby-send = 📍 Отправить моё место

wind-n = север
wind-ne = северо-восток
wind-e = восток
wind-se = юго-восток
wind-s = юг
wind-sw = юго-запад
wind-w = запад
wind-nw = северо-запад

list-countries = <b>Переходы по странам</b>. Выберите соседа или напишите название перехода.
list-country = <b>{ $country }</b>: { $count ->
        [one] { $count } переход
        [few] { $count } перехода
       *[many] { $count } переходов
    }
list-line = • { $name }{ $wait }
list-wait = : { $span }, { $people }, { $age }
list-wait-single = : { $span }, один человек, { $age }
list-wait-dispute = : говорят разное
list-closed = : закрыт
list-more = Ещё ▶️
list-less = ◀️ Раньше

find-several = Нашлось несколько. Какой?
find-none = Перехода «{ $query }» не знаем. Похожие:
find-nothing = Перехода «{ $query }» не знаем, и похожих нет. Вот все по странам.
find-ask = Какой переход? Напишите название или выберите.

## Отчёт

report-ask = <b>{ $name }</b> · { $mode }
    Что сообщить? Имени мы не храним.
report-crossed = ✅ Проехали — сколько заняло
report-waiting = ⏳ Стоим — сколько уже
report-length = 📏 Длина очереди
report-event = 📢 Что происходит
report-ask-crossed = <b>{ $name }</b> · { $mode }
    Сколько заняло всего, от конца очереди до другой стороны?
report-ask-waiting = <b>{ $name }</b> · { $mode }
    Сколько стоите уже?
report-ask-event = <b>{ $name }</b> · { $mode }
    Что происходит?
report-number = ✍️ Точнее — числом
report-ask-number = ✍️ { $link } · { $mode }
    { $kind ->
        [length] Какая очередь? Напишите ответом: «300 машин», «50 человек», «2 км».
        [waiting] Сколько стоите уже? Напишите ответом: «5 ч», «1:30», «40 мин».
       *[crossed] Сколько заняло всего? Напишите ответом: «5 ч», «1:30», «40 мин».
    }
report-link = <a href="{ $address }">{ $name }</a>
report-placeholder = { $kind ->
        [length] 300 машин
       *[other] 5 ч
    }
report-confirm = <b>{ $name }</b> · { $mode }
    Записать: <b>{ $what }</b>?
report-confirm-crossed = ✅ Проехали за { $what }
report-confirm-waiting = ⏳ Стоим уже { $what }
report-confirm-length = ✅ Да, записать
report-clock = «{ $typed }» — это сколько длится? Если это время на часах, не записывайте: напишите, сколько вышло, например «5 ч».
report-unit = <b>{ $name }</b> · { $mode }
    { $number } — чего?
report-where = Где это? Напишите вместе с названием перехода: «ларс { $what }».
report-done = Спасибо, записано: <b>{ $name }</b>, { $mode }, { $what }.
report-said-crossed = проехали за { $what }
report-said-waiting = стоите уже { $what }
report-said-waiting-unknown = стоите в очереди
report-said-length = очередь { $what }
report-take-back = ↩️ Убрать (в течение часа)
report-taken-back = Отчёт убран.
report-too-late = Убрать можно только в течение часа. Через несколько часов отчёт и сам потеряет вес.
report-not-yours = Такого отчёта нет: может быть, он уже убран.
report-too-many = За час от вас уже { $count } отчётов об этом переходе — этого достаточно. Не записано.
report-implausible = Такого числа в очередях не бывает. Принимаем: ожидание до 10 суток («5 ч», «1:30», «2 дня»), до 5000 машин, до 20 000 человек, до 60 км. Не записано.
report-unclear = Не понял число. Напишите, например: «5 ч», «1:30», «40 мин», «300 машин», «50 человек», «2 км». Не записано.

event-closed = закрыто, не пропускают
event-reopened = снова открыли
event-foot_allowed = пропускают пешком
event-foot_ended = пешком больше не пускают
event-draft_notices = раздают повестки
event-turned_back = разворачивают людей
event-phone_checks = проверяют телефоны
event-weather = непогода, дорога закрыта
event-no_fuel = нет топлива
event-no_water = нет воды
event-calm = всё спокойно

age-within = за последние { $duration }
card-title-alone = 🛂 <b>{ $name }</b>
card-closed = { $mode }: <b>закрыто</b> · { $people }, последнее { $age }
card-closed-single = { $mode }: закрыто · один человек, не подтверждено · { $age }
card-still-waiting = ⏳ ещё стоят дольше { $span }: { $people }, { $age }
card-landmarks = <b>Ориентиры очереди</b>, сколько до поста
card-landmark = • { $name } — { $distance }{ $unconfirmed ->
        [yes] { " " }(не подтверждено)
       *[no] { "" }
    }
card-mode-note = { $mode }: { $note }
list-wait-closed = : говорят, что закрыто
guide-share = 📤 Поделиться ответом
guide-change = Что изменить? Остальные ответы останутся.
type-road = дорога
type-rail = железная дорога
type-air = аэропорт
type-river = река
type-ferry = паром

## Ответы

# Впереди текста: прошло больше двух сроков проверки.
guide-overdue = ⚠️ <b>Давно не проверяли.</b> Последний раз этот текст сверяли с источниками { $date }, и он мог устареть: прежде чем на него положиться, откройте источники.
# После текста: прошёл один срок.
guide-due = ⏳ Пора проверить заново: с последней сверки прошло больше { $days } дн.
guide-checked = Сверено с источниками: { $date }
guide-notice-info = ℹ️ { $text }
guide-notice-warning = ⚠️ { $text }
guide-notice-danger = 🔴 <b>{ $text }</b>
guide-notice-source = { $notice } ({ $source }, { $date })
guide-unconfirmed = ❔ <i>Не подтверждено:</i> { $text }
guide-unconfirmed-more = ❔ { $text }
guide-when = <i>Если { $condition }:</i> { $text }
guide-condition = «{ $fact }» — { $values }
guide-contact = • <b>{ $name }</b>: { $what }
guide-contact-languages = Языки: { $languages }
guide-contact-dialled = Проверено нами { $date }
guide-contact-undialled = Нами не проверено
guide-contact-unlinked = Адрес не показываем
guide-sources = Источники
guide-sources-checked = Источники, прочитаны { $date }
guide-source-published = опубликовано: { $date }
guide-source-undated = без даты
guide-source-checked = прочитано: { $date }
guide-source-weak = слабый источник
guide-source-none = общее знание, источника не нашли
guide-source-unlinked = без ссылки
guide-caution = 🚫 Названия без ссылок: в России их авторов считают «нежелательными» или «экстремистскими», и за пересылку их материалов наказывают.
guide-repair = 🔧 Этот ответ сейчас чинят. Чтобы не сказать неверного, мы его не показываем.
