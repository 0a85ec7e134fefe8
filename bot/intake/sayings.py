"""What a message says about a family: who, how old, what work, how much; by question key. Pure.

The words that name a choice come from the questionnaire's own options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.numerals import plain, read_number
from bot.intake.schema import Questionnaire

_CLAUSE = re.compile(r"[,，。;；!！\n]+|、(?=[^\d一二两三四五六七八九十])")
_SPOUSE = re.compile(
    r"老公|老婆|老伴|爱人|愛人|媳妇|媳婦|丈夫|妻子|太太|先生(?=\d|今|也|做|在|是|年|月)|对象|對象|孩子他?[爸妈]|他爸|她老公|他老婆"
)
_HUSBAND = re.compile(r"老公|丈夫|孩子他?爸|先生(?=\d|今|也|做|在|是|年|月)")
_WIFE = re.compile(r"老婆|媳妇|媳婦|妻子|太太|孩子他?妈")
_SELF = re.compile(
    r"^(?:我|本人|客户|客戶)(?!们|家|老公|老婆|爱人|媳妇|太太|先生|丈夫|妻子|俩|两口)|自己|我(?:今年|做|是|在|全职|也|月|年|\d)"
)
_CHILD = re.compile(
    r"孩子|小孩|娃|儿子|兒子|女儿|女兒|闺女|大宝|二宝|老大|老二|宝宝|一儿一女|龙凤胎|双胞胎|细路|囡"
)
_NUMBER = r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
_AGE = re.compile(rf"(?<![\d.])({_NUMBER})\s*(?:周?岁|歲)(半|多)?")
_BARE_AGE = re.compile(r"(?<![\d.])([2-6]\d)(?![\d.万千百wk元块岁歲年月个個%])")
_MONTHS = re.compile(rf"(?<![\d.])({_NUMBER})个月")
_BORN = re.compile(r"(?<!\d)((?:19)?[4-9]\d|200\d|0\d)年(?:的|生|出生)")
MONEY = r"(?:[\d.,]+|[一二两三四五六七八九十百半]+)(?:来|多|几)?\s*(?:[万千百wWkK亿]|个(?![月孩娃儿女]))*(?:[\d一二三四五六七八九]千?)?(?:\s*(?:元|块钱?|蚊))?"
"""An amount as it stands in a sentence."""
_INCOME = re.compile(
    rf"(年薪|年收入|年入|一年(?:能?挣|能?赚|收入|有|大概)|每年(?:挣|赚|收入)|月薪|月入|月收入|每个?月(?:挣|赚|收入|拿|工资)|一个月(?:挣|赚|收入|拿|工资)?|工资|收入|挣|赚)(?:大概|大约|差不多|税前|税后|到手|是|有)*\s*({MONEY})"
)
_AFTER_INCOME = re.compile(rf"({MONEY})\s*(?:一年|/年|每年)$")
_COUNTED_CHILDREN = re.compile(
    r"(俩|仨|[一两二三四1234])个?(?:孩子|小孩|娃|儿子|兒子|女儿|女兒|闺女|宝宝|宝|细路|囡)|(一儿一女|龙凤胎|双胞胎)"
)
_NO_CHILDREN = re.compile(r"(?:没|没有|还没有?|不要|冇)(?:要|生)?(?:孩子|小孩|娃)|丁克")
_MORTGAGE = re.compile(
    rf"(?:房贷|按揭|貸款|房貸|贷款)(?:余额|还有|还剩|還有|還剩|还欠|剩|有|差|大概|大约|欠)*\s*({MONEY})"
)
_HAS_MORTGAGE = re.compile(r"(?:有|背着?|还着|在还|还)房贷|房贷|月供|按揭")
_DEPOSIT = re.compile(rf"(?:存款|积蓄|存了|攒了|手里有|手上有)(?:有|大概|大约|差不多)*\s*({MONEY})")
_SPENDING = re.compile(
    rf"(?:每个?月|一个月|月)(?:开销|开支|花销|支出|花|要花|用)(?:大概|大约|差不多|要)*\s*({MONEY})"
    rf"|(?:开销|开支|花销|支出)(?:每月|一个月|每个月)?(?:大概|大约|差不多|要|是)*\s*({MONEY})"
)
_PARENTS = re.compile(
    rf"(?:给|赡养|孝敬)(?:双方)?(?:父母|爸妈|老人|家里老人)(?:每年|一年|每月|一个月)?(?:大概|大约)?\s*({MONEY})"
)
_BUDGET = re.compile(
    rf"(?:预算|預算|打算(?:每年)?花|想(?:每年)?花)(?:是|有|每年|一年|大概|大约|在)*\s*({MONEY})"
)
_NO_POLICY = re.compile(
    r"(?:没|没有|从没|从来没)(?:买过|有|配过)?(?:任何)?(?:商业)?(?:保险|保单)|啥保险也没|什么保险都没"
)
_CITIES = (
    "北京 上海 广州 深圳 天津 重庆 成都 武汉 杭州 南京 西安 苏州 长沙 郑州 青岛 济南 "
    "合肥 福州 厦门 昆明 南昌 沈阳 大连 哈尔滨 长春 石家庄 太原 南宁 贵阳 兰州 海口 乌鲁木齐 "
    "银川 西宁 呼和浩特 宁波 温州 无锡 常州 佛山 东莞 珠海 中山 惠州 泉州 嘉兴 绍兴 徐州 "
    "烟台 潍坊 洛阳 襄阳 宜昌 桂林 三亚 香港 澳门 台北 高雄 台中 新北 "
)
_CITY = re.compile(f"(?:在|住|来|坐标|定居)({'|'.join(_CITIES.split())})")
_SLIPS = {
    "年新": "年薪",
    "月新": "月薪",
    "房带": "房贷",
    "安揭": "按揭",
    "全值": "全职",
    "存宽": "存款",
    "余算": "预算",
}


def evened(text: str) -> str:
    evened = text.strip().translate(
        str.maketrans("萬億兩個歲兒媽爸贷貸薪還剩", "万亿两个岁儿妈爸贷贷薪还剩")
    )
    evened = re.sub(r"\s+", ",", evened)
    for slip, meant in _SLIPS.items():
        evened = evened.replace(slip, meant)
    return evened


def told(text: str, questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """Question keys and what to record for them, in the order of the message."""
    yield from _family(text)
    # Of “先生…，太太…” nobody can tell which one is the client.
    unclear = _HUSBAND.search(text) is not None and _WIFE.search(text) is not None
    subject = "other" if unclear else "client"
    adult = subject
    for clause in filter(None, _CLAUSE.split(text)):
        subject = "other" if unclear else _subject(clause, adult)
        adult = adult if subject == "child" else subject
        yield from _money(clause, adult)
        yield from _person(clause, subject, questionnaire)
    yield from _home(text)


def _subject(clause: str, before: str) -> str:
    if re.search(r"[我她他][爸妈媽]|父母|公婆|岳父|岳母|婆婆|公公|老人|哥|姐|弟|妹", clause):
        return "other"
    if re.search(
        r"[我客][同和跟与](?:我)?(?:老|爱|媳|太)|我们|我俩|家里|全家|两口子|夫妻|都(?=[做在是有])",
        clause,
    ):
        return "household"
    if _HUSBAND.search(clause) and _WIFE.search(clause):
        return "other"
    if _SPOUSE.search(clause):
        return "spouse"
    if _CHILD.search(clause) and not _SELF.search(clause):
        return "child"
    if _SELF.search(clause):
        return "client"
    return before


def _family(text: str) -> Iterator[tuple[str, str]]:
    if _SPOUSE.search(text) or re.search(r"已婚|结婚[了\d]|成家", text):
        yield "marital", "married"
        if _HUSBAND.search(text) and not _WIFE.search(text):
            yield "client_sex", "female"
        elif _WIFE.search(text) and not _HUSBAND.search(text):
            yield "client_sex", "male"
    else:
        for words, value in (
            ("单身|未婚|没结婚|單身", "single"),
            ("离婚|离异|離婚", "divorced"),
            ("丧偶", "widowed"),
        ):
            if re.search(words, text):
                yield "marital", value
    yield from _children(text)


def _children(text: str) -> Iterator[tuple[str, str]]:
    if _NO_CHILDREN.search(text):
        yield "children", "0"
        return
    first = _CHILD.search(text)
    if first is None:
        return
    counted = _COUNTED_CHILDREN.findall(text)
    count = 0
    for word, pair in counted:
        one = 2 if pair or word == "俩" else 3 if word == "仨" else int(read_number(word) or 0)
        count += one
    ages = _ages_of_children(text)
    named = len(re.findall(r"儿子|女儿|闺女|大宝|二宝|老大|老二", text))
    count = count or max(len(ages), min(named, 2))
    if count:
        yield "children", str(count)
    if len(ages) == count:
        for place, age in enumerate(sorted(ages, reverse=True), start=1):
            yield f"child_birth.{place}", f"{age}岁"


def _ages_of_children(text: str) -> list[int]:
    """The ages said from the first word for a child on, until somebody else is spoken of."""
    ages: list[int] = []
    speaking = False
    for clause in re.split(r"[,，。;；、!！和跟]", text):
        if _CHILD.search(clause) or re.search(r"大的|小的", clause):
            speaking = True
            clause = clause[_start_of_child(clause) :]
        elif _SPOUSE.search(clause) or _SELF.search(clause):
            speaking = False
        if speaking:
            ages += [int(read_number(age) or 0) for age, _ in _AGE.findall(clause)]
            ages += [int(read_number(months) or 0) // 12 for months in _MONTHS.findall(clause)]
    return [age for age in ages if age < 40]


def _start_of_child(clause: str) -> int:
    found = (
        _COUNTED_CHILDREN.search(clause) or _CHILD.search(clause) or re.search("大的|小的", clause)
    )
    return found.start() if found else 0


def _person(clause: str, subject: str, questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    if subject not in ("client", "spouse"):
        return
    own = clause
    if child := _CHILD.search(clause):
        own = clause[: child.start()]
    if found := _AGE.search(own):
        yield f"{subject}_birth", f"{read_number(found[1])}岁"
    elif found := _BORN.search(own):
        yield f"{subject}_birth", found[0]
    elif (found := _BARE_AGE.search(own)) and (
        _SPOUSE.search(own) or _SELF.search(own) or found.start() < 4
    ):
        yield f"{subject}_birth", f"{found[1]}岁"
    for key in (f"{subject}_job", f"{subject}_social"):
        value = chosen(questionnaire, key, own)
        if value is not None:
            yield key, value
    if found := _CITY.search(own):
        yield "client_city", found[1]


def chosen(questionnaire: Questionnaire, key: str, clause: str) -> str | None:
    """The one option that the clause names by its label or another wording of at least two."""
    spec = questionnaire.specs.get(key)
    typed = plain(clause)
    found = set()
    for option in spec.options if spec else ():
        for word in map(plain, (option.label, *option.also)):
            at = typed.find(word) if len(word) > 1 else -1
            if at >= 0 and not (at and typed[at - 1] in "不没无非未冇唔"):
                found.add(option.value)
    return found.pop() if len(found) == 1 else None


def _money(clause: str, subject: str) -> Iterator[tuple[str, str]]:
    for pattern, key, unit in (
        (_PARENTS, "parents_cost", ""),
        (_BUDGET, "budget", "/年"),
        (_DEPOSIT, "deposits", ""),
        (_MORTGAGE, "mortgage_left", ""),
    ):
        if found := pattern.search(clause):
            said = re.search(r"每月|一个月|每个月", found[0])
            yield key, found[1] + ("/月" if said else unit)
            return
    if found := _SPENDING.search(clause):
        yield "spending", (found[1] or found[2]) + "/月"
        return
    if subject not in ("client", "spouse"):
        return
    if found := _INCOME.search(clause):
        monthly = "月" in found[1] or found[1] == "工资"
        yield f"{subject}_income", found[2] + ("/月" if monthly else "/年")
    elif found := _AFTER_INCOME.search(clause):
        yield f"{subject}_income", found[1] + "/年"


def _home(text: str) -> Iterator[tuple[str, str]]:
    if re.search(r"租房|租的房|租住|在外租|租屋", text):
        yield "housing", "rent"
    elif _HAS_MORTGAGE.search(text) and not re.search(
        r"没房贷|没有房贷|无房贷|房贷还完|房贷还清", text
    ):
        yield "housing", "mortgage"
    elif re.search(r"全款|房贷还完|房贷还清|没有?房贷", text):
        yield "housing", "own"
    if _NO_POLICY.search(text):
        yield "policies", "0"
