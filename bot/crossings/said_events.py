"""What somebody says has happened at a crossing."""

from dataclasses import dataclass
from enum import StrEnum

from bot.crossings.report import Event
from bot.crossings.said_denied import denied
from bot.crossings.wording import Wording, wording


class Happening(StrEnum):
    """What people tell of, finer than `Event`."""

    AVALANCHE = "avalanche"
    WEATHER = "weather"
    SYSTEM_DOWN = "system_down"
    FIGHT = "fight"
    TURNED_BACK = "turned_back"
    SUMMONS_HANDED_OUT = "summons_handed_out"
    PHONE_CHECK = "phone_check"
    NO_FUEL = "no_fuel"
    NO_WATER = "no_water"
    NO_FOOT = "no_foot"
    FOOT_ALLOWED = "foot_allowed"
    CLOSED = "closed"
    REOPENED = "reopened"
    CALM = "calm"


EVENTS = {
    Happening.AVALANCHE: Event.WEATHER,
    Happening.WEATHER: Event.WEATHER,
    Happening.TURNED_BACK: Event.TURNED_BACK,
    Happening.SUMMONS_HANDED_OUT: Event.DRAFT_NOTICES,
    Happening.PHONE_CHECK: Event.PHONE_CHECKS,
    Happening.NO_FUEL: Event.NO_FUEL,
    Happening.NO_WATER: Event.NO_WATER,
    Happening.NO_FOOT: Event.FOOT_ENDED,
    Happening.FOOT_ALLOWED: Event.FOOT_ALLOWED,
    Happening.CLOSED: Event.CLOSED,
    Happening.REOPENED: Event.REOPENED,
    Happening.CALM: Event.CALM,
}
"""As what a happening is reported; the others (a fight, computers that are down) are not asked for."""

_LET = "((про|вы|за|в|до)?пуска*|(про|вы|за|в)?пустили|пропустят)"
_NOT_LET = "не (про|вы|в|за)?(пуст|пуск)(или|ил|ила|ают)"
_MEN = "(мужчин*|мужик*|военнообяз*|призывн*|должник*|россиян*|мужа|сына|брата|друга|нас|меня)"
_ON_FOOT = "(пеш*|пешком|ногами)"
_FUEL = "(бензин*|топлив*|солярк*|дизел*|горюч*|дт|92|95)"
_DRINK = "(вода|воды|воду|питьевой|питьевая|еды|еда)"
_GONE = "(кончил*|закончил*|дефицит)"
_NONE = "(нет|нету|отсутству*|не осталось|не привез*)"
_DOWN = "(легл*|лежит|лежат|упал*|висит|висят|завис*|слома*|рухнул*|глюч*|вис|отключил*|отвалил*|встал*)"
_UNWORKING = "(не работа*|не отвечает)"
_COMPUTERS = (
    "(баз*|систем*|программ*|сервер*|компьютер*|комп|компы|интернет*|связ*|терминал*|паспортн* контрол*)"
)
_PHONES = (
    "(телефон*|мобильник*|смартфон*|переписк*|соцсет*|галере*|телеграм*|гаджет*|ноут*|чаты|подписки|"
    "фотографии)"
)
_LOOK = "(провер*|смотр*|досматрива*|листа*|изуча*|шмона*|копа*|роются|чита*|отбира*|забира*|просят показать)"
_PLACE = (
    "(кпп|границ*|переход*|пункт*|таможн*|погран*|мапп|пропуск*|проезд|движение|дорог*|трасс*|въезд|выезд)"
)


@dataclass(frozen=True)
class _Sign:
    """What tells of a happening.

    A `not` denies what `says` finds. What `refuses` finds says no itself: `не пускают` is the happening.
    """

    happening: Happening
    says: Wording
    refuses: Wording | None = None

    def found_in(self, sentence: str) -> bool:
        """Tell whether a sentence tells of it and does not deny it."""
        if self.refuses is not None and self.refuses.search(sentence):
            return True
        thing = self.happening in _THINGS
        return any(not denied(sentence, told, thing=thing) for told in self.says.finditer(sentence))


_THINGS = frozenset(
    {
        Happening.AVALANCHE,
        Happening.WEATHER,
        Happening.FIGHT,
        Happening.SUMMONS_HANDED_OUT,
        Happening.PHONE_CHECK,
    }
)
"""Told of by nouns, whose verb may deny them: `повестки не раздают`."""

