## Menu and commands

menu-welcome = <b>Provodnik</b> helps people who are leaving Russia: it answers questions with sources and dates, and shows what is happening at the border from what people there report.
menu-simulated = 🧪 This is a local chat for trying things out: the people and reports here are not real.
menu-queue = 🚗 Queues at the border
menu-nearest = 📍 Nearest crossings
menu-back = ◀️ Back
menu-change = ✏️ Change an answer
menu-again = ⏮ Start again
menu-changed = This menu is out of date. Here is the current one.

bot-about = Sourced answers for people who leave Russia. Queues at the border. Keeps nothing that points to you.
bot-description = Provodnik is for people who are leaving Russia.

    • Answers with sources and dates: passports, entry, registration, what is asked at the border.
    • Queues at the crossings, from people who stand there now. What we don't know we say we don't know.
    • Keeps nothing that points to you. Lawful ways only.

command-start = Where to begin
command-crossing = What is happening at a crossing
command-crossings = All crossings by country
command-report = Report a queue
command-ask = Ask in your own words
command-accuracy = How good our numbers are
command-language = Язык / Language
command-safety = What we keep, and what we cannot do
command-help = What this bot can do

help-text =
    <b>What I can do</b>

    • /start — answers: documents, stamp, draft notice, money
    • /crossing Verkhny Lars — what is happening there now
    • /crossings — all crossings by country
    • /report Verkhny Lars — report a queue in three taps
    • 🎫 on a card — you are in the queue: we say when you are likely to be through
    • /alerts — what to tell you: a shorter queue, a closure, a time to leave
    • /ask — a question in your own words
    • 📎 → “Location” — the nearest crossings; your place is not kept
    • /accuracy — how good our numbers are
    • /language — language
    • /safety — what we keep, and what we cannot protect you from
    • /mydata, /wipe — what we have about you; remove the messages

    You can simply type the name of a crossing, or what you see: “lars 5 hours”.

    Waits are what people say. Answers are not legal advice: look at their dates and sources.
help-content = Content: { $answers ->
        [one] { $answers } answer
       *[other] { $answers } answers
    }, { $crossings ->
        [one] { $crossings } crossing
       *[other] { $crossings } crossings
    }.
help-version = Version of the content: { $version }{ $date ->
        [none] { "" }
       *[other] , last compared with sources on { $date }
    }

safety-text =
    <b>What we keep, and what we do not</b>

    <b>Not kept:</b> names, phone numbers, texts of messages, places, your answers to questions. The answers live only in the buttons under a message.

    <b>Kept:</b> a queue report: the crossing, what was seen, the time to within 15 minutes. So that one person does not count as ten, a cipher stands beside it, another one for each crossing and each day; within 48 hours we erase it. And for two days an encrypted list of the numbers of this chat's messages, so that they can be removed: /wipe. If you have chosen something (a language, vanishing messages, a stop phrase), we keep that too, encrypted. If you took a queue ticket: the crossing, when you joined, where you stand and the number of a message, encrypted, until you are through and for 4 days at most; what is left of it is the wait that we said and the real one, without you. If you asked to be told of a crossing: what to tell you and when to leave you alone, encrypted (only the crossing's name is not), for two weeks unless you renew it. If you marked an answer as outdated or unclear: only how many did so, by days. If the bot had no answer and you agreed to send your question to the editors: its words, language and day, encrypted, for 30 days; whose it is, is not kept, so /wipe does not find it. The keys change every day and the old ones are destroyed.

    <b>What we have about you now:</b> /mydata; you can erase it there.

    <b>/wipe</b> removes, on both sides, all that was written here in 48 hours. It cannot remove what is older, the chat itself from your list (delete it yourself: chat menu → Delete chat), copies on Telegram's servers, or other people's screenshots.

    <b>What Telegram sees:</b> all that you write to the bot, and that you talk to it. This is not a secret chat.

    <b>What we cannot protect you from:</b> whoever holds your unlocked phone; a request to Telegram.

    <b>Reports</b> may be false. So we show how many people say the same and when, and a dispute as a dispute.

language-ask = The language of this chat: <b>English</b>. Choose / Выберите:
language-set = Done: I answer in English.

## Errors

error-not-saved = Not saved: our storage has a problem. Please try again in a minute.
error-sorry = Something broke on our side, and there is no answer. Nothing was saved. Try again, or begin with /start.
error-command = There is no such command. Here is what there is:
limit-messages = Too fast: more than { $count } messages and taps a minute. Wait a minute, then I answer again. /wipe works even now.
limit-reports = You have already sent { $count } reports on all crossings within the hour. This one is not noted: send it later.
limit-choices = You have already changed your choices { $count } times within the hour. This is not saved; all is as it was. Try again in an hour.
error-media = I read only text, buttons and locations. Put it in words, for example “lars 5 hours”, or begin with /start.
error-text = I found no answer. Ask in other words or by buttons; for crossings and queues the name is enough.
error-private = Here in the group I only show queues: /crossing. Everything else is in a private chat.

## The alarm to operators: somebody else seems to have the token

