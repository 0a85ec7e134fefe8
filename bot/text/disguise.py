"""Tables of disguises: how guarded words are written to slip past a filter.

Kinds: ``split`` (a character written as its parts), ``initials``, ``homophone``, ``emoji``.
The tables are ours; the words they guard are those of an insurance sale.
"""

from __future__ import annotations

from functools import cache

from bot.text.pinyin import initial_of, syllable_codes


def _pairs(table: str) -> dict[str, str]:
    """A table written as ``written=meant`` with spaces between."""
    return dict(entry.split("=") for entry in table.split())


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Words that are looked for under a disguise.
GUARDED = _words(
    """
    保本 保息 保底 保证 保险 保费 保单 保额 保障 保监会 银保监会 银保监局 本金 利息
    收益 存款 存单 存钱 定存 定期 银行 理财 基金 余额宝 收益率 年化 复利 单利 利率
    分红 红利 演示 结算 稳赚 稳赚不赔 零风险 无风险 风险 停售 下架 上车 限量 限时
    秒杀 名额 告知 健康告知 病史 结节 高血压 糖尿病 住院 病历 体检 理赔 拒赔 全赔
    赔付 确诊 续保 保证续保 涨价 返佣 返点 返现 返利 回扣 佣金 红包 退佣 送礼 打折
    优惠 免费 领取 首月 赠险 最好 第一 最高 最优 便宜 垃圾 骗子 骗人 倒闭 破产
    黑心 国家 政府 央视 兜底 背书 担保 避债 避税 债务 离婚 遗产税 冻结 法院 隔离
    退保 全额 全额退保 代理退保 换新 代签 签字 代填 代办 回访 验证码 转账 免责 条款
    犹豫期 等待期 手续费 扣费 损失 隐瞒 冒充 社保局 医保局 医保中心 公司 资质 工号
    执业证 香港 港险 港保 签单 地下 换汇 后悔 等死 害死 全家 捆绑 搭售 贷款 必须
    客户 名单 客户信息 客户资料 客户名单 身份证 手机号 电话 资料 月入 躺赚 赚钱 增员
    团队 高薪 财富 年薪 退保损失 明白 知道 清楚 单独 强制 大额存单 本息 连本带利
    翻倍 复利滚存 躺赢 被动收入 存折 国债 银行存款 年利率 高收益 国家兜底
    银保监 保监局 备案 央企 年金 养老金 增额寿 万能险 投连 分红险 结算利率 演示利率
    锁定 锁利 窗口期 末班车 检票 绝版 下线 抢购 截止 倒计时 最后 核保 如实告知
    既往症 肿瘤 甲状腺 乳腺 结石 吸烟 瞒报 秒赔 包赔 必赔 都赔 全包 报销 理赔款
    赔钱 骗保 免赔额 终身续保 永久续保 返钱 返本 退钱 退费 现金 油卡 加油卡 购物卡
    京东卡 礼品 礼物 好处费 茶水费 分成 提成 让利 补贴 折扣 赠送 白送 白拿 免单
    零元 抽奖 最强 最牛 天花板 王炸 碾压 吊打 顶级 唯一 全网 全国 全网第一 销冠
    榜首 排名 坑人 坑爹 跑路 骗局 割韭菜 社保 医保 没用 起诉 强制执行 查封 债主
    躲债 老赖 转移财产 私房钱 前妻 继承 遗产 税务 个税 免税 换保 断缴 维权 投诉
    代理维权 全额退款 退保金 代缴 代交 代领 冒签 签名 抄录 双录 录音 风险测评 银行卡
    密码 收款码 个人账户 免责条款 除外责任 现金价值 初始费用 管理费 亏损 违约金 拒保
    瞒着 客服 官方 总部 银行经理 理财经理 民警 居委会 无证 挂靠 内地 大陆 过关 美元
    美金 港币 外汇 美元保单 香港保险 融资 杠杆 绝症 癌症 家破人亡 人财两空 不孝
    倾家荡产 打包 房贷 放款 手机 手机号码 号码 群发 骚扰 隐私 地址 客资 数据 收入
    月薪 年入 财务自由 暴富 轻松 底薪 高提成 熬过两年 带病投保 绝对 一定 肯定 百分百
    全部 拒绝 住址 联系方式 病人 车主 业主 投保 重疾 重疾险 医疗险 百万医疗 产品
    报价 主管 总监 亏钱 亏不了 涨停 首年 首期 私聊 惠民保 业绩 换成 解约 退佣金
    对手
    """
)

# Initials that insurance people use; read as the word only where no other Latin letter touches.
INITIALS = _pairs(
    """
    bb=保本 bbbx=保本保息 bx=保险 bf=保费 bd=保单 fy=返佣 fd=返点 tb=退保
    qetb=全额退保 dltb=代理退保 gz=告知 jkgz=健康告知 mz=免责 lp=理赔
    jp=拒赔 lj=垃圾 zf=政府 yh=银行 dq=定期 ck=存款 lc=理财 sy=收益
    xb=续保 bzxb=保证续保 ts=停售 yeb=余额宝 sbj=社保局 ybj=医保局
    ybjh=银保监会 bjh=保监会 gxy=高血压 tnb=糖尿病 khmd=客户名单
    khxx=客户信息 khzl=客户资料 sfz=身份证 sjh=手机号 tbss=退保损失
    dq3n=定期三年 hf=回访 dq存=定存 hb=红包 wzbp=稳赚不赔 gx=港险 bz=避债
    bs=避税 yj=佣金 zj=证监 sxf=手续费 dqx=等待期 yyq=犹豫期 yzm=验证码
    dy=代签 dqm=代签名 yrw=月入万 tz=躺赚 js=结算 fh=分红
    """
)

