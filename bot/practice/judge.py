"""The judge of a trainee's reply to an objection: deterministic, and each point quotes the reply.

Six points: acknowledging, asking, a fact, a next step, brevity, compliance. A seventh, tone, takes
away for pushing, belittling or arguing. Signs in the words are counted, and a linear machine
learned from the library's good answers and from replies that must not be given weighs the whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bot.compliance.verdict import Verdict
from bot.scripts_library.schema import Library
from bot.text.features import Features, Hashes, features
from bot.text.linear import SEED, Floats, Vocabulary, log_odds, rows_of
from bot.text.restore import views

Part = Literal["acknowledge", "ask", "fact", "next_step", "brevity", "tone"]
WORTH: dict[Part, int] = {
    "acknowledge": 25,
    "ask": 20,
    "fact": 15,
    "next_step": 20,
    "brevity": 10,
    "tone": 10,
}
GOOD = 55
"""From this score on the client softens."""
POOR = 35
"""Below this score the client cools."""
MAX_REPLY = 600
SHORTEST = 8
LONGEST = 160

_REGULARISATION = 0.5
_LOG_ODDS_SHARE = 0.3
_LEARNED = 25.0
_RUDE = 25

_ACKNOWLEDGE = re.compile(
    "理解|明白您|我明白|我懂|懂您|您说得对|您说的对|说得对|您担心|您的担心|这个担心|有道理|很实在|应该的|该问|"
    "该商量|该查|正常|换谁都|谁都会|谢谢您|感谢您|对不起|抱歉|辛苦|佩服|难得|赞成|支持您|是好事|"
    "不容易|不好受|寒心|问到|看得细|比得细|打理得好|您早就|是对的|真好|挺好|没问题|不急|慢慢来|按您的|"
    "您有权|完全理解|听着|赔个不是|我尊重|您先忙|好的|没错|多比|底子|您肯|恭喜"
)
_ASK = re.compile(
    r"[?？]|方便说|方便讲|想请教|请问|想问|问一句|问您|您看呢|您觉得|多少|哪一|哪样|哪块|哪处|什么时候|怎么打算|是不是"
)
_FACT = re.compile(
    r"\d|[一二三四五六七八九十百千万]+(?:年|天|日|岁|个月|成|万|条|份|页|处|项|家|页纸)|条款|合同|犹豫期|宽限期|等待期|"
    "现金价值|免赔额|起付线|封顶线|目录|健康告知|告知|豁免|减额|保单贷款|减保|复效|受益人|保险法|法律|规定|偿付能力|核保|"
    "责任免除|免责|保额|续保|定期|惠民保|医保|公司客服|投诉渠道|备用金|生存金|退保|自付|代价"
)
_NEXT = re.compile(
    "今晚|今天|明天|后天|周[一二三四五六日末天]|下周|这周|月初|几号|哪天|哪晚|几点|等车|到时|"
    "我(?:把|给|帮|陪|按|来|去|再|照|列|做|查|写|记|整理|重新|算|标)|发您|发我|给您|列给您|写给您|约个|约好|"
    "登记|一起看|先看|先做|先理|陪您|对一对|带回去|看完|再定|查一"
)
_PUSH = re.compile(
    "马上签|今天签|今天就签|赶紧|赶快|抓紧|别犹豫|别想了|别考虑|还考虑|还等什么|再等就|错过|过了这个村|涨价|[就要快]停售|停售了|没机会|最后一次|"
    "(?<!不容易)后悔|听我的就|必须买|先签|签了再|签吧|签字就|不买就|行不行一句话|机会不等人|快交|快点|再不买|再不定|放心签|"
    "给您申请优惠|您等不起"
)
_RUDE_WORDS = re.compile(
    "您不懂|你不懂|不懂事|您懂什么|太幼稚|太落后|见识|自私|笑话|活该|舍不得|守财奴|小气|矫情|不负责|"
    "您这种|你这种|你们这些|想多了|想得太|杞人忧天|迷信|瞎想|瞎说|胡说|别乱说|怪不了|怪谁|关我什么|跟我没关系|不归我|别问我|"
    "看着办|随便您|拉倒|算了吧|去别家|没诚意|没礼貌|运气不好|好意思|没法交差|业绩|扣工资|"
    "倾家荡产|睡大街|收尸|查出癌|猝死|得癌|您就等着|等着瞧|倒闭|垃圾|骗人的|都是坑|没好货|烂|您嫌|逗了|"
    "这点主|做不了主|还问老婆|不可能|不会吧|借口|操那个心|纠结|您不会|受罪|拖累|害孩子|靠不住|"
    "对不起(?:父母|孩子|老婆|家人)|找借口|怎么还|总不能|还贵|别人都|人家都|大家都这么|少抽|出事了别怪"
)


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the judgement: its worth, what was earned, and the words it rests on."""

    part: Part
    earned: int
    worth: int
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judged reply. ``score`` is 0 to 100; ``unlawful`` fails the round whatever the score."""

    score: int
    points: tuple[Point, ...]
    unlawful: bool


class Judge:
    """Judges replies. Immutable and safe to share between threads."""

    def __init__(
        self, vocabulary: Vocabulary, weights: Floats, bias: float, known: frozenset[str]
    ) -> None:
        self._slots = vocabulary.slots
        self._squares = vocabulary.rarity**2
        self._weights = weights
        self._bias = bias
        self.learned_from = known

    @classmethod
    def build(cls, library: Library) -> Judge:
        """Learn from the library's answers and from what it says must not be replied."""
        from sklearn.svm import LinearSVC

        good = [text for i in library.intents for a in i.answers for text in (a.chat, a.call)]
        bad = [*library.never, *(line for intent in library.intents for line in intent.never)]
        hashes: list[Hashes] = []
        targets: list[bool] = []
        for text, fine in [*((t, True) for t in good), *((t, False) for t in bad)]:
            found = _features(text)
            if found is not None:
                hashes.append(found.hashes)
                targets.append(fine)
        wanted = np.array(targets)
        vocabulary = Vocabulary.of(hashes, rarest=2)
        matrix = vocabulary.matrix(hashes)
        machine = LinearSVC(C=_REGULARISATION, class_weight="balanced", random_state=SEED)
        machine.fit(matrix, wanted)
        weights = machine.coef_[0] + log_odds(matrix, wanted, _LOG_ODDS_SHARE)
        light = (weights * vocabulary.rarity).astype(np.float32)
        return cls(vocabulary, light, float(machine.intercept_[0]), frozenset([*good, *bad]))

    def judge(self, reply: str, verdict: Verdict) -> Judgement:
        """The points of a reply; ``verdict`` is what the compliance gate says of it."""
        text = reply.strip()[:MAX_REPLY]
        rude = _found(_RUDE_WORDS, text)
        push = _found(_PUSH, text)
        harsh = _RUDE * (len(rude) + len(push))
        points = (
            _point("acknowledge", _found(_ACKNOWLEDGE, text), enough=1),
            _point("ask", _found(_ASK, text), enough=1),
            _point("fact", _found(_FACT, text), enough=2),
            _point("next_step", _found(_NEXT, text), enough=2),
            _brevity(text),
            Point("tone", 0 if harsh else WORTH["tone"], WORTH["tone"], (*rude, *push)),
        )
        total = sum(point.earned for point in points) - harsh + self._leaning(text)
        unlawful = verdict.decision != "pass"
        score = 0 if unlawful else max(0, min(100, round(total)))
        return Judgement(score, points, unlawful)

    def _leaning(self, text: str) -> float:
        """What the learned part adds: between plus and minus ``_LEARNED``."""
        found = _features(text)
        if found is None:
            return -_LEARNED
        rows = rows_of(self._slots, found.hashes)
        norm = math.sqrt(float(self._squares[rows].sum())) or 1.0
        margin = float(self._weights[rows].sum()) / norm + self._bias
        return _LEARNED * math.tanh(margin)


def _features(text: str) -> Features | None:
    seen = views(text)
    return features(seen, []) if seen.compact.text else None


def _found(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.group() for match in pattern.finditer(text)))


def _point(part: Part, found: Sequence[str], *, enough: int) -> Point:
    """Full worth from ``enough`` signs on, less in proportion below."""
    worth = WORTH[part]
    earned = round(worth * min(len(found), enough) / enough)
    return Point(part, earned, worth, tuple(found[:3]))


def _brevity(text: str) -> Point:
    worth = WORTH["brevity"]
    if len(text) < SHORTEST:
        earned = 0
    elif len(text) <= LONGEST:
        earned = worth
    else:
        earned = max(0, round(worth * (1 - (len(text) - LONGEST) / LONGEST)))
    return Point("brevity", earned, worth, ())