alarm-title = 🚨 <b>Somebody else seems to act as this bot.</b>
alarm-webhook = • The bot's updates were sent to a foreign address: { $where }. We take them back, but what people wrote meanwhile may have gone there.
alarm-webhook-gone = • Our webhook was taken away, and somebody else may have read the updates. We set it again.
alarm-poller = • Somebody else fetches the bot's updates: getUpdates has been cut short for more than two minutes. If that is a second copy of your own, stop it.
alarm-profile = • What the bot says about itself has changed: { $changed }.
alarm-do =
    <b>What to do now:</b>
    1. Unless you did this: @BotFather → /revoke, then the new token into BOT_TOKEN, and restart.
    2. Then step by step: docs/OPERATIONS.md, “The token leaked”.

    Until the restart the bot writes to nobody by itself.

## To operators: a new version of the content is not served

release-title = ⚠️ <b>There are errors in the content folder.</b> Until they are mended, nothing new is shown.
release-problem = • { $problem }
release-do = Errors in all: { $count }. All of them: <code>bot content check</code>. What to do: docs/OPERATIONS.md, “Releases of the content”.

## Crossings

mode-car = { $short ->
        [yes] 🚗
       *[no] 🚗 by car
    }
mode-foot = { $short ->
        [yes] 🚶
       *[no] 🚶 on foot
    }
mode-bicycle = { $short ->
        [yes] 🚲
       *[no] 🚲 by bicycle
    }
mode-bus = { $short ->
        [yes] 🚌
       *[no] 🚌 by bus
    }
mode-truck = { $short ->
        [yes] 🚛
       *[no] 🚛 by lorry
    }
mode-train = { $short ->
        [yes] 🚆
       *[no] 🚆 by train
    }
mode-plane = { $short ->
        [yes] ✈️
       *[no] ✈️ by air
    }
mode-boat = { $short ->
        [yes] ⛴
       *[no] ⛴ by water
    }

wait-under = under { $high }
wait-over = over { $low }
people = { $count ->
        [one] { $count } person
       *[other] { $count } people
    }
age = { $duration } ago
age-under = less than { $duration } ago
age-hour = less than an hour ago


menu-guide = 🧭 Questions and answers
menu-private = Open the bot
menu-fresh = There is nothing newer yet

## The card of a crossing

card-title = 🛂 <b>{ $name }</b> → { $other }
card-place = { $country } · { $region } · { $time } there now
card-place-then = { $country } · { $region } · as it was on { $date } at { $time }, local time
card-none = { $mode }: we do not know, no recent reports
card-unknown = We do not know: { $modes } — no recent reports
card-flooded = ⚠️ Unusually many people report on this crossing at once. Some of it may be false: check before you decide.
card-official = ⚠️ <b>Official</b>, { $source }, until { $until }: “{ $text }”
card-held = { $mode }: <b>{ $span }</b> · { $people } · ❄️ as of { $since }, moderators are checking newer reports
card-agree = { $mode }: <b>{ $span }</b> · { $people }, newest { $age }
card-single = { $mode }: { $span } · one report, unconfirmed · { $age }
card-dispute = { $mode }: reports disagree
card-camp = — { $span } — { $people }, { $age }
card-camp-closed = — closed — { $people }, { $age }
card-length = { $mode } queue: { $length } · { $people }, { $age }
card-length-single = { $mode } queue: { $length } · one report, unconfirmed · { $age }
card-vehicles = { $count ->
        [one] { $count } vehicle
       *[other] { $count } vehicles
    }
card-ahead = ⏩ { $mode } if you join { $waits }
card-ahead-wait = in { $hours }: { $span }
card-best = 🕐 { $mode } best to join { $day ->
        [tomorrow] tomorrow at about { $time }
       *[today] at about { $time }
    }: { $rests ->
        [usual] usually { $span } then
       *[news] { $span } then
    }
card-usual = 📊 { $mode } usually at this hour: { $span } (from { $weeks } of reports, not news)
weeks = { $count ->
        [one] { $count } week
       *[other] { $count } weeks
    }
card-ask-more = Were you there? Report it: three taps.
card-events = <b>In the last day</b>
card-event = • { $event } — { $people }, { $age }
card-event-single = • { $event } — one report, unconfirmed, { $age }
card-event-disputed = • { $event } — { $people }, { $age }; others say the opposite
card-status = <b>As published:</b> { $status } <i>({ $source }, { $date })</i>
card-undated = undated
card-unconfirmed-modes = Unconfirmed whether admitted: { $modes }
card-refused-modes = Not admitted: { $modes }
card-known = <b>What is known from published sources</b>
card-known-item = • { $text } <i>({ $source }, { $date })</i>
card-known-unconfirmed = • { $text } <i>(unconfirmed: { $source }, { $date })</i>
card-warning = ⚠️ { $text }
card-low-confidence = Our data on this crossing is incomplete: check before you go.
card-coordinates = Its place on the map is known to within { $km } km.

card-report = 📣 Report
card-refresh = 🔄 Refresh
card-nearby = ↔️ Nearby
card-about = ℹ️ About it
card-answers = 📖 What to know
card-answers-ask = What to know about this border:
card-share = 📤 Share
card-back = ◀️ To the card

status-open = open
status-closed = closed
status-limited = open with limits
status-unknown = state unknown, check before you go