# Parts that stand for one character. The first column never occurs in plain text.
RADICAL_SPLITS = _pairs(
    """
    亻呆=保 亻责=债 亻用=佣 亻亭=停 亻尝=偿 亻弋=代 亻尤=优 亻本=体 亻介=价 亻贾=价
    亻占=估 亻十=什 亻利=俐 亻到=倒 氵去=法 氵巷=港 氵斩=渐 氵咸=减 讠正=证 讠若=诺
    讠上=让 讠己=记 讠正书=证书 讠方=访 讠寸=讨 纟卖=续 纟工=红 纟吉=结 纟色=绝 纟内=纳
    扌巨=拒 扌仓=抢 扌口=扣 扌斤=折 扌合=拾 扌卖=拽 扌奂=换 扌旦=担 钅艮=银 钅戋=钱
    阝佥=险 阝可=阿 阝人=队 辶艮=退 艮辶=退 反辶=返 辶反=返 不辶=还 辶不=还 关辶=送
    辶关=送 辶米=迷 冫东=冻 疒丙=病 礻兄=祝 ⺮弟=第 ⺮佥=签 禾刂=利 亥刂=刻 彳亍=行
    忄每=悔 忄白=怕 饣包=饱 刂禾=利 氵台=治 氵夬=决 犭句=狗 马扁=骗 讠夸=夸 讠平=评
    亻寸=付 亻共=供 亻言=信 氵票=漂 木佥=检 禾兑=税 禾急=稳 贝咅=赔 贝音=赔 贝兼=赚
    贝曾=赠 隹口=售 客页=额 各页=额 攵正=政 正攵=政 广付=府 囗或=国
    """
)

# Ordinary characters that together spell a word; only these whole runs are read so.
WORD_SPLITS = _pairs(
    """
    王里贝才=理财 王里贝咅=理赔 王里赔=理赔 贝才=财 土立土及=垃圾 土立圾=垃圾 垃土及=垃圾
    月兑=脱 代竹佥=代签 竹弟一=第一 免贝=免费 弗贝=费 女子的保险=好的保险 又隹=难 自心=息
    本自心=本息 走召=超 占戈=战 贝庶=账 金戋=钱 金艮行=银行 身尚=躺 贝长=账 丬夂=将
    月月售=朋售 女昏=婚 离女昏=离婚 土曾=增 贷欠=贷款 舍予=舒 言午=许 禾火=秋 日月白=明白
    矢口道=知道 矢口=知 告矢口=告知 氺=水 子女=子女 扌罢=摆 耳又=取 豕=家 全宀豕=全家
    宀豕=家 木几=机 白勺=的 口乞=吃 车专=转 又欠=欢 走戉=越 足包=跑 身寸=射 昌页=颜
    亡心=忘 士心=志 欠人=软 力口=加 口我=哦 口合=哈
    """
)

# Look-alikes that do not sound alike; those that sound alike are found by their sound.
NEAR_FORMS = _pairs(
    """
    本=末未 免=兔 险=验俭捡 佣=甬 存=荐 费=弗贲 返=皈 额=客 告=吿 税=悦 债=责 赔=剖
    金=全 停=仃 利=莉 退=褪 最=蕞
    """
)

# Everyday characters that mostly meet by chance: two of them with the sound of a word mean nothing.
CHANCE = frozenset(
    "是有里着这那的在也就都不没再了我你他她它们和跟又要会给还被把将之或与及而于以对为从到上下去来吧吗呢啊真多先再只看见依右职时两加"
)

EMOJI_MEANINGS = _pairs(
    """
    💯=百分百 🧧=红包 🎁=礼物 💰=钱 💵=钱 💴=钱 🤑=钱 🏦=银行 🔒=锁 🚄=列车 🚂=列车
    🚅=列车 🚆=列车 🚀=涨 📈=涨 ⏰=倒计时 ⏳=倒计时 🆓=免费 🈚=无 🥇=第一 👑=最 🏆=第一
    💀=死 🪦=死 🈵=满 🔥=火 🐏=羊 🐑=羊 🙊=别说 🤫=别说 🤐=别说 🆔=身份证 📞=电话
    📱=手机 🇭🇰=香港 💸=钱 🈲=禁
    """
)


@cache
def near_forms() -> dict[str, str]:
    """Guarded words with one character replaced by a listed look-alike → the word."""
    forms: dict[str, str] = {}
    for word in GUARDED:
        for index, char in enumerate(word):
            for near in NEAR_FORMS.get(char, ""):
                forms.setdefault(word[:index] + near + word[index + 1 :], word)
    return forms


@cache
def mixed_initials() -> dict[str, str]:
    """Guarded words with some characters replaced by their initial letter (返y, b本b息)."""
    forms: dict[str, str] = {}
    for word in GUARDED:
        if len(word) > 4:
            continue
        for mask in range(1, 2 ** len(word) - 1):
            form = "".join(
                initial_of(char) if mask >> index & 1 else char for index, char in enumerate(word)
            )
            forms.setdefault(form, word)
    return forms


@cache
def guarded_sounds() -> dict[str, str]:
    """The sound of each guarded word (as syllable codes) → the word."""
    sounds: dict[str, str] = {}
    for word in GUARDED:
        sounds.setdefault(syllable_codes(word), word)
    return sounds
