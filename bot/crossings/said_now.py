"""Which parts of a message state what is the case now, and not a question, a plan, a memory or an advert."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.crossings.said_denied import FALSEHOOD
from bot.crossings.wording import wording

STANDING = wording(
    "стоим|стою|ждем|жду|торчим|торчу|застряли|застрял|встряли|кукуем|ночуем|(мы|я) … в очереди",
    "(are|am|been|still|were|im) (\\w+ )?(waiting|standing|stuck)|in (the )?(line|queue) (for|since)",
    "waiting for",
)
"""Somebody stands there: the speaker. It outweighs all that makes the rest of a sentence doubtful."""

_PRESENT = wording(
    "сейчас|щас|сегодня|пока|до сих пор|только что|на (данный|текущий) момент|на эту минуту|стоим|стою",
    "стоят|ждем|жду",
    "ждут|now|today|just|currently|at the moment|still|so far",
)

# --- The whole message is about something else.

_ADVERT = wording(
    "трансфер*|продам|продаю|продается|куплю|сдам|сдаю|сдается|услуг*|страховк*|страхован*|осаго|недорого",
    "скидк*",
    "аренд*|прокат|эвакуатор*|подача|доставк*|довезу|отвезу|подвезу|увезу|заберу|возьму|подброшу|перевезу",
    "помогу|оформим|организуем",
    "попутчик*|попутк*|бронь (автобус*|мест*|билет*)|брониру*|отправление|билеты|ищу|ищем",
    "(в|во) (лс|личк*|личные|директ)|личку|пишите|звоните|обращайтесь|нужна машина",
    "\\d+ мест(о|а)?|(одно|два|три|четыре|пара) мест(о|а)?|мест(о|а) (есть|свободн*|в машине)",
    "есть … мест(о|а)",
    "свободн(ое|ые|ых) мест*|место в (машине|очереди|авто)|обмен (валют*|рублей|денег|тенге|лари)|обменяю",
    "подписывайтесь",
    "кто (возьмет|подвезет|заберет|подбросит|довезет|подкинет)|выезд (завтра|сегодня|каждый|ежедневно|в \\d)",
    "transfers?|for sale|selling|dm|pm me|seats?|insurance|cheap|looking for|contact (me|us)|ride ?share",
    "rent",
    "whats ?app|ват?сап*|вот?сап*|вайбер*|viber",
)
_PHONE = re.compile(r"(?<!\d)\+?\d[\d() -]{9,}\d(?!\d)")
_LOSING = "(потерял*|утер*|обронил*|нашел|нашли|нашла|найден*|забыл*|оставил*|украли|чуж*|владел*|пропал*)"
_THING = (
    "(паспорт*|документ*|телефон*|сумк*|сумочк*|пакет*|вещ*|ключ*|собак*|кошк*|кошел*|бумажник*|права|правах|"
    "карт*|рюкзак*|чемодан*|номера?|номерок|кольц*|очки|куртк*|планшет*|ноутбук*|стс|птс)"
)
_LOST = wording(
    f"{_LOSING} … {_THING}|{_LOSING} {_THING}|{_THING} … {_LOSING}|{_THING} {_LOSING}",
    "(lost|found|left|forgot) (\\w+ ){0,3}(passport|phone|bag|wallet|keys|documents|dog|backpack)",
)
# A price or an address for answers stands in adverts, but now and then in a report too.
_OFFER = wording(
    "\\d+ ?(руб*|р|тыс*руб*|лари|тенге|долл*|евро|usd|gel|rub)|[₽$€] ?\\d+|\\d+ ?[₽$€]|цен(а|ы|е)",
    "стоимость|такси|водитель",
    "taxi|price|t\\.me|https?",
)
_HANDLE = re.compile(r"(?<!\w)@\w{4}|[₽€]|\$ ?\d|\d ?\$")

# --- A clause does not state what is the case now.

_ASKS = wording(
    "подскаж*|скажи(те)?|расскажи(те)?|отпиши(те)?(сь)?|отпишись|отзовитесь|напиши(те)?|поделитесь",
    "посоветуйте",
    "сориентируйте|объясните|ответьте|кто нибудь|кто-нибудь|кто знает|знает кто|знает ли|есть кто|есть ли",
    "кто сейчас|кто там",
    "кто был|кто недавно|кто проход*|кто стоит|у кого|интересует|вопрос|в курсе",
    "can (anyone|somebody|someone)|(?<!letting\\s)(?<!let\\s)(anyone|anybody)",
    "please tell|let me know|does any*|has any*|any (news|info|update|updates|idea)",
)
_QUESTION = wording(
    "кто|кому|что там|че там|чо там|чё там|что с|как там|как сейчас|как обстановка|как дела|как очередь",
    "как проход*",
    "как на|как в|как долго|что по|что за|с чего|как(ая|ой|ие|ого|ую|им|их|ому)|(до|со|во) скольк*|каков*",
    "сколько|скоко|сколка|скок|скольк*|почему|зачем|когда|куда|где",
    "ли|можно ли|правда что|стоит ли|есть инф*|есть новости|есть смысл|нормально ли|how|what|whats|who",
    "why|when|where",
    "which|is (it|there|the)|are (there|they|the|you)|do (they|you|i)|does|did|can (i|we|you)|should",
    "could|will",
)
# A clause that begins so asks, with or without its sign; not `is closed`, where the subject is left out.
_ASKS_FIRST = wording(
    "(is|are|am|was|were|has|have|had|did|do|does|isnt|arent|hasnt|havent|didnt|doesnt) (?!\\d|("
    "not|no|been|now|still|just|already|closed|open|opened|reopened|shut|waiting|standing|stuck|moving|moved|"
    "crossed|passed|got|through|finally|in|at|so|back|to|empty|calm|quiet|clear|free|very|really|quite|all)"
    "\\b)\\w+",
)
# `закрыт или нет`, `пускают или не пускают`, `closed or open`
_DOORS = "(закры*|откры*|работа*|closed|open)"
_OR_ELSE = "(или|либо|or) (уже |еще |все |пока )?"
_OR_NOT = wording(f"{_OR_ELSE}(не|нет|not|no)|{_DOORS} {_OR_ELSE}{_DOORS}")
_TAG = wording(
    "правда|верно|да|так|или|нет|не|это|уже|еще|все еще|до сих пор|точно|серьезно|реально|right|true",
    "really|is it|or|yes|no",
)
_OR = wording("или|либо|or")
_HEARSAY = wording("говорят|слышал*|пишут|якобы|вроде|вроде бы|ходят слухи|they say|heard|apparently")

_THAT = wording("что|чтобы|будто|якобы|that")  # `врут, что закрыто`

_MONTHS = (
    "(январ[ьяе]|феврал[ьяе]|марта?|марте|апрел[ьяе]|мая|мае|июн[ьяе]|июл[ьяе]|августа?|августе|сентябр[ьяе]|"
    "октябр[ьяе]|ноябр[ьяе]|декабр[ьяе])"
)
_OTHER_DAY = wording(
    "(поза)?вчера|вчераш*|накануне|прошл(ый|ая|ое|ом|ой|ую|ого|ым|ыми|ых|ые)|помню|помните|помнишь",
    "вспомн*|раньше|когда-то|в тот раз|тогда",
    "(\\w+ )?(день|дня|дней|недел*|месяц*|год|года|лет) назад|на той неделе|на днях|как-то раз|однажды",
    "в детстве",
    "летом|зимой|осенью|весной|(в|на) (понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье)",
    "(на|в) (выходн*|праздник*|майск*|новогодн*|каникул*|новый год)|(в )?(20[012]\\d)( г*)?",
    "времен* пандеми*|\\d\\d (году|г)",
    f"(в|на) (начале |конце |середине )?({_MONTHS})|с тех пор",
    "yesterday|last (week|month|year|time|summer|winter|autumn|spring|weekend|night)",
    "(days?|weeks?|months?|years?) ago",
    "back in|in 20[012]\\d|remember|used to|once",
)
_DATE = wording(f"\\d+ ({_MONTHS})|\\d{{1,2}}\\.(0[1-9]|1[012])(\\.\\d+)?")
_WAS = wording(
    "ехали|проезжал*|был*|стоял*|прош(ли|ел|ла)|проехал*|ездил*|пересекал*|выезжал*|въезжал*|ждал*",
    "crossed|went|was|waited|were",
)
_FUTURE = wording(
    "(после)?завтра|скоро|на следующ*|поедем|поеду|поедут|буду|будем|будет|будут|планиру*",
    "собира(юсь|емся|ются|ется)|хотим|хочу",
    "хотел* бы|выезжаем|выезжаю|надеюсь|надеемся|закроют|откроют|откроется|закроется|запретят|разрешат",
    "пустят|начнут|введут",
    "обеща*|планах|прогноз*|собрались|через (недел*|месяц|год|пару дней|\\d+ д*)|дай бог|желаю|лишь бы",
    "хоть бы|хотелось|готовимся|должн*|хватит|успе(ем|ю|ть)|простоим|постоим|пройдем",
    "tomorrow|next (week|month|year|time)|going to|plan(ning)?( to)?|well|ill|will|hope|hoping|about to",
    "want to",
)
_CONDITION = wording("если|если бы|ежели|вдруг|а то|чтобы|чтоб|if|in case|unless|would")
_GENERIC = wording(
    "обычно|всегда|как правило|в среднем|чаще всего|чаще|по статистике|по опыту",
    "(на|из) (моем|личном|своего|моего) опыт*|круглосуточно",
    "(за|в) (сутки|день|час) (\\w+ )?(проход*|проезжа*|пропуска*)|бывает|бывают|бывало|по ночам",
    "по выходным|каждый (день|раз|год)",
    "каждые выходные|любое время|вечно|usually|normally|always|typically|on average",
    "every (day|time|weekend)|generally",
)
_AS_EVER = wording("(как|чем) (всегда|обычно)|больше обычного|as (always|usual)|than usual")
_ADVICE = wording("лучше|стоит (ехать|выезжать|брать)|надо|нужно|советую|рекомендую|better|should|recommend")
_GUESS = wording(
    "думаю|думаем|наверно|наверное|наверняка|кажется|по-моему|по моему|возможно|может быть|может|вероятно",
    "скорее всего|видимо",
    "боюсь|жаль|i think|i guess|probably|maybe|perhaps|might",
)
# Waiting, but in no queue.
_AWAITS = wording(
    "(ждем|жду|ждут) (\\w+ )?(новост*|ответ*|инф*|вас|тебя|его|ее|их|открыти*|когда|пока|чуда|лета|весны|"
    "автобус*|маршрутк*|друзей|друга|звонк*|решени*)|waiting for (\\w+ )?(news|answer|bus|friend*|reply)"
)
# A queue somewhere else.
_ELSEWHERE = wording(
    "(в|во|на) (мфц|банк*|сбер*|тинькоф*|посольств*|консульств*|визов*|поликлин*|больниц*|магазин*|кафе|"
    "столов*|туалет*|обменник*|цон*|соцон*|налогов*|загс*|паспортный стол|паспортном столе|касс*|аптек*|"
    "школ*|мойк*|шиномонтаж*|почт*|пятерочк*|магнит*)",
    "дпс|гаи|гибдд|на работе|at (the )?(bank|embassy|consulate|toilet|shop|store|gas station|atm)",
)
_NUMBER = re.compile(r"\d")

_SENTENCE = re.compile(
    r"(?<=[!?…;\n])|(?<!\bч)(?<!\bмин)(?<!\bкм)(?<!\bчел)(?<!\bшт)(?<!\bтыс)(?<!\bсут)(?<!\bпр)(?<!\bг)(?<=\.)(?!\d)"
)
_CLAUSE = re.compile(r",(?!\d)|,(?<!\d,)|\s(?:но|зато|однако|but)\s|[()]")
_TURN = re.compile(r":(?!\d)|\s[-–—]\s")


@dataclass(frozen=True)
class Stated:
    """The clauses of a message that state what is the case now, sentence by sentence."""

    sentences: tuple[tuple[str, ...], ...]

    @property
    def clauses(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(clause for sentence in self.sentences for clause in sentence)


def stated_now(text: str) -> Stated:
    """Return what a message, as `plain` writes it, states about now; nothing if it is of another kind."""
    if _elsewhere(text):
        return Stated(())
    kept: list[tuple[str, ...]] = []
    past = False
    sentences = [part.strip() for part in _SENTENCE.split(text) if part.strip(" .!?…;\n")]
    asks = any(sentence.endswith("?") for sentence in sentences)
    for sentence in sentences:
        asked = sentence.endswith("?")
        if asked and _OR.match(sentence):
            return Stated(())  # `не выпускают. Или уже пропускают?`
        clauses = tuple(_clauses(sentence, past, asks))
        past = _still_past(sentence, past)
        kept.append(clauses)
    return Stated(tuple(sentence for sentence in kept if sentence))


def _elsewhere(text: str) -> bool:
    firm = bool(STANDING.search(text))
    if _ADVERT.search(text) or _PHONE.search(text) or _LOST.search(text):
        return True
    return not firm and bool(_OFFER.search(text) or _HANDLE.search(text))


def _still_past(sentence: str, past: bool) -> bool:
    for clause in _CLAUSE.split(sentence):
        if _PRESENT.search(clause):
            past = False
        elif _past(clause):
            past = True
    return past


def _past(clause: str) -> bool:
    return bool(_OTHER_DAY.search(clause) or (_DATE.search(clause) and _WAS.search(clause)))


def _clauses(sentence: str, past: bool, asks: bool) -> Iterator[str]:
    """Return the clauses of a sentence that count; `past` tells whether those before spoke of another day."""
    asked = sentence.endswith("?")
    parts = [part.strip() for part in _CLAUSE.split(sentence) if part.strip(" .!?…;\n")]
    if asked and len(parts) > 1 and _TAG.match(parts[-1]) and not _QUESTION.search(parts[-1]):
        return  # `Ларс закрыт, правда?`
    if len(parts) > 1 and _OR_NOT.match(parts[-1]):
        parts = parts[:-2]  # `Ларс закрыт, или нет`
    asking = future = doubtful = lied = False
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        asking = asking or bool(_ASKS.search(part))
        lied = bool(FALSEHOOD.search(part)) or (lied and bool(_THAT.match(part)))
        for clause in _unasked(part, asked and last, asked):
            present = bool(_PRESENT.search(clause))
            past = (past and not present) or (not present and _past(clause))
            future = (future and not present) or bool(_FUTURE.search(clause))
            generic = bool(_GENERIC.search(clause)) and not _AS_EVER.search(clause)
            doubtful = (
                (doubtful and not present)
                or generic
                or bool(_CONDITION.search(clause) or _ELSEWHERE.search(clause))
            )
            firm = bool(STANDING.search(clause) and _NUMBER.search(clause))
            if firm or not (past or future or doubtful or asking or lied or _weak(clause, asks)):
                yield clause


def _weak(clause: str, asks: bool) -> bool:
    """Tell whether a clause is advice, a guess without a number, or hearsay in a message that asks."""
    if _ADVICE.search(clause) or _AWAITS.search(clause):
        return True
    if asks and _HEARSAY.search(clause):
        return True
    return bool(_GUESS.search(clause)) and not _NUMBER.search(clause)


def _unasked(clause: str, asked: bool, in_question: bool) -> Iterator[str]:
    """Return what of a clause is not a question: what stands before it, and behind a colon or dash."""
    if _OR_NOT.search(clause):
        return
    asking = (_ASKS.search(clause), _QUESTION.search(clause), _ASKS_FIRST.match(clause))
    starts = [found.start() for found in asking if found]
    if not starts:
        if not asked or (STANDING.search(clause) and _NUMBER.search(clause)):
            yield clause
        return
    before = clause[: min(starts)]
    if _NUMBER.search(before):
        yield before
    if not in_question:
        turn = _TURN.search(clause, min(starts))
        if turn:
            yield clause[turn.end() :]