nearby-title = <b>Near { $name }</b>
nearby-none = We know of no other crossing nearby.
nearby-found = <b>Nearest to you</b>
nearby-forgotten = Thank you. Your place is forgotten already.
nearby-line = • <b>{ $name }</b>{ $other } — { $km } km { $wind }{ $wait }
nearby-ask = Send your location with the button below. It is needed once and not kept.
nearby-send = 📍 Send my location

wind-n = north
wind-ne = north-east
wind-e = east
wind-se = south-east
wind-s = south
wind-sw = south-west
wind-w = west
wind-nw = north-west

list-countries = <b>Crossings by country</b>. Choose a neighbour, or type the name of a crossing.
list-country = <b>{ $country }</b>: { $count ->
        [one] { $count } crossing
       *[other] { $count } crossings
    }
list-line = • { $name }{ $wait }
list-wait = : { $span }, { $people }, { $age }
list-wait-single = : { $span }, one report, { $age }
list-wait-held = : { $span }, as of { $since }
list-wait-dispute = : reports disagree
list-closed = : closed
list-more = More ▶️
list-less = ◀️ Earlier

find-one = Is it this one?
find-several = There are several. Which one?
find-none = We know no crossing “{ $query }”. Similar ones:
find-nothing = We know no crossing “{ $query }”, and none like it. Here are all by country.
find-ask = Which crossing? Type its name, or choose.

## A report

report-ask = <b>{ $name }</b> · { $mode }
    What do you want to report? We keep no name.
report-crossed = ✅ Got through — how long it took
report-waiting = ⏳ In the queue — how long so far
report-length = 📏 Length of the queue
report-event = 📢 What is happening
report-ask-crossed = <b>{ $name }</b> · { $mode }
    How long did it take in all, from the end of the queue to the other side?
report-ask-waiting = <b>{ $name }</b> · { $mode }
    How long have you waited so far?
report-ask-event = <b>{ $name }</b> · { $mode }
    What is happening?
report-number = ✍️ Type a number
report-ask-number = ✍️ { $link } · { $mode }
    { $kind ->
        [length] How long is the queue? Reply with “300 cars”, “50 people”, “2 km”.
        [waiting] How long have you waited so far? Reply with “5 h”, “1:30”, “40 min”.
       *[crossed] How long did it take in all? Reply with “5 h”, “1:30”, “40 min”.
    }
report-link = <a href="{ $address }">{ $name }</a>
report-placeholder = { $kind ->
        [length] 300 cars
       *[other] 5 h
    }
report-confirm = <b>{ $name }</b> · { $mode }
    Report this: <b>{ $what }</b>?
report-confirm-crossed = ✅ Got through in { $what }
report-confirm-waiting = ⏳ Waiting { $what } so far
report-confirm-length = ✅ Yes, report it
report-clock = Is “{ $typed }” how long it lasts? If it is a time of day, do not report it: type how long, for example “5 h”.
report-unit = <b>{ $name }</b> · { $mode }
    { $number } of what?
report-where = Where is that? Type it with the name of the crossing: “lars { $what }”.
report-done = Thank you, noted: <b>{ $name }</b>, { $mode }, { $what }.
report-said-crossed = through in { $what }
report-said-waiting = waiting { $what } so far
report-said-waiting-unknown = waiting in the queue
report-said-length = the queue is { $what }
report-take-back = ↩️ Take back (within the hour)
report-taken-back = The report is taken back.
report-too-late = A report can be taken back within an hour only. In a few hours it loses its weight by itself.
report-not-yours = There is no such report: perhaps it was taken back already.
report-too-many = You have already sent { $count } reports on this crossing within the hour; that is enough. Not noted.
report-implausible = No queue has such a number. What we accept: a wait of up to 10 days (“5 h”, “1:30”, “2 days”), up to 5,000 vehicles, up to 20,000 people, up to 60 km. Not noted.
report-nobody-so = As far as we know, nobody is let through here like that: <b>{ $name }</b>, { $mode }. Not noted. If you went another way, report anew.
report-unclear = I did not understand the number. Type for example “5 h”, “1:30”, “40 min”, “300 cars”, “50 people”, “2 km”. Not noted.

event-closed = closed, nobody is let through
event-reopened = open again
event-foot_allowed = people on foot are let through
event-foot_ended = people on foot are no longer let through
event-draft_notices = draft notices are handed out
event-turned_back = people are turned back
event-phone_checks = phones are checked
event-weather = bad weather, the road is shut
event-no_fuel = no fuel
event-no_water = no water
event-calm = all is calm

age-within = less than { $duration } ago
card-title-alone = 🛂 <b>{ $name }</b>
card-closed = { $mode }: <b>closed</b> · { $people }, newest { $age }
card-closed-single = { $mode }: closed · one report, unconfirmed · { $age }
card-still-waiting = ⏳ still waiting after { $span }: { $people }, { $age }
card-landmarks = <b>Landmarks of the queue</b>, distance to the post
card-landmark = • { $name } — { $distance }{ $unconfirmed ->
        [yes] { " " }(unconfirmed)
       *[no] { "" }
    }