# The first that fits is told: what happened before what follows from it.
_SIGNS = (
    _Sign(Happening.AVALANCHE, wording("лавин*|avalanches?")),
    _Sign(
        Happening.WEATHER,
        wording(
            "сель|сели сошли|селев*|камнепад*|оползен*|оползн*|обвал*|снегопад*|метел*|пург*|буран*",
            "гололед*|гололедиц*|туман*",
            "сход (снега|сел*)",
            "размыл*|заносы|занесло|снежн*|шторм*|ураган*|потоп*|наводнени*|снег (идет|валит|пошел)",
            "(идет|валит|выпал) … снег",
            "из-за (погод*|снега|ветра|дожд*)|snow*|blizzard|fog|landslides?|mudslides?|mudflows?",
            "rockfalls?|storms?|flood*",
            "bad weather",
        ),
    ),
    _Sign(
        Happening.SYSTEM_DOWN,
        wording(
            f"{_COMPUTERS} … {_DOWN}|{_DOWN} … {_COMPUTERS}|сбо(й|я|и) … {_COMPUTERS}",
            f"{_COMPUTERS} … сбо(й|я|и)",
            "(system|computers?|database|servers?|network) (\\w+ ){0,2}(down|crashed|failed)|system failure",
        ),
        wording(
            f"{_COMPUTERS} … {_UNWORKING}|{_UNWORKING} … {_COMPUTERS}|нет (связи|интернета)",
            "(system|computers?|database|servers?|network) (\\w+ ){0,2}not working",
        ),
    ),
    _Sign(
        Happening.FIGHT,
        wording("драк*|дерутся|подрал*|потасовк*|мордобо*|поножовщин*|стрельб*|fights?|fighting|brawl"),
    ),
    _Sign(
        Happening.NO_FOOT,
        wording(
            f"{_ON_FOOT} … (запрещ*|запрет*|закры*)|{_ON_FOOT} (запрещ*|запрет*|закры*)",
            f"(запретили|перестали|прекратили|закрыли) … {_ON_FOOT}",
            f"{_ON_FOOT} … (перестали|прекратили) *",
            f"{_ON_FOOT} (заверн*|завора*|разверн*|развора*)",
        ),
        wording(
            f"{_ON_FOOT} … не {_LET}|не {_LET} … {_ON_FOOT}|{_ON_FOOT} … нельзя|{_ON_FOOT} нельзя",
            f"{_ON_FOOT} … больше не *|без пеших",
            "no (pedestrians|foot)",
            "(pedestrians|on foot|walking) (\\w+ ){0,3}(not|no longer|isnt|arent|forbidden|banned|"
            "prohibited)",
            "(not|dont|no longer|stopped|arent|wont) (\\w+ ){0,4}(pedestrians|on foot|walk*)",
        ),
    ),
    _Sign(
        Happening.FOOT_ALLOWED,
        wording(
            f"{_LET} … {_ON_FOOT}|{_ON_FOOT} … {_LET}(?!\\s+по\\s)|(разрешили|можно|открыли) … {_ON_FOOT}",
            f"{_ON_FOOT} … (можно|разреш*|открыл*)|{_ON_FOOT} (можно|разреш*|открыл*)",
            "(letting|let|allow*|admit*) (\\w+ ){0,3}(pedestrians|on foot|walk*)",
            "(pedestrians|on foot) (\\w+ ){0,3}(allowed|again|ok)",
        ),
    ),
    _Sign(
        Happening.TURNED_BACK,
        wording(
            "развернул*|разворачив*|завернул*|заворачив*|отправ(или|ляют) (\\w+ )?(обратно|назад)",
            "отказ(али|ывают|ано|)? (во?|на|в) (въезд*|выезд*|проезд*|пропуск*)|отказ во въезде",
            "снял* (с|с рейса|с поезда) (рейса|поезда|автобуса)|turn(ed|ing) (\\w+ ){0,3}(back|away)",
            "sen(t|ding) (\\w+ ){0,2}back",
            "(denied|refused|refus*) (\\w+ ){0,2}(exit|entry|crossing)",
        ),
        wording(
            f"{_NOT_LET} … (без|с|граждан*|{_MEN})|{_MEN} … {_NOT_LET}|not letting (men|russians|him|us|me)",
        ),
    ),
    _Sign(
        Happening.SUMMONS_HANDED_OUT,
        wording(
            "повестк*|военкомат* … (стоит|стоят|работа*|раздает|выдает|дежур*)|мобильн* военкомат*",
            "пункт мобилизац*",
            "draft (notices?|papers?|office)|summons*|conscription (notices?|office)",
            "mobili[sz]ation (point|office|papers)",
        ),
    ),
    _Sign(
        Happening.PHONE_CHECK,
        wording(
            f"{_LOOK} … {_PHONES}|{_PHONES} … {_LOOK}",
            "(check*|search*|look* (at|through|into)|go* through|inspect*|scroll*) (\\w+ ){0,4}(phones?|"
            "messages|chats)",
            "phones? (\\w+ ){0,2}(check*|searched|inspected)",
        ),
    ),
    _Sign(
        Happening.NO_FUEL,
        wording(
            f"{_FUEL} … {_GONE}|{_GONE} … {_FUEL}|заправк* … (пуст*|закры*)",
            "(fuel|gas|petrol|diesel) (\\w+ )?(ran|run|is) out",
        ),
        wording(
            f"{_FUEL} … {_NONE}|{_NONE} … {_FUEL}|заправк* … (не работа*|без бензина|без топлива)",
            "(no|out of|without) (\\w+ )?(fuel|gas|gasoline|petrol|diesel)",
        ),
    ),
    _Sign(
        Happening.NO_WATER,
        wording(
            f"{_DRINK} … {_GONE}|{_GONE} … {_DRINK}|(water|food) (\\w+ )?(ran|run|is) out",
        ),
        wording(
            f"{_DRINK} … {_NONE}|{_NONE} … {_DRINK}|без воды",
            "(no|out of|without) (\\w+ )?(water|food)",
        ),
    ),
    _Sign(
        Happening.REOPENED,
        wording(
            "(снова|опять|уже|наконец|наконец-то) (открыт*|работа(ет|ют)|ездят|поехали|пускают|пропускают)",
            "открыли(сь)?|открыл(ся|ась|ось)?|открыт(а|о|ы)?",
            f"{_PLACE} … (восстанов*|возобнов*|открыт*)|(восстанов*|возобнов*|запустили) … {_PLACE}",
            "колонна (пошла|поехала|двинулась)",
            "пошла колонна|поток пошел|пошел поток|заработал(а|о|и)?",
            "начали (пускать|пропускать|запускать|выпускать|оформлять)|поехали колонной|reopen(ed|s)?",
            "open(ed)? again",
            "(is|are|its|just) open(ed)?( now)?|back open|traffic resumed|resumed",
        ),
    ),
    _Sign(
        Happening.CLOSED,
        wording(
            "закрыт(а|о|ы)?|закрыл(и|ся|ась|ись)?|закрывают(ся)?|закрывается|перекрыт(а|о|ы)?|перекрыли",
            "перекрывают",
            "(движение|проезд|пропуск|оформление|прием) … "
            "(остановлен*|прекращ*|запрещ*|приостанов*|остановил*|стоп)",
            "(остановили|приостановили|прекратили) (движение|проезд|пропуск|оформление|прием)",
            "closed|shut( down)?|traffic (\\w+ )?(stopped|suspended)|suspended",
        ),
        wording(
            f"никого (\\w+ )?не ({_LET}|оформля*|принима*)",
            f"не ({_LET}|оформля*|принима*) (\\w+ )?(никого|вообще|совсем|всех)",
            f"({_PLACE} (\\w+ )?|^)не работа(ет|ют)|не работа(ет|ют) {_PLACE}",
            f"(?<!пеших\\s)не {_LET}",
            "(nobody|no one|noone) (\\w+ ){0,3}(through|processed|let|crossing|pass)",
            "not letting (\\w+ )?(anyone|anybody|people) *",
            "not (working|operating|letting anyone|processing)",
        ),
    ),
    _Sign(
        Happening.CALM,
        wording(
            "(все|обстановка|пока|там|очень|вполне) (\\w+ )?(спокойн*|тихо|мирно)|тихо",
            "все (\\w+ )?(хорошо|нормально|норм|ок|отлично|гладко)",
            "спокойно|calm|quiet|all (is )?(good|fine|ok|smooth)|smooth(ly)?",
        ),
        wording(
            "вопросов (ноль|никаких)|(лишних )?вопросов (\\w+ )?(не зада*|нет|не было)",
            "(никаких|без) (\\w+ )?(вопросов|проблем|допросов|придирок)|проблем (нет|не было|никаких)",
            "не придира*|no (\\w+ )?(questions|problems|issues|hassle)( asked)?",
        ),
    ),
)
_DOORS = "(открыл*|открыт*|закрыл*|закрыт*|закрывают*|работа*|не работа*|заработал*)"
_INSIDE = (
    "(окн*|окошк*|полос*|кабин*|ворот*|багажник*|магазин*|кафе|туалет*|обменник*|касс*|дьюти*|бар|столов*|аптек*|"
    "банкомат*|сим*|карт*|чат|чата|глаза|кондиционер*|рот)"
)
# Said of these, or so weakly, it is nothing about the crossing.
_NOT_THE_CROSSING = wording(
    f"{_DOORS} … {_INSIDE}|{_DOORS} {_INSIDE}|{_INSIDE} … {_DOORS}|{_INSIDE} {_DOORS}",
    "(практически|почти|еле|плохо|медленно|толком|вяло) … не работа*",
    "(практически|почти|еле|плохо|медленно|толком|вяло) не *",
)
# `открыли после лавины`
_AFTERWARDS = wording("после (\\w+ )?(лавин*|сел[яей]|схода|снегопад*|камнепад*|обвал*|драк*)|after the \\w+")


def happening(sentence: str) -> Happening | None:
    """Return what a sentence, as `plain` writes it, tells of and does not deny."""
    sentence = _AFTERWARDS.sub("", sentence)
    doors = {Happening.CLOSED, Happening.REOPENED} if _NOT_THE_CROSSING.search(sentence) else set()
    return next(
        (sign.happening for sign in _SIGNS if sign.happening not in doors and sign.found_in(sentence)), None
    )
