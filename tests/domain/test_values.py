"""What people type is read as they mean it, or refused with the way to write it."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lunardate import LunarDate

from bot.domain.amounts import parse_amount
from bot.domain.births import parse_birth
from bot.domain.dates import TypedDate, leap_month, parse_date
from bot.domain.identity import parse_id_number, parse_phone
from bot.domain.numerals import read_number
from bot.errors import UserError


def parse_birth_now(text):
    return parse_birth(text, date(2026, 11, 26))


@pytest.mark.parametrize(
    ("typed", "yuan", "period"),
    [
        ("3万", 30000, None),
        ("2.5万", 25000, None),
        ("9600", 9600, None),
        ("十二万", 120000, None),
        ("1,200元/月", 1200, "monthly"),
        ("1.2w", 12000, None),
        ("1.2W", 12000, None),
        ("15k", 15000, None),
        ("两百五", 250, None),
        ("一万二", 12000, None),
        ("3千5", 3500, None),
        ("3万5千", 35000, None),
        ("一百二十万", 1200000, None),
        ("一百零五", 105, None),
        ("一万零五百", 10500, None),
        ("一亿二千万", 120000000, None),
        ("二点五万", 25000, None),
        ("壹拾贰万", 120000, None),
        ("¥3,000", 3000, None),
        ("３万", 30000, None),
        ("１，２００元", 1200, None),
        ("一万半", 15000, None),
        ("半万", 5000, None),
        ("大约3万元左右", 30000, None),
        ("月薪8千", 8000, "monthly"),
        ("12万/年", 120000, "yearly"),
        ("十二万一年", 120000, "yearly"),
        ("1200一个月", 1200, "monthly"),
        ("每季度3000", 3000, "quarterly"),
        ("半年6000", 6000, "half_yearly"),
        ("没有", 0, None),
        ("0", 0, None),
    ],
)
def test_amounts_are_read_as_people_say_them(typed, yuan, period):
    amount = parse_amount(typed)
    assert amount.amount == Decimal(yuan)
    assert amount.period == period


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "还行",
        "-3",
        "3,5",
        "1.2万5",
        "100美元",
        "$300",
        "300/天",
        "99999亿万",
        "1.2.3",
    ],
)
def test_what_is_not_one_amount_is_refused_with_an_example(typed):
    with pytest.raises(UserError, match="例如"):
        parse_amount(typed)


def test_a_monthly_amount_is_made_yearly_and_back():
    assert parse_amount("1,200元/月").per("yearly") == Decimal(14400)
    assert parse_amount("12万/年").per("monthly") == Decimal(10000)
    assert parse_amount("半年6000").per("yearly") == Decimal(12000)
    assert parse_amount("9600").per("yearly") == Decimal(9600)


def _spoken(number: int) -> str:
    """The number as it is said in full Chinese, below 100 million."""
    digits, result = "零一二三四五六七八九", ""
    if number >= 10000:
        low = number % 10000
        zero = "零" if 0 < low < 1000 else ""
        return _spoken(number // 10000) + "万" + zero + (_spoken(low) if low else "")
    gap = False
    for size, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            result += ("零" if gap and result else "") + digits[digit] + word
            gap = False
        else:
            gap = True
    return result or "零"


@given(st.integers(min_value=0, max_value=99_999_999))
def test_every_number_said_in_full_is_read_back(number):
    assert read_number(_spoken(number)) == number


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_every_written_number_is_read_back_with_and_without_commas(number):
    assert parse_amount(str(number)).amount == number
    assert parse_amount(f"{number:,}").amount == number


def test_an_endless_number_is_refused_and_not_followed():
    for typed in ("十" * 5000, "万" * 5000, "9" * 5000):
        with pytest.raises(UserError, match="没看懂"):
            parse_amount(typed)


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text):
    for read in (parse_amount, parse_date, parse_birth_now, parse_phone, parse_id_number):
        with suppress(UserError):
            read(text)


@given(st.text(alphabet="0123456789一二十百千万亿半点.,-/年月日初闰廿岁农历零wk", max_size=14))
def test_no_text_near_a_number_or_date_breaks_a_reader(text):
    for read in (parse_amount, parse_date, parse_birth_now):
        with suppress(UserError):
            read(text)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("2026-01-31", (2026, 1, 31)),
        ("2026年1月31日", (2026, 1, 31)),
        ("20260131", (2026, 1, 31)),
        ("26.1.31", (2026, 1, 31)),
        ("90年5月3号", (1990, 5, 3)),
        ("1990/5/3出生", (1990, 5, 3)),
        ("1990-5", (1990, 5, None)),
        ("1990年5月", (1990, 5, None)),
        ("一九九〇年五月三号", (1990, 5, 3)),
        ("二〇二六年十二月三十一日", (2026, 12, 31)),
    ],
)
def test_solar_dates_are_read(typed, parts):
    assert parse_date(typed) == TypedDate(*parts)


@pytest.mark.parametrize(
    ("typed", "parts", "leap"),
    [
        ("农历一九九〇年八月十五", (1990, 8, 15), False),
        ("农历1990年闰五月初三", (1990, 5, 3), True),
        ("農曆1990年閏五月初三", (1990, 5, 3), True),
        ("农历1990-8-15", (1990, 8, 15), False),
        ("1990年腊月廿三", (1990, 12, 23), False),
        ("阴历1990年正月三十", (1990, 1, 30), False),
    ],
)
def test_lunar_dates_keep_their_lunar_parts(typed, parts, leap):
    read = parse_date(typed)
    assert read == TypedDate(*parts, lunar=True, leap=leap)
    assert read.solar is None


@pytest.mark.parametrize(
    "typed",
    [
        "2026-02-30",
        "1990-13",
        "1990-5-0",
        "30",
        "农历八月十五",
        "农历1990年十三月初一",
        "1800-01-01",
        "明天",
    ],
)
def test_what_is_no_date_is_refused_with_an_example(typed):
    with pytest.raises(UserError, match="例如"):
        parse_date(typed)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_every_date_is_read_back(day):
    assert parse_date(day.isoformat()).solar == day
    assert parse_date(f"{day.year}年{day.month}月{day.day}日").solar == day
    assert parse_date(f"{day:%Y%m%d}").solar == day


@pytest.mark.parametrize(
    ("typed", "age"),
    [("30", 30), ("三十岁", 30), ("2周岁", 2), ("8个月", 0), ("两岁半", 2), ("满18岁", 18)],
)
def test_ages_are_read(typed, age):
    assert parse_birth_now(typed).age == age


@pytest.mark.parametrize("typed", ["121", "abc", "-1", "1.5岁"])
def test_impossible_ages_are_refused(typed):
    with pytest.raises(UserError, match="例如"):
        parse_birth_now(typed)


@pytest.mark.parametrize(
    ("typed", "number", "region"),
    [
        ("138 0013 8000", "+8613800138000", "CN"),
        ("+86-13800138000", "+8613800138000", "CN"),
        ("008613800138000", "+8613800138000", "CN"),
        ("+852 9123 4567", "+85291234567", "HK"),
        ("+886 0912-345-678", "+886912345678", "TW"),
        ("+65 9123 4567", "+6591234567", "SG"),
        ("+60 12-345 6789", "+60123456789", "MY"),
    ],
)
def test_phones_are_written_one_way(typed, number, region):
    phone = parse_phone(typed)
    assert (phone.number, phone.region) == (number, region)


@pytest.mark.parametrize("typed", ["12345678901", "1380013800", "+1 2025550123", "abc"])
def test_phones_that_cannot_be_dialled_are_refused(typed):
    with pytest.raises(UserError, match="区号"):
        parse_phone(typed)


def test_an_id_number_tells_birth_date_and_sex():
    read = parse_id_number("11010519491231002x")
    assert read.number == "11010519491231002X"
    assert read.birth_on == date(1949, 12, 31)
    assert read.sex == "female"


@given(st.integers(min_value=0, max_value=16), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_of_an_id_number_is_always_found(place, shift):
    right = "11010519491231002X"
    digit = str((int(right[place]) + shift) % 10)
    with pytest.raises(UserError):
        parse_id_number(right[:place] + digit + right[place + 1 :])


@pytest.mark.parametrize("typed", ["123", "110105491231002", "11010519491331002X"])
def test_id_numbers_of_a_wrong_form_are_refused(typed):
    with pytest.raises(UserError):
        parse_id_number(typed)


def test_leap_months_are_those_of_the_calendar():
    for year in range(1901, 2100):
        assert leap_month(year) == (LunarDate.leap_month_for_year(year) or 0)
    with pytest.raises(UserError, match="没有闰"):
        parse_date("农历1985年闰三月初三")