card-mode-note = { $mode }: { $note }
list-wait-closed = : said to be closed
guide-share = 📤 Share
guide-keep = 📌 Keep this
guide-kept = The answer is below as a message of its own: no button changes it.
guide-doubt = 🤔 Not right?
vote-outdated = 📅 Outdated
vote-unclear = 🌫 Unclear
vote-not-mine = 🙅 Not my case
vote-thanks = Thank you! This is counted, and who you are is not kept. If many say so, editors will see it.
guide-change = What do you want to change? The other answers stay.
type-road = road
type-rail = railway
type-air = airport
type-river = river
type-ferry = ferry

## Answers

# Before the text: more than two checking periods have passed.
guide-overdue = ⚠️ <b>Not checked for long.</b> This text was last compared with its sources on { $date }, and may be out of date: open the sources before you rely on it.
# After the text: one period has passed.
guide-due = ⏳ Due for a new check: the last one was more than { $days } days ago.
guide-checked = Compared with the sources: { $date }
guide-notice-info = ℹ️ { $text }
guide-notice-warning = ⚠️ { $text }
guide-notice-danger = 🔴 <b>{ $text }</b>
guide-notice-source = { $notice } ({ $source }, { $date })
guide-unconfirmed = ❔ <i>Unconfirmed:</i> { $text }
guide-unconfirmed-more = ❔ { $text }
guide-when = <i>If { $condition }:</i> { $text }
guide-condition = “{ $fact }” is { $values }
guide-contact = • <b>{ $name }</b>: { $what }
guide-contact-languages = Languages: { $languages }
guide-contact-dialled = Tried by us on { $date }
guide-contact-undialled = Not checked by us
guide-contact-unlinked = We do not show the address
guide-sources = Sources
guide-sources-checked = Sources, read on { $date }
guide-source-published = published: { $date }
guide-source-undated = undated
guide-source-checked = read: { $date }
guide-source-weak = a weak source
guide-source-none = general knowledge, no source found
guide-source-unlinked = no link
guide-caution = 🚫 Names without links: Russia calls their authors “undesirable” or “extremist”, and punishes forwarding their materials.
guide-repair = 🔧 This answer is being repaired. We do not show it, so as not to tell you something wrong.

## So that less can be seen

command-mydata = What we have about you
command-wipe = Remove the messages of 48 hours
privacy-button = 🕶 So that less can be seen
privacy-kept = Saved.
privacy-text =
    <b>So that less can be seen</b>

    <b>Vanishing messages:</b> { $vanish }. After that time the bot removes its messages and yours, on both sides; new ones, not the earlier ones.

    <b>Discreet mode:</b> { $discreet ->
        [yes] on
       *[no] off
    }. A notification shows “…” only, without a sound.

    <b>Stop phrase:</b> { $stop ->
        [yes] set
       *[no] not set
    }. Write it, and the bot does what /wipe does, without asking again. We do not keep the phrase itself.
vanish-never = never
discreet-on = 🔕 Switch discreet mode on
discreet-off = 🔔 Switch discreet mode off
stop-choose = 🛑 Set a stop phrase
stop-forget = 🛑 Forget the stop phrase
stop-ask = <a href="{ $address }">Stop phrase</a>: write it in reply to this message, 3 to 60 characters. Take ordinary words that you will not write to the bot by chance.
stop-placeholder = ordinary words
stop-unfit = It takes 3 to 60 characters, and no command.
stop-set = Noted. The message with the phrase is removed.
mydata-button = 🗂 What you have about me
mydata-nothing = We have nothing that belongs to this chat. Questions that you sent to the editors are not seen here, and /wipe does not find them: nothing on them says whose they are; after 30 days we delete them.
mydata-head = <b>What we have about this chat</b>
mydata-chats = • Your choices, encrypted.
mydata-chosen = { $language ->
        [ru] • Language: Russian.
        [en] • Language: English.
       *[no] • Language: as in your Telegram.
    } { $vanish ->
        [no] Messages do not vanish.
       *[other] Messages vanish: { $vanish }.
    } { $discreet ->
        [yes] Discreet mode is on.
       *[no] Discreet mode is off.
    } { $stop ->
        [yes] A stop phrase is set; only its fingerprint is kept.
       *[no] There is no stop phrase.
    }
mydata-trail = • Numbers of this chat's messages, encrypted, entries: { $count }. They are for /wipe and go after 48 hours.
mydata-reports = • A cipher beside your reports, reports: { $count }. It goes after 48 hours.
mydata-foot = Nothing else. If you erase it, the reports stay, but nobody's, and /wipe finds the earlier messages no more: first that, then this. Questions that you sent to the editors are not seen here, and /wipe does not find them: nothing on them says whose they are; after 30 days we delete them.
mydata-erase = 🗑 Erase
mydata-erased = Erased. What it was encrypted with is destroyed, too.
mydata-erased-later = Erased. You erase very often, so the key that it was encrypted with is destroyed not now, but within 48 hours.
wipe-button = 🧹 Remove messages
wipe-ask =
    <b>Remove the messages?</b>

    The bot will remove, on both sides, all messages of the last 48 hours in this chat, forget your choices and let go of your reports. This cannot be undone.

    It does not remove what is older than 48 hours, the chat in your list, copies on Telegram's servers, or screenshots.
wipe-yes = 🧹 Yes, remove all
wipe-no = No
wipe-done = Hello! To begin: /start

## For moderators

