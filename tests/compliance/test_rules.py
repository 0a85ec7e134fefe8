"""The rulebook: its own examples, its faults with their places, and how contexts excuse."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bot.compliance.schema import Book, load_book
from bot.compliance.verdict import Checker, Facts, Notice
from bot.datafile import read_yaml
from bot.errors import DataFileError

MARKED = re.compile(r"【(.*?)】", re.S)


def test_every_wrong_example_is_found_at_its_mark(rules_alone: Checker, book: Book) -> None:
    missed = []
    for category in book.rulebook.categories:
        for rule in category.rules:
            for example in rule.wrong:
                text = re.sub("[【】]", "", example)
                found = rules_alone.check(text, audience=rule.audience or "client").findings
                spans = [finding.matched for finding in found if finding.rule == rule.id]
                mark = MARKED.search(example)
                if not spans or (mark and mark[1] not in spans):
                    missed.append((rule.id, example, spans))
    assert missed == []


def test_no_right_example_is_stopped_by_its_rule(rules_alone: Checker, book: Book) -> None:
    stopped = [
        (rule.id, example)
        for category in book.rulebook.categories
        for rule in category.rules
        for example in rule.right
        if rule.id in {finding.rule for finding in rules_alone.check(example).findings}
    ]
    assert stopped == []


def test_every_suggestion_itself_passes(rules_alone: Checker, book: Book) -> None:
    suggestions = [category.suggestion for category in book.rulebook.categories]
    suggestions += [
        rule.suggestion
        for category in book.rulebook.categories
        for rule in category.rules
        if rule.suggestion
    ]
    assert [text for text in suggestions if rules_alone.check(text).decision != "pass"] == []


def test_all_categories_have_rules(book: Book) -> None:
    assert len(book.rulebook.categories) == 23
    assert all(len(category.rules) >= 8 for category in book.rulebook.categories)


@pytest.mark.parametrize(
    "lawful",
    [
        "我不能保证收益，也不敢说保本保息",
        "有人跟您说保本保息，您就问他写在合同哪一条",
        "“稳赚不赔”这种话是骗局，别信",
        "这款最低保证利率是2%，以上部分不确定",
        "请您确保本人签名",
        "由本公司担保本次活动场地",
        "绝对免赔额一万元，超过部分按比例赔",
        "楼下超市的鸡蛋限时限量",
        "哪家公司有最便宜的意外险？",
        "市面上谁家有最好的重疾险?",
        "这款真能保本保息吗？",
        "广告里的稳赚不赔，是真的吗？",
        "您说的零风险，靠谱吗？",
    ],
)
def test_words_around_a_claim_excuse_it(rules_alone: Checker, lawful: str) -> None:
    assert rules_alone.check(lawful).decision == "pass"


@pytest.mark.parametrize(
    "promise",
    [
        "保本保息，具体以合同为准",
        "稳赚不赔的，过往收益不代表未来",
        "不骗您，这款保本保息",
        "不仅保本保息，还送保障",
        "稳赚不赔，今晚给您签，好吗？",
        "这款保本保息，您考虑得怎么样了，签吗？",
        "稳赚不赔好吗？",
    ],
)
def test_no_disclaimer_false_negator_or_request_cancels_a_promise(
    rules_alone: Checker, promise: str
) -> None:
    assert rules_alone.check(promise).decision == "block"


@pytest.mark.parametrize(
    "text",
    [
        "除了我们，哪家公司有最便宜的意外险？",
        "还有哪家公司有最便宜的意外险？",
        "哪家公司强？最便宜的意外险就是它。",
        "哪家公司有最便宜的意外险，听我说。",
    ],
)
def test_a_question_that_answers_itself_is_still_a_claim(rules_alone: Checker, text: str) -> None:
    assert rules_alone.check(text).decision != "pass"


def test_a_shorter_phrase_inside_a_longer_one_and_overlapping_ones_are_not_lost(
    rules_alone: Checker,
) -> None:
    found = rules_alone.check("这个零风险高收益稳赚不赔").findings
    assert {"gr-no-risk", "gr-steady"} <= {finding.rule for finding in found}


def test_a_stop_sale_notice_passes_only_with_the_notice_on_file(rules_alone: Checker) -> None:
    text = "甲产品12月31日停售"
    notice = Notice("甲产品", date(2026, 12, 31))
    without = rules_alone.check(text, facts=Facts(notices=()))
    with_it = rules_alone.check(text, facts=Facts(notices=(notice,)))
    other_day = rules_alone.check("甲产品11月30日停售", facts=Facts(notices=(notice,)))
    assert (without.decision, with_it.decision, other_day.decision) == ("warn", "pass", "warn")


def test_pressure_beside_a_notice_is_stopped(rules_alone: Checker) -> None:
    facts = Facts(notices=(Notice("甲产品", date(2026, 12, 31)),))
    verdict = rules_alone.check("甲产品12月31日停售，抓紧上车", facts=facts)
    assert verdict.decision != "pass"


def test_a_dividend_figure_needs_its_warning(rules_alone: Checker) -> None:
    bare = rules_alone.check("分红大概一年三万")
    disclosed = rules_alone.check("分红大概一年三万，红利是不确定的")
    assert (bare.decision, disclosed.decision) == ("warn", "pass")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("id: gr-steady", "id: gr-principal", "重复"),
        ("<promise>", "<nothing>", "词类"),
        (r"(年化|单利|复利|年收益|收益率)", r"(年化", "表达式"),
        (r"(年化|单利|复利|年收益|收益率)", r"(a)\1", "表达式"),
        ("within: 5", "within: many", "整数"),
        ("action: block", "action: stop", "之一"),
        ("- {id: gr-steady", "- {ident: 1, id: gr-steady", "不认识"),
    ],
)
def test_a_spoilt_rulebook_is_refused_with_file_line_and_column(
    book_files: Path, old: str, new: str, reason: str
) -> None:
    path = book_files / "banned_phrases.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError) as refused:
        load_book(path, book_files / "lexicon.yaml")
    problem = refused.value.problems[0]
    assert problem.file == str(path)
    assert problem.line > 1
    assert reason in str(refused.value)


def test_all_faults_are_told_at_once(book_files: Path) -> None:
    path = book_files / "banned_phrases.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("<promise>", "<nothing>").replace("id: sr-en,", "id: gr-en,")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataFileError) as refused:
        load_book(path, book_files / "lexicon.yaml")
    assert len(refused.value.problems) >= 2


def test_deep_nesting_and_alias_bombs_are_refused() -> None:
    with pytest.raises(DataFileError):
        read_yaml("deep", "[" * 10_000 + "]" * 10_000)
    with pytest.raises(DataFileError):
        read_yaml("bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
