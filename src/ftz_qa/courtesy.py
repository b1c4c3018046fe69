"""Messages that ask nothing of the bulletins: greetings, thanks, small talk, and attempts to give orders.

Only a message that is nothing else is taken for one: what is left of it without its courtesies has to be empty, so
that ``你好，请问……？`` is still a question.
"""

from __future__ import annotations

import re
from typing import Literal

from ftz_qa.text import normalize

Courtesy = Literal["greeting", "thanks", "farewell", "praise", "self", "chat", "order"]

_STOPS = r"[\s\W_]*"
_LEFT_OVER = r"[\s，,。.！!；;、~～]*"
_TAIL = "(?:啊|呀|哈|哦|喔|啦|了|吧|呢|哟|喽|嘛|的)*"
_CALLED = r"(?:小助手|助手|助理|机器人|系统|同志|老师|朋友|大家|各位|亲|there|bot|assistant)?"
_COURTESIES: tuple[tuple[Courtesy, str], ...] = (
    (
        "greeting",
        rf"(?:{_CALLED}(?:你好|您好|你们好|大家好|各位好|哈喽|哈啰|嗨|喂|早上好|上午好|中午好|下午好|晚上好|早安|午安|早|新年好|节日好)"
        r"|(?:你|您)?在(?:吗|不在|不)|有人(?:在)?吗|hi|hello|hey|good (?:morning|afternoon|evening))",
    ),
    (
        "thanks",
        r"(?:非常|十分|太|多|万分|真|很|那|好的?|您|你)*(?:谢谢|感谢|多谢|谢啦|谢了|谢过|辛苦|麻烦你?您?了|有劳)(?:你们?|您|了|啦|大家|帮助|帮忙|的|解答|回答|耐心)*"
        r"|(?:many )?thanks(?: a lot)?|thank you(?: very much| so much)?|thx",
    ),
    (
        "farewell",
        r"再见|拜拜|拜|回头见|回见|下次见|明天见|晚安|先这样|就这样|没有?(?:别的|其他)?(?:问题|事)了?"
        r"|我先走|(?:good)?bye(?:bye)?|see you",
    ),
    (
        "praise",
        r"(?:你|您|回答得?|说得?|做得?)?(?:真|很|太|非常|挺|不错|好)?(?:好|棒|厉害|不错|对|清楚|有用|专业)|好的|好|行|可以|嗯+|哦+|知道|明白|懂|收到|了解|没错|是的|ok|okay|great|good",
    ),
)
_COURTESY_PATTERNS = tuple((kind, re.compile(rf"(?:{pattern}){_TAIL}", re.I)) for kind, pattern in _COURTESIES)