mod-title = <b>State</b>
mod-reports = Reports within the hour: { $count }
mod-crossing = • { $name }: { $count }{ $flooded ->
        [attack] { " " }⚠️ looks like an attack
        [yes] { " " }⚠️ unusually many people at once
       *[no] { "" }
    }
mod-quarantined = Updates that could not be handled, since the start: { $count }
mod-refused = Refusals by limits since the start: { $count }
mod-token = Token: { $state ->
        [alarm] ⚠️ somebody else seems to use it
        [calm] no traces of others
       *[unknown] nobody watches it
    }
mod-epoch = The keys of this day change at { $time } UTC
mod-acknowledge = 👁 Acknowledged
mod-acknowledged = Noted that it was acknowledged, not by whom.

## The file and the site: bot content export

export-name = Provodnik
export-about = Answers for people who are leaving Russia, with sources and dates. Lawful ways only. This is not legal advice.
export-read = Read in English
export-ages = ⏳ This grows old: it was made on { $date } from content { $version }. Under each answer stands the day by which it must be compared with its sources again; once that has passed, look for yourself or get a newer file.
export-footer = Made on { $date } from content version { $version }. Not legal advice: look at the dates and sources.
export-good-until = to be compared again by { $date }
export-notice = Concerns the days from { $first } to { $last }; later, check what has changed.
export-skip = To the text
export-ways = Ways through these pages
export-contents = Contents
export-more = More answers
export-see = What next
export-glossary = What words mean
export-mark-h = an official source, or two independent ones
export-mark-m = one decent source
export-crossings = Crossings by country
export-crossings-to = { $country }: crossings
export-live = Only the bot knows what the queue is like now: it is not here, only what has been published.
export-modes = Admitted: { $modes }
export-position = place: { $at } (± { $km } km)
export-instead = What there is instead: { $crossings }
export-about-access = Who is let through, and how
export-about-hours = Opening hours
export-about-closure = Closures
export-about-wait = How long people wait
export-about-queue = The queue
export-about-equeue = Electronic queue
export-about-season = Seasons
export-about-services = What there is nearby
export-about-alternative = Other ways
export-about-throughput = How many get through
export-about-other = What else is known

## What was typed

asked-invite = Write your question in your own words, in one message: for example “which passport for Kazakhstan” or “what do they ask at the border”. No names, no numbers.
asked-offers = It looks as if you mean one of these:
asked-urgent = ⚠️ If this is urgent, begin with the first button.
asked-editors = ✉️ Pass the question to the editors
asked-none = None of these
asked-card = 🚗 The queue: { $name }
asked-heard = { $name }, { $mode }. This is how I understood you; only what you tap will count:
asked-report = ✅ { $what }
asked-into-russia = I count only the queues out of Russia. There is no need to report the way in.

## A question to the editors

inbox-ask =
    <b>Send this question to the editors?</b>

    <blockquote>{ $question }</blockquote>

    We keep these words, the language and the day, and nothing else: encrypted, for 30 days, for editors only. No name, no chat, no time. So we cannot answer you, and /wipe does not find and does not remove this question.

    Phone numbers, @names, e-mail addresses, links and long numbers are cut out: ✂ stands there. A program cannot tell the names of people. If there is a name or a number here, tap “No” and ask without it.
inbox-yes = 📮 Yes, send it
inbox-no = No
inbox-sent = Thank you, it is sent without anything that tells of you. If such an answer comes, the bot will find it by your words.
inbox-gone = I do not see that question any more. Please write it again.
inbox-nothing = Without numbers, names and links nothing is left of this question. Not kept. Ask in other words.
limit-questions = You have already sent { $count } questions to the editors today. This one is not kept: send it tomorrow.
limit-all-questions = The editors have already got { $count } questions today, and will read no more. This one is not kept: send it tomorrow.

mod-questions = 📮 Questions: { $count }
questions-title = <b>Questions without an answer</b>: { $count }. Who asked is not kept. Each is deleted after 30 days.
questions-item =
    <b>{ $number }.</b> { $date }, { $language }
    { $text }
questions-delete = 🗑 { $number }
questions-deleted = Deleted.

## In any chat: @the_bot lars

inline-help-title = Provodnik: queues at the border, and answers
inline-help-how = Type the name of a crossing, or a question
inline-help =
    <b>Provodnik</b>: what is happening at the border, and answers for people who are leaving Russia, with sources and dates.

    In any chat: <code>@{ $username } lars</code> or <code>@{ $username } how long may I stay in Kazakhstan</code>.
inline-card-unknown = no recent reports
inline-card-now = 🔄 What it is like now
inline-answer-now = 📖 Open in the bot
inline-more = This is how it begins. The whole of it, for your case and with sources, is in the bot.

## The picture of a queue

