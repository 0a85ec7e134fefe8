"""The columns of a client sheet: their names, the words allowed in them, and an example of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from opencc import OpenCC

from bot.domain.numerals import plain


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our key, the title we write, other titles we understand, example and meaning."""

    key: str
    title: str
    others: str
    example: str
    meaning: str


COLUMNS = (
    Column(
        "external_id", "客户编号", "客户号 客户代码 客户id clientid customerid", "样例001",
        "公司系统里的客户编号，可不填；填了就以它认人",
    ),
    Column(
        "name", "姓名", "客户姓名 客户名称 客户 投保人 投保人姓名 要保人 要保人姓名 name clientname",
        "王样例", "必填",
    ),
    Column("sex", "性别", "sex gender", "女", "男 或 女，可不填"),
    Column(
        "birth", "出生日期",
        "生日 出生日 出生年月日 客户生日 投保人生日 农历生日 阴历生日 birthday birthdate dateofbirth dob",
        "1985-12-06", "公历日期；按农历过生日的写 农历1985年十月廿五",
    ),
    Column(
        "phone", "手机",
        "手机号 手机号码 电话 电话号码 联系电话 联络电话 移动电话 行动电话 客户电话 phone mobile tel",
        "13800138000", "大陆 11 位；港澳台和海外带区号，如 +85291234567",
    ),
    Column(
        "id_number", "身份证号", "身份证 身份证号码 证件号码 证件号 身份证字号 idnumber idcard",
        "", "大陆 18 位身份证号，可不填；其他证件请留空",
    ),
    Column(
        "number", "保单号", "保单号码 保单编号 保险单号 policyno policynumber policy",
        "YL-0001", "没有保单的客户，保单各列都留空",
    ),
    Column(
        "product", "产品", "产品名称 险种 险种名称 保险产品 主险 主险名称 商品名称 product plan",
        "样例重大疾病保险", "有保单号时必填",
    ),
    Column(
        "company", "保险公司", "公司 承保公司 保险公司名称 insurer company",
        "守约样例人寿保险有限公司", "可不填",
    ),
    Column(
        "premium", "保费",
        "每期保费 期交保费 期缴保费 年交保费 年缴保费 年保费 月交保费 月缴保费 premium",
        "12000", "每期应交的金额（元），也可写 1.2万；有保单号时必填",
    ),
    Column(
        "frequency", "缴费方式",
        "交费方式 缴费频率 交费频率 缴费周期 交费周期 缴别 缴法 frequency paymentmode mode",
        "年缴", "年缴、半年缴、季缴、月缴、趸缴；不填按年缴",
    ),
    Column(
        "sum_insured", "保额", "保险金额 基本保额 基本保险金额 suminsured coverage",
        "500000", "元，也可写 50万；可不填",
    ),
    Column(
        "issued_on", "生效日期",
        "生效日 承保日期 承保日 保单生效日 保单生效日期 起保日期 issuedate issuedon effectivedate",
        "2020-12-05", "可不填",
    ),
    Column(
        "next_due_on", "下次应缴日",
        "应缴日 应交日 应缴日期 应交日期 下次应交日 下次缴费日 下次交费日 下期应缴日 缴费日 "
        "nextdue nextdueon nextduedate duedate",
        "2026-12-05", "最早一期还没交的应缴日；已交清和趸缴的留空。不填就没有续期提醒",
    ),
    Column("status", "状态", "保单状态 status", "有效", "有效、失效、终止、退保、犹豫期退保、满期；不填按有效"),
    Column(
        "jurisdiction", "地区", "保单地区 承保地 承保地区 市场 region",
        "内地", "内地、台湾、香港、新加坡、马来西亚，决定宽限期；不填按内地",
    ),
    Column("agent", "业务员", "代理人 服务人员 agent", "", "只在主管导出时有；导入时不用填"),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
TITLE = {column.key: column.title for column in COLUMNS}
POLICY_KEYS = (
    "number", "product", "company", "premium", "frequency", "sum_insured", "issued_on",
    "next_due_on", "status", "jurisdiction",
)  # fmt: skip
# 地区 alone does not make a line a policy: it also tells where the phone belongs
POLICY_MARKS = frozenset(POLICY_KEYS) - {"jurisdiction"}
POLICY_REQUIRED = ("number", "product", "premium")

WORDS: dict[str, dict[str, str]] = {
    "sex": {"male": "男 男性 先生 m male", "female": "女 女性 女士 小姐 f female"},
    "frequency": {
        "yearly": "年缴 年交 年 按年 年付 每年 一年 12个月 yearly annual annually",
        "half_yearly": "半年缴 半年交 半年 按半年 半年付 每半年 6个月 half_yearly half-yearly "
        "halfyearly semiannual semi-annual",
        "quarterly": "季缴 季交 季 按季 季付 每季 3个月 quarterly",
        "monthly": "月缴 月交 月 按月 月付 每月 1个月 monthly",
        "single": "趸缴 趸交 趸 一次性 一次性缴清 一次性交清 一次缴清 一次交清 single",
    },
    "status": {
        "active": "有效 生效 正常 有效中 active inforce",
        "lapsed": "失效 中止 效力中止 停效 lapsed",
        "terminated": "终止 已终止 效力终止 terminated",
        "surrendered": "退保 已退保 解约 解除 surrendered",
        "withdrawn": "犹豫期退保 犹豫期内退保 犹退 契约撤销 契撤 冷静期退保 withdrawn",
        "matured": "满期 已满期 期满 matured",
    },
    "jurisdiction": {
        "CN": "内地 大陆 中国 中国内地 中国大陆 cn china mainland",
        "TW": "台湾 中国台湾 tw taiwan",
        "HK": "香港 中国香港 hk hongkong",
        "SG": "新加坡 sg singapore",
        "MY": "马来西亚 大马 my malaysia",
    },
}


@cache
def _converter() -> Any:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """``text`` half-width, lower case, without spaces, in simplified characters."""
    converted: str = _converter().convert(plain(text))
    return converted


@cache
def _meanings(key: str) -> dict[str, str]:
    return {word: value for value, words in WORDS[key].items() for word in words.split()}


def meaning_of(key: str, text: str) -> str | None:
    """The value that a word stands for in a column of fixed words (年缴 → ``yearly``), or None."""
    return _meanings(key).get(simplified(text))


def word_for(key: str, value: str | None) -> str:
    """The word we write for a value of a column of fixed words; empty for none."""
    return WORDS[key][value].split()[0] if value in WORDS[key] else ""


def choices(key: str) -> str:
    """The words of a column of fixed words, as a person reads them."""
    return "、".join(words.split()[0] for words in WORDS[key].values())


@dataclass(frozen=True, slots=True)
class Header:
    """A column found in a sheet; ``before`` and ``after`` complete bare values (万, /年, 农历)."""

    key: str
    before: str = ""
    after: str = ""


@cache
def _titles() -> dict[str, str]:
    return {
        title: column.key for column in COLUMNS for title in (column.title, *column.others.split())
    }


def header_of(text: str) -> Header | None:
    """The column that a header cell names, in either script, with its unit; None when unknown."""
    typed = simplified(text[:60]).strip("*:·")
    bare = re.sub(r"\(.*?\)|\[.*?\]|【.*?】|/元|_", "", typed).strip("*:")
    key = _titles().get(bare)
    if key is None:
        return None
    if key in ("premium", "sum_insured"):
        unit = "万" if "万" in typed else ""
        period = bare[0] if key == "premium" and bare[0] in "年月" else ""
        return Header(key, after=unit + (f"/{period}" if period else ""))
    lunar = key == "birth" and re.search("农历|阴历", typed)
    return Header(key, before="农历" if lunar else "")