_YOU = r"(?:你们?|您|这个?(?:系统|页面|网页|工具|助手|机器人|软件|网站)|本(?:系统|工具)|助手)"
_SELF = re.compile(
    rf"(?:请问|那)?(?:{_YOU}(?:到底|究竟|都|现在|还|具体|主要)*(?:是谁|是什么|是(?:机器人|真人|人工|人|ai)|叫什么|叫啥|名字|能|可以|会|有什么(?:用|功能)|怎么用|如何使用|用来|干(?:什么|嘛|啥))"
    rf"(?:为我|给我|帮我|替我)?(?:做|干|回答|帮(?:我|忙)|查|问|提供)?(?:些|到|我)?(?:哪?些?(?:什么|啥|哪些|事情?|东西|问题|内容|名字|用处?|功能|忙|的)|哪方面)*(?:的)?(?:做|干|的)?"
    rf"|(?:我)?(?:能|可以|该|要)(?:问|向{_YOU}问|怎么问|如何问|怎么用){_YOU}?(?:些|哪?些)?(?:什么|啥|问题|内容)*|怎么(?:使用|用|提问|问)(?:{_YOU})?|有什么功能|使用(?:说明|方法|帮助)|帮助|help|自我介绍(?:一下)?|介绍(?:一下)?(?:你|您)?自己"
    r"|who are you|what are you|what can you do(?: for me)?"
    r"|what can i ask(?: you)?|are you (?:a )?(?:human|robot|bot|ai))"
    r"[的吗呢呀啊吧么?？!！。.\s]*",
    re.I,
)
_CHAT = re.compile(
    r"(?:(?:给|跟|陪|为)我?们?)(?:讲|说|聊|唱|来)(?:一?[个段首句会]*)?(?:笑话|故事|段子|歌|天|会儿?天|聊)?(?:吧|呗|好吗|行吗|一下)?"
    r"|(?:请|帮我|给我)?(?:讲|说|来|写|唱|作)一?[个段首篇句](?:冷)?(?:笑话|故事|段子|诗|歌|情诗|古诗|藏头诗)(?:吧|给我|听听|好吗|来)?"
    rf"|{_YOU}(?:今天)?(?:吃饭?了?|累不?累?|开心|高兴|几岁|多大|有(?:女朋友|男朋友|感情|意识)|喜欢什么|爱我|睡了?|忙不忙|结婚了?|是男是女)(?:没有?|吗|呢|了|不)*"
    r"|(?:今天|明天|后天|现在|外面)(?:的)?(?:天气|气温)(?:怎么样|如何|好吗|好不好|咋样)?|(?:今天)?天气(?:真|很|怎么样|如何|不错|好)+"
    r"|(?:现在|今天)(?:是)?(?:几点|星期几|周几|几号)(?:了|钟)*|我(?:好|很|真)?(?:无聊|累|困|烦|难过|伤心|开心|爱你|想你|饿)(?:死|极)?了?"
    r"|tell me a (?:joke|story)|how are you(?: doing)?(?: today)?|哈+|呵+|嘿+|嘻+|测试(?:一下)?|test",
    re.I,
)
_PROMPT = (
    r"(?:提示词|提示语|系统提示|系统指令|系统消息|初始指令|内部指令|开发者指令|预设指令|预设"
    r"|prompts?\b|system (?:prompt|message|instructions?)"
    r"|(?:hidden|secret|initial|developer) (?:prompt|instructions?|rules))"
)
_SHOW = (
    r"(?:输出|显示|打印|告诉|说出|透露|泄露|给出|复述|重复|展示|公开|列出|贴出|写出|发给|翻译|看看|给我|是什么|有哪些"
    r"|reveal|show|print|output|repeat|tell|display|leak|expose|give|what)"
)
_ORDERS = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要?(?:再)?(?:管|理会|遵守|遵循)|抛开|跳过|覆盖|撤销)(?:你|您)?(?:掉|了|所有|全部|一切|之前|以上|上面|前面|先前|此前|上述|的|任何|这些|那些|原有|原来|收到|设定|当前)*"
    r"(?:指令|指示|规则|要求|限制|提示|设定|命令|约束|说明|规定|prompt|instructions?)(?!的?(?:内容|范围|条件)?是什么)"
    r"|(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|prompts?|rules|guidelines|directions|above|previous)"
    rf"|{_SHOW}.{{0,16}}(?:你|您|your|the|系统|内部|隐藏|hidden|system).{{0,10}}{_PROMPT}|{_PROMPT}.{{0,8}}{_SHOW}"
    rf"|(?:你|您|your)的?.{{0,6}}{_PROMPT}"
    r"|(?:从现在(?:起|开始)|现在|今后|接下来)[，,]?(?:请)?(?:你|您)(?:就|将|要|必须|不再)*(?:是|扮演|成为|变成|充当|作为|叫)(?!不是)"
    r"|(?:^|[，,。！!；;\s]|请|你|您)(?:扮演|假装(?:你|自己)?(?:是|成)?|冒充|角色扮演)"
    r"|(?:进入|开启|切换到?|启用)(?:.{0,4})?(?:开发者|越狱|上帝|无限制|dan|管理员|调试)模式"
    r"|\b(?:pretend|act) (?:to be|as|like|you)|\byou are now\b|\bjailbreak"
    r"|\bdeveloper mode|\bdo anything now|\brole-?play",
    re.I,
)


def courtesy_of(message: str) -> Courtesy | None:
    """What kind of message this is if it asks nothing of the bulletins; None for a question.

    ``order`` is an attempt to learn the instructions of the system or to change them, wherever in the message it
    stands. All other kinds need the whole message; of several courtesies in one (``好的，谢谢，再见``) the last counts.
    """
    text = normalize(message).strip()
    if _ORDERS.search(text):
        return "order"
    bare, last = without_courtesies(text)
    if not re.sub(_STOPS, "", bare):
        return last
    for kind, pattern in (("self", _SELF), ("chat", _CHAT)):
        if pattern.fullmatch(re.sub(rf"{_STOPS}$", "", bare)):
            return "self" if kind == "self" else "chat"
    return None


def without_courtesies(text: str) -> tuple[str, Courtesy | None]:
    """The text without the courtesies in front (``谢谢，那出口呢？``), and the last of these.

    Only whole pieces between stops count.
    """
    last: Courtesy | None = None
    while text:
        after = re.sub(rf"^{_STOPS}", "", text)
        taken = next(
            (
                (kind, match.end())
                for kind, pattern in _COURTESY_PATTERNS
                if (match := pattern.match(after)) and re.match(r"$|[^\w]", after[match.end() :])
            ),
            None,
        )
        if taken is None:
            break
        last, text = taken[0], after[taken[1] :]
    return (re.sub(rf"^{_LEFT_OVER}", "", text) if last else text), last