card-chart = 📈 Chart
chart-made = { $mode } · { $date }, { $time }
chart-simulated = Nothing here is real: a local chat for trying out
chart-across = when people joined the queue, local time
chart-now = now
chart-row-band = 8 of 10 wait so long
chart-row-middle = the middle
chart-row-rough = 1–2 people: roughly
chart-row-through = got through
chart-row-waiting = still there: at least
chart-row-beyond = above the picture
chart-row-usual = usual
chart-row-ahead = forecast
chart-closed = ✖ people say: closed
chart-days = { $count } d
chart-title = 📈 <b>{ $name }</b>, { $mode }
chart-as-of = As of { $date } at { $time }, local time
chart-course = Those who joined at { $least_at } wait the least: { $least }. Those who joined at { $most_at } the longest: { $most }.
chart-day-time = { $time } on { $day }
chart-how = In the picture: across is when people joined the queue, upwards how long they waited. The larger a dot, the more the report weighs. Where it is empty nobody has told anything.
chart-nothing = 📈 <b>{ $name }</b>, { $mode }: there is nothing to draw. We have neither recent reports nor a history.
chart-not-now = The picture cannot be made now; here is the same in words.
limit-pictures = You have had { $count } pictures in a quarter of an hour. Wait a little: the crossing's card says the same in words.

## A queue ticket

card-ticket = 🎫 I am in the queue
ticket-since = 🎫 <b>{ $name }</b> · { $mode }
    How long have you been standing? A ticket tells others nothing: it tells you when you are likely to be on the other side.
ticket-since-now = I have just joined
ticket-where = 🎫 <b>{ $name }</b> · { $mode }
    Where do you stand? If you note how you move up, we reckon by that as well.
ticket-where-now = Where do you stand now?
ticket-type = { $what ->
        [people] ✍️ How many people ahead
       *[vehicles] ✍️ How many vehicles ahead
    }
ticket-skip = Skip
ticket-ask-ahead = ✍️ <a href="{ $address }">{ $what ->
        [people] How many people are ahead?
       *[vehicles] How many vehicles are ahead?
    }</a> Reply with a number, roughly is fine.
ticket-unclear = I did not understand the number. Type for example “150”. Not noted.
ticket-may-ask =
    <b>May we ask you now and then how the queue is?</b>

    Only when reports disagree or fall silent, at most once in 3 hours, in one quiet message. You can answer with one tap, or not at all. An answer is a report as any: without a name, and you can take it back.
ticket-may-yes = Yes, you may
ticket-may-no = No, do not ask
ticket-other = You already have a ticket: <b>{ $name }</b>, { $mode }. There is one at a time.
ticket-other-back = ◀️ To that ticket
ticket-other-anew = End that one and take another
ticket-title = 🎫 <b>{ $name }</b> · { $mode }
ticket-about = 🎫 { $name }
ticket-joined = In the queue since { $time }{ $so_far ->
        [no] { "" }
       *[other] , { $so_far } so far
    }
ticket-ahead = Ahead of you: { $count } ({ $time })
ticket-at = You are at “{ $place }” ({ $time })
ticket-yesterday = yesterday { $time }
ticket-tomorrow = tomorrow { $time }
ticket-day = { $date }, { $time }
ticket-arrival-range = <b>On the other side: { $earliest } – { $latest }</b>, most likely { $likely }. Local time.
ticket-rests = That is from reports: { $people }, the newest of { $newest }.
ticket-arrival-usual = No recent reports. As it usually is: on the other side { $earliest } – { $latest }, most likely { $likely }. That is no news, today may be different.
ticket-arrival-late = Nine in ten of those who joined when you did should be through by now. How much longer it takes we do not know.
ticket-arrival-least = Others are waiting too, for more than { $span }, and nobody has told of getting through. When you will, we do not know.
ticket-arrival-single = There is only one report, unconfirmed. It does not tell when you will get through.
ticket-arrival-dispute = Reports disagree (/crossing), so we name no time.
ticket-arrival-closed = People say that it is closed and nobody is let through. When you will get through, we do not know.
ticket-arrival-held = There are many strange reports here now, and moderators look into the number. When you will get through, we do not know.
ticket-arrival-none = No recent reports. When you will get through, we do not know.
ticket-pace = By how you move yourself: { $earliest } – { $latest }.
ticket-updated = <i>As of { $time }</i>
ticket-through = ✅ I am on the other side
ticket-move = 📍 Moved up
ticket-end = ✖️ End it
ticket-moved = Noted.
ticket-through-ask = <b>Are you on the other side?</b>
ticket-through-now = ✅ Yes, just now
ticket-through-earlier = ✅ Yes, earlier
ticket-still = ⏳ Still waiting — report it
ticket-not-through = ◀️ No, still waiting
ticket-when = <b>When did you get through?</b> This makes a report of how long it took: without a name, and you can take it back.
ticket-through-done = 🎉 Safe travels! The ticket is over, and forgotten.
ticket-through-said = At first we said { $span }: that is kept beside what it took, without you (/accuracy).
ticket-ended = 🎫 The ticket is over, and forgotten.
ticket-expired = 🎫 The ticket's time is over, and it is forgotten. If you are through, report how long it took: that helps those who wait.
ticket-gone = 🎫 This ticket is no more: you got through, ended it, or its time was over.
ticket-news-dispute = 🎫 <b>{ $name }</b>: reports disagree. How is it where you are? Your answer is noted as a report, without a name.
ticket-news-silent = 🎫 <b>{ $name }</b>: no reports for long. How is it where you are? Your answer is noted as a report, without a name.
mydata-tickets = • A queue ticket, encrypted. It goes when you are through, by itself within 4 days.

## To moderators: a crossing at which something is wrong

