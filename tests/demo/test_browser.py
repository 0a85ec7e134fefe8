"""The real demo in a real browser: the five flows as a new user plays them, and how it ends."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Playwright, expect, sync_playwright

from bot import settings

from .demo_process import Demo

LIN, CHEN, HE, WANG, LI = 5001, 5003, 5004, 5005, 5006
IMAGES = settings.ROOT / "docs" / "images"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# what a question holds: the answer, with * before a button
HOUSEHOLD = {
    "您同意吗": "*同意",
    "今天有多少时间": "*详谈（约 20 分钟）",
    "您同意我记录吗": "*同意",
    "监护人": "*同意",
    "有哪些考虑": "怕自己倒下，孩子没人管",
    "怎么称呼客户": "*王建国",
    "王建国的性别": "*男",
    "王建国的出生日期或年龄": "30岁",
    "王建国做什么工作": "*管理人员",
    "听到这些": "*全部对，记下",
    "王建国常住哪个城市": "在武汉，老婆26做职员",
    "几个孩子": "*1",
    "第1个孩子怎么称呼": "乐乐",
    "乐乐的出生日期或年龄": "2岁",
    "王建国一年的收入": "9.6万",
    "爱人一年的收入": "4万",
    "每个月的生活开支": "5600",
    "现在住的房子": "*自己的，有房贷",
    "按哪个记": "*60 万元",
    "房贷还剩多少": "六七十万",
    "存款和货币基金": "5万",
    "教育一共想准备": "40万",
    "几张商业保险保单": "*0",
    "王建国有哪种社保": "*城镇职工社保",
    "爱人有哪种社保": "*城镇职工社保",
    "意向有多强": "*高，想尽快办",
}


# a question worth a picture in the documents
SHOWN = {
    "今天有多少时间": "intake_depth",
    "王建国做什么工作": "question",
    "听到这些": "intake_heard",
    "按哪个记": "intake_unclear",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("demo"))
    try:
        made.start()
        yield made
    finally:
        made.end()


def _browser(player: Playwright) -> str:
    """Where a browser is; without one the test is skipped, or fails when one is required."""
    own = player.chromium.executable_path
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    path = found or (own if Path(own).exists() else None)
    if path is None:
        message = "没有找到 Chromium，浏览器测试没有运行（可用 apt-get install chromium 安装）"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return path


@pytest.fixture
def page(demo: Demo) -> Iterator[Page]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=_browser(player), args=list(ARGUMENTS))
        opened = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
        opened.set_default_timeout(15_000)
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        yield opened
        browser.close()
        assert faults == []


class Hand:
    """One person after the other holds the phone, reads, writes and taps."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.demo = demo

    def hold(self, person: int) -> None:
        self.page.goto(f"{self.demo.base}/?person={person}")
        expect(self.page.get_by_test_id("message").first).to_be_visible(timeout=15_000)

    def say(self, text: str) -> None:
        self.page.get_by_test_id("input").fill(text)
        self.page.get_by_test_id("send").click()
        expect(self.page.get_by_test_id("input")).to_have_value("")

    def tap(self, label: str, *, exact: bool = False) -> None:
        wanted = re.compile(f"^{re.escape(label)}$") if exact else label
        self.page.get_by_test_id("inline-button").filter(has_text=wanted).last.click()

    def see(self, *parts: str) -> Locator:
        """The newest message that holds all ``parts``, once it is there."""
        found = self.page.get_by_test_id("message")
        for part in parts:
            found = found.filter(has_text=part)
        expect(found.last).to_be_visible(timeout=15_000)
        return found.last

    def keep(self, name: str) -> None:
        """A picture for the documents, only when it is asked for."""
        if os.environ.get("KEEP_SCREENSHOTS") == "1":
            IMAGES.mkdir(parents=True, exist_ok=True)
            jump = self.page.get_by_text("条新消息")
            if jump.is_visible():
                jump.click()
            self.page.wait_for_timeout(600)
            self.page.screenshot(path=IMAGES / f"{name}.png")

    def keep_enlarged(self, name: str) -> None:
        """The newest picture, tapped to fill the phone."""
        if os.environ.get("KEEP_SCREENSHOTS") == "1":
            self.page.locator(".message img").last.click()
            self.page.wait_for_timeout(600)
            self.page.screenshot(path=IMAGES / f"{name}.png")
            self.page.keyboard.press("Escape")

    def move_clock(self) -> None:
        """One day on, everything due on the way happening."""
        before = self.page.get_by_test_id("clock-now").text_content()
        self.page.get_by_test_id("clock-open").click()
        self.page.get_by_test_id("clock-day").click()
        expect(self.page.get_by_test_id("clock-now")).not_to_have_text(before or "")
        expect(self.page.get_by_test_id("clock-day")).to_be_enabled(timeout=30_000)
        self.page.get_by_label("关闭日期").click()