mod-place = 🛡 <b>{ $name }</b> · { $time } there now
mod-attacked = ⚠️ Looks like an attack: many new people say the same at once.
mod-nothing = Nobody reported anything in the last day, and nothing is hidden.
mod-found =
    <b>What was said in the last day</b>
    ⚡ many new people at once · ↔️ far from all others · ⚖️ a side of a dispute
mod-hidden = <b>Hidden, counts for nothing</b>
mod-numbered = { $number }. { $text }
mod-group = { $why ->
        [burst] ⚡{ " " }
        [far] ↔️{ " " }
        [camp] ⚖️{ " " }
       *[nothing] { "" }
    }{ $mode } { $what } — { $reports ->
        [1] one report
       *[other] { $reports } reports, { $people }
    }, { $when }
mod-said-through = through: { $what }
mod-said-waiting = waiting so far: { $what }
mod-said-waiting-unknown = waiting in the queue
mod-said-length = queue: { $what }
mod-said-landmark = the queue reaches a landmark
mod-hide = { $hidden ->
        [yes] 🙈 { $number }
       *[no] 👁 { $number }
    }
mod-hold = ❄️ { $mode }{ $hours }
mod-let-go = ▶️ { $mode } let go
mod-if-let-go = <i>If let go</i> → { $said }
mod-notice = 📢 Official notice
mod-drop-notice = 📢 Withdraw { $number }
mod-undo = ↩️ Undo this
mod-undo-line = ↩️ { $number }
mod-audit = 🧾 What was done
mod-audit-title = <b>What moderators did</b>. Which of them is not kept. Undo by the button with the number.
mod-audit-empty = Moderators have not done anything yet.
mod-line = { $number }. { $at }: { $action ->
        [hide] hidden
        [restore] shown again
        [hold] number held
        [let-go] number let go
        [post] notice
        [withdraw] notice withdrawn
        [acknowledged] acknowledged
        [question-deleted] question deleted
       *[other] { $action }
    } · { $what }{ $undoes ->
        [yes] { " " }(an undoing)
       *[no] { "" }
    }{ $undone ->
        [yes] { " " }— undone
       *[no] { "" }
    }
mod-line-group = { $what }, { $when }, reports: { $count }
mod-line-until = until { $time }
mod-done = { $action ->
        [hide] Reports hidden: { $count }.
        [restore] Reports shown again: { $count }.
        [hold] The card holds this number.
        [let-go] The number is held no more.
        [post] The notice is on the card.
       *[withdraw] The notice is withdrawn.
    }{ $changed ->
        [yes] { " " }Then it was { $expected }: something has changed since.
       *[no] { "" }
    }
mod-not-done = { $why ->
        [undone] This has been undone already.
        [over] Its end has come, there is nothing to undo.
        [unknown] There is nothing to hold: no number now on which people agree. Hide what is wrong and try again.
        [longer] This number is held for longer already.
        [same] This very notice stands on the card already.
        [full] Three notices stand on the card already. Withdraw one, then send this again.
       *[nothing] There is nothing to change here any more: somebody else did it, or it ended by itself.
    } Nothing was changed.
notice-ask =
    📢 A notice on the card: { $link }. Reply to this message with three lines:

    <code>https://source.example/news</code> — address or name of the source
    <code>27.11.2026 06:00</code> — until when, by the crossing's clock, 30 days at most
    <code>The text</code> — up to 300 characters, in either language: all will see it, as a quotation
notice-placeholder = Source, time, text
notice-wrong = { $why ->
        [lines] Lines are missing: source, time and text, each on a line of its own.
        [source] The first line must be the source: an address that begins with https://, or a name.
        [source-long] The source is too long: an address may have 200 characters, a name 60.
        [end] I did not understand the time on the second line. Like this: 27.11.2026 06:00 or 2026-11-27 06:00.
        [end-past] That time has passed. Write until when the notice is true.
        [end-far] That is more than 30 days away. Take an earlier time: it can be posted again.
       *[text-long] The text is longer than 300 characters. Shorten it.
    } Nothing was posted. Edit your message or reply anew; here it is:
notice-preview = This is how all who open the card “{ $name }” will see it. Post it?
notice-post = 📢 Yes, on the card
notice-anew = ✏️ Write it anew

## How good our numbers are