@pytest.fixture
def hand(page: Page, demo: Demo) -> Hand:
    return Hand(page, demo)


# a quick interview without typing: what the question holds, and the button
TAPPED = (
    ("您同意吗", "同意"),
    ("今天有多少时间", "快问（约 5 分钟）"),
    ("最担心的是什么", "跳过"),
    ("怎么称呼客户", "李婷"),
    ("出生日期或年龄", ""),  # the first: what the record says
    ("婚姻状况", "未婚"),
    ("几个孩子", "0"),
    ("一年的收入", "12万"),
    ("每个月的生活开支", "6千"),
    ("现在住的房子", "租房"),
    ("每年打算拿多少钱", "6千"),
    ("意向有多强", "高，想尽快办"),
)


def _sheet(name: str, shots: Sequence[bytes], columns: int = 3) -> None:
    """The messages of a conversation side by side, read column by column, as one picture."""
    images = [Image.open(BytesIO(shot)) for shot in shots]
    wide, gap = max(one.width for one in images), 16
    target = sum(one.height + gap for one in images) / columns
    stacks: list[list[Image.Image]] = [[]]
    for one in images:
        if sum(each.height + gap for each in stacks[-1]) >= target and len(stacks) < columns:
            stacks.append([])
        stacks[-1].append(one)
    tall = max(sum(one.height + gap for one in stack) for stack in stacks)
    sheet = Image.new("RGB", ((wide + gap) * len(stacks), tall), "#e6ebf1")
    for column, stack in enumerate(stacks):
        top = gap // 2
        for one in stack:
            sheet.paste(one, (column * (wide + gap) + gap // 2, top))
            top += one.height + gap
    sheet.save(IMAGES / f"{name}.png")


def _answer_all(hand: Hand) -> None:
    """The household of the worked example; what is not known is skipped."""
    messages = hand.page.get_by_test_id("message")
    last = messages.filter(has_text=re.compile("先停|全部对|缺口五行")).last
    for _ in range(70):
        shown = last.text_content() or ""
        if "缺口五行" in shown:
            return
        for part, name in SHOWN.items():
            if part in shown:
                hand.keep(name)
        answer = next((value for part, value in HOUSEHOLD.items() if part in shown), "*跳过")
        if answer.startswith("*"):
            exact = re.compile(f"^{re.escape(answer[1:])}$")
            last.get_by_test_id("inline-button").filter(has_text=exact).click()
        else:
            hand.say(answer)
        # done when the newest message is a question again, and another one
        head = re.escape(shown.split("您已")[0][:60])
        expect(last).not_to_have_text(re.compile(f"^{head}"), timeout=15_000)
        expect(last).to_have_text(re.compile(r"约 \d+ 题|全部对|缺口五行"), timeout=15_000)
    raise AssertionError("the interview does not end")


def test_health_is_told_as_json(demo: Demo) -> None:
    health = demo.get("/healthz")
    assert health["status"] == "ok"
    assert health["touches_planned"] > 0


def test_a_taken_port_is_one_clear_sentence(demo: Demo, tmp_path: Path) -> None:
    second = Demo(tmp_path, demo.port)
    process = second.start(wait=False)
    assert process.wait(30) == 2
    assert second.said().strip().splitlines() == [
        f"端口 {demo.port} 被别的程序占用了。请先停掉它，或换一个："
        f"SHOUYUE_PORT={demo.port + 1} make demo"
    ]


def test_the_five_flows_on_a_phone(hand: Hand) -> None:
    hand.hold(LIN)
    hand.see("今天想做什么")
    hand.keep("menu")

    # needs: an interview, and the report at its end
    hand.tap("需求问卷")
    hand.tap("新做一份")
    hand.tap("王建国", exact=True)
    hand.see("征得同意")
    hand.tap("先停")
    hand.see("已停在这里")
    hand.tap("继续", exact=True)
    hand.see("征得同意", "第 1 / 约")
    _answer_all(hand)
    hand.see("王建国一家，缺口五行", "下一步：3 天内")
    expect(hand.page.locator(".message img").last).to_be_visible()
    hand.keep("gap")
    hand.keep_enlarged("gap_picture")
    hand.tap("换假设")
    hand.see("先看利率变动的影响")
    hand.keep("assumptions")
    hand.tap("看五行")
    hand.see("缺口五行")
    hand.tap("细项")
    report = hand.see("保障缺口报告 · 王建国一家", "先补什么", "A 类", "怎么算的")
    expect(report.locator("blockquote.folded")).to_have_count(1)
    hand.keep("report")
    hand.tap("出 PDF")
    hand.see("两页，可以直接转给客户")
    hand.say("/kehu")
    hand.see("您名下")
    hand.tap("王建国", exact=True)
    hand.see("王建国", "家庭：", "缺口：", "下一步：")
    hand.keep("client_page")
    hand.tap("保单检视")
    hand.see("检视时先问这四句")
    expect(hand.page.locator(".message img").last).to_be_visible()
    hand.keep("policy_review")

    # compliance: a forbidden text does not leave, its rewriting does
    hand.say("/fasong")
    hand.see("写给谁")
    hand.tap("王建国", exact=True)
    hand.see("写给王建国")
    hand.say("王哥您放心，这款保本保息，稳赚不赔")
    stopped = hand.see("没有发出", "保本保息", "依据", "改写版")
    expect(stopped.locator("u").first).to_be_visible()
    hand.keep("stopped_message")
    hand.tap("用改写版发送")
    hand.see("已发给王建国")
    hand.hold(WANG)
    hand.see("林晓梅：")
    expect(hand.page.get_by_text("稳赚不赔")).to_have_count(0)

    # objections: in the chat, and inline anywhere
    hand.hold(LIN)
    hand.say("保费太贵了")
    hand.see("客户的意思", "认同提问")
    hand.tap("电话怎么说、为什么")
    hand.see("为什么有用")
    hand.keep("objection")
    hand.page.get_by_test_id("input").fill("@shouyue_demo_bot 保费太贵")
    hand.page.get_by_test_id("inline-result").first.click()
    hand.page.get_by_test_id(f"choose-{LI}").click()
    expect(hand.page.get_by_text("通过 @shouyue_demo_bot")).to_be_visible()

    # review: a doubtful text waits for the officer
    hand.hold(LIN)
    hand.say("/fasong 买了这份保险，您就什么都不用担心了")
    hand.see("把这段话发给谁")
    hand.tap("李婷", exact=True)
    hand.see("先别发")
    hand.tap("请合规专员看")
    hand.see("已交给合规专员")
    hand.hold(HE)
    hand.see("待审 #", "什么都不用担心")
    hand.keep("officer_review")
    hand.tap("拦下")
    hand.see("已拦下")
    hand.hold(LIN)
    hand.see("没有放行")

    # reminders as the days go by, and a survey whose low mark makes a task
    hand.hold(WANG)
    hand.move_clock()
    hand.move_clock()
    hand.see("王建国您好", "YL-2024-0001")
    hand.hold(LI)
    hand.see("打几分")
    hand.keep("reminder_and_survey")
    hand.tap("1 很不满意")
    expect(hand.page.get_by_test_id("toast")).to_contain_text("谢谢您的评价")
    hand.see("1 分我们记下了")
    hand.hold(LIN)
    hand.see("李婷给理赔服务打了 1 分", "24 小时内")
    hand.say("/jintian")
    hand.see("回访李婷")
    hand.hold(WANG)
    hand.say("退订")
    hand.see("已退订")


def test_practice_and_renewals_on_a_phone(hand: Hand) -> None:
    hand.hold(LIN)
    hand.say("/lianxi")
    hand.see("和模拟客户练一场")
    hand.keep("practice_menu")
    hand.tap("和客户聊一场")
    hand.see("选一位客户")
    hand.tap("换一批客户")
    hand.tap("高师傅")
    hand.see("高师傅，48 岁", "一年八千")
    hand.say("买吧，别想了")
    hand.see("没用")
    hand.keep("practice_weak")
    hand.say("您担心的我明白。一年多少合适？今晚我按三千给您重列一版，十年和二十年摆一起，您挑。")
    hand.see("先认同", "可以这样回")
    hand.keep("practice_scores")
    hand.say("这款保证年收益百分之八，稳赚不赔，放心签")
    hand.see("这句不合规", "依据", "这场不算")
    hand.keep("practice_unlawful")
    hand.say("/lianxi")
    hand.tap("今天五题")
    hand.see("第 1 题")
    hand.keep("practice_drill")
    hand.tap("不练了")
    hand.see("前面答过的都记着")
    hand.say("/lianxi")
    hand.tap("我的进步")
    expect(hand.page.locator(".message img").last).to_be_visible()
    hand.keep("practice_progress")
    hand.hold(CHEN)
    hand.say("/lianxi")
    hand.tap("团队陪练")
    hand.see("林晓梅", "最弱的几种异议")
    hand.keep("practice_team")

    hand.hold(LIN)
    hand.say("/xuqi")
    hand.see("当月", "宽一", "宽末")
    hand.keep("renewals")
    hand.say("/jixulv")
    hand.see("继续率", "13 个月")
    hand.keep("persistency")


def test_a_whole_quick_interview_needs_no_typing(hand: Hand) -> None:
    hand.hold(LIN)
    hand.say("/wenjuan")
    hand.see("新做一份")
    hand.tap("新做一份")
    hand.tap("李婷", exact=True)
    shots = []
    for part, label in TAPPED:
        shown = hand.page.get_by_test_id("message").filter(has_text="先停").last
        expect(shown).to_contain_text(part, timeout=15_000)
        shots.append(shown.screenshot())
        buttons = shown.get_by_test_id("inline-button")
        wanted = buttons.filter(has_text=re.compile(f"^{re.escape(label)}$"))
        (wanted if label else buttons).first.click()
    shots.append(hand.see("李婷，缺口五行", "下一步：3 天内").screenshot())
    if os.environ.get("KEEP_SCREENSHOTS") == "1":
        _sheet("intake_whole", shots)


def test_a_kill_and_a_new_start_lose_nothing(demo: Demo, hand: Hand) -> None:
    hand.hold(LIN)
    hand.say("/kehu")
    hand.see("您名下")
    hand.tap("加一位")
    hand.see("输入姓名")
    hand.say("孙样例 13800138777")
    hand.see("孙样例", "未加入")
    hand.tap("做问卷")
    hand.see("征得同意")
    hand.tap("同意", exact=True)
    hand.see("今天有多少时间")
    before = hand.page.locator(".message .words").all_text_contents()
    demo.kill()
    demo.start()
    hand.hold(LIN)
    assert hand.page.locator(".message .words").all_text_contents()[: len(before)] == before
    hand.say("/wenjuan")
    hand.see("继续上次的")
    hand.tap("继续：孙样例的需求问卷")
    hand.see("今天有多少时间", "第 2 / 约")
    hand.say("/kehu")
    hand.see("您名下")
    hand.tap("孙样例")
    hand.see("13800138777")


def test_ctrl_c_ends_everything(demo: Demo) -> None:
    assert demo.left_over()
    assert demo.interrupt() == 0
    assert "已停止" in demo.said()
    assert demo.left_over() == []
    assert isinstance(demo.process, subprocess.Popen)