accuracy-button = 🎯 How good our numbers are
accuracy-title = <b>How good our numbers are</b>
accuracy-none = Nothing was measured yet. A number is checked by whoever joined a queue with a ticket (a button on the crossing's card) and later tapped that they are through: we compare what we said at the start with what it took.
accuracy-how = What we said to those who joined a queue with a ticket, and what it took them, in the last year. The aim: of 100 people { $aim } find themselves inside the range. Who they are is not kept.
accuracy-all = <b>In all:</b> { $what }
accuracy-line = • { $mode } { $name }: { $what }
accuracy-too-few = { $count ->
        [one] { $count } check
       *[other] { $count } checks
    }, too few to say
accuracy-judged = { $inside } % inside the range, its middle was usually { $off } off; { $count ->
        [one] { $count } check
       *[other] { $count } checks
    }{ $few ->
        [yes] , which is few
       *[no] { "" }
    }

## What people asked to be told

told-title = 🔔 <b>{ $name }</b>
told-mode = <b>{ $mode }</b>
told-item = • { $text }
told-below = the wait is now most likely below { $limit }
told-above = the wait is now most likely above { $limit }
told-go = time to leave: after { $travel } of travel you will most likely (four times in five) wait less than { $limit }
told-silent = nobody has reported anything for { $limit }
told-arrival = After { $travel } of travel: a wait of about { $span }
told-range = Why: { $span } · { $people }, the latest { $age }
told-wait = The wait: { $span } · { $people }, the latest { $age }
told-closed = Said to be closed: { $people }, the latest { $age }
told-dispute = People disagree: { $people }, the latest { $age }. The card has both sides.
told-lone = This is one person's word; nobody has said otherwise for half an hour.
told-correction = ↩️ <b>Correction</b> · { $mode }. At { $time } we wrote:
told-withdrawn = What it stood on was taken back: take it that we do not know.
told-contradicted = Other people say the contrary.
told-night = During your quiet hours:
told-now = <b>Now</b>
told-card = Crossing’s card
told-snooze = 🔕 Quiet for { $hours } h
told-snooze-morning = 🌙 Until morning
told-off = ✖️ No more of this
told-rules = ⚙️ What I am told
told-discreet = There is news that you asked for.
told-discreet-open = Open
told-offer = Tomorrow I will stop writing about this crossing: what you ask for lasts two weeks. Renew?
told-discreet-offer = What you asked for ends tomorrow. Renew?
told-renew = 🔁 Two more weeks

## What to be told

card-alerts = 🔔 Tell me
command-alerts = What to tell me
mydata-subscriptions = • What you asked to be told, by crossing: { $count }. It ends after two weeks unless renewed.
alerts-offer = What shall I write about when it happens? “The main things”: { $wait }; it is closed or opened; draft notices are handed out or people are turned back.
alerts-everything = ✅ The main things
alerts-only = Only: { $what }
alerts-only-closing = Only if it closes or opens
alerts-choose = ⚙️ Let me choose
alerts-all = 🔔 All alerts
alerts-kinds = { $mode }. What shall I tell you? What has a mark is chosen already.
alerts-below = ⬇️ Wait below…
alerts-above = ⬆️ Wait above…
alerts-go = 🚗 Time to leave…
alerts-silent = 🔇 No news…
alerts-digest = 📰 Once a day…
alerts-mine = What I am told here
alerts-back = ⬅️ Back
alerts-more = ➕ More
alerts-ask-below = Tell you when the wait gets below:
alerts-ask-above = Tell you when the wait gets above:
alerts-ask-travel = How long do you travel to the crossing?
alerts-ask-go = I write “time to leave” when after { $travel } of travel you would most likely (four times in five) wait less than:
alerts-ask-silent = Tell you when nobody has reported anything for:
alerts-told = I will write when:
alerts-rule-below = the wait is below { $limit }
alerts-rule-above = the wait is above { $limit }
alerts-rule-go = time to leave: { $travel } of travel, a wait below { $limit }
alerts-already = { $rule } — so it is already; I write if that changes and comes back
alerts-digest-at = 📰 Every day at { $hour }:00 I write how things are there.
alerts-digest-off = 📰 every day at { $hour }:00
alerts-line = { $name } · { $count }
alerts-list = 🔔 <b>What you are told</b>: { $count } of { $most }. Choose a crossing.
alerts-none =
    🔔 You have asked to be told nothing yet.

    Open a crossing's card and tap “🔔 Tell me”: I will write when the queue gets shorter, when the crossing closes, or when something else happens that you choose.
alerts-pause = ⏸ Write nothing for now
alerts-resume = ▶️ Write again
alerts-resting = ⏸ I write nothing for now, as you asked.
alerts-resting-until = 🔕 I write nothing until { $time }.
alerts-quiet = 🌙 Quiet hours
alerts-nights = 🌙 Quiet hours from { $start }:00 to { $end }:00 ({ $zone }); { $urgent ->
        [yes] what is urgent, such as a closure or draft notices, I write all the same
       *[no] what happens meanwhile I write in the morning
    }.
alerts-until = I will write until { $date }; one tap renews that.
alerts-end = 🗑 Nothing more about this crossing
alerts-again = 🔔 Tell me again
alerts-ended = I write nothing more about this crossing.
alerts-ask-quiet = 🌙 <b>Quiet hours</b>, the same for everything you are told. What happens meanwhile I write in the morning, in one message. From which hour?
alerts-ask-until = From { $start }:00 until which hour?
alerts-hours = { $start }–{ $end }
alerts-never-quiet = No quiet hours
alerts-pass-on = ❗️ Write what is urgent at night too
alerts-pass-off = ✅ Urgent comes at night too · switch off
alerts-zone = 🕓 By the time of: { $zone }
alerts-ask-zone = By the clocks of which city shall quiet hours and the daily message go?
alerts-ask-digest = Once a day I write how it is there. At which hour? By the time of { $zone }.
alerts-no-digest = Not needed
alerts-too-many = That would be { $count }, and { $most } are possible. Nothing has changed: drop something you do not need and try again.
alerts-kept = Noted
alerts-dropped = I write no more about this
alerts-renewed = Renewed for two weeks
alerts-paused = I write nothing for now
alerts-resumed = I write again
alerts-snoozed = All right, nothing about this crossing until { $time }. What happens meanwhile will be on the card
