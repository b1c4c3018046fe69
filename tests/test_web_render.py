"""What the page makes of answers and citations, and that text stays text."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from ftz_qa.filters import Filters
from ftz_qa.types import Annotation, Answer, Span, Turn
from ftz_qa.web import front_html, library_html, render
from ftz_qa.web.conversation import MAX_EXCHANGES, Conversation, Exchange
from ftz_qa.web.filter_bar import applied_html, controls_html
from ftz_qa.web.plain import answer_text
from ftz_qa.web.shelf import Place, Shelf
from ftz_qa.wording import OPENINGS
from page_fixture import (
    ANSWERABLE,
    HOSTILE_TEXT,
    PARAGRAPH,
    UNANSWERABLE,
    Info,
    ScriptedAnswerer,
    bulletins,
    citation,
    hostile_issue,
    sentences,
)
from payloads import PAYLOADS


def answered(question: str) -> Conversation:
    """A conversation with the scripted answer to one question."""
    answer = list(ScriptedAnswerer().stream(question, []))[-1]
    assert isinstance(answer, Answer)
    return Conversation().ask(question).finish(answer)


def panel(conversation: Conversation) -> str:
    return render.sources_html(conversation, Shelf(bulletins()))


def bubble(answer: Answer) -> str:
    return render.answer_html(Exchange(1, answer.question, "done", answer.text, answer))


class Tags(HTMLParser):
    """Collects the tags of a piece of HTML and checks that they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an opening tag."""
        self.seen.append((tag, dict(attrs)))
        if tag not in ("br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that the tag closes what was opened last."""
        assert self.open.pop() == tag


def tags_of(markup: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(markup)
    parser.close()
    assert parser.open == []
    return parser.seen


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup.replace("<br>", "\n")))


OWN_TAGS = {
    *("a", "article", "blockquote", "br", "button", "details", "div", "fieldset", "form", "h1", "h2", "h3", "header"),
    *("i", "input", "label", "legend", "li", "mark", "nav", "option", "p", "pre", "section", "select", "small"),
    *("span", "strong", "summary", "ul"),
}


def hostile_answer(text: str) -> Answer:
    """An answer in which every text is `text`."""
    source = citation(1, text, f"前文。{text}后文。", title=text)
    source = replace(source, series=text, section=text, annotations=(Annotation(source.end, text, text),))
    return Answer(text, f"{text}[1]。{text}[7]", False, (source,), "llm", notes=(text,), leads=(source,))


def hostile_parts(text: str) -> dict[str, str]:
    """Everything that is rendered, made of `text`."""
    answer = hostile_answer(text)
    conversation = Conversation().ask(text).finish(answer, (text,))
    shelf = Shelf((hostile_issue(text), replace(hostile_issue(text), number=None)))
    headline = shelf.issues[1].articles[0]
    article = Place(shelf.issues[1], headline, Span(200, 210))
    return {
        "question": render.question_html(text),
        "answer": render.answer_html(conversation.exchanges[0], last=True),
        "sources": render.sources_html(conversation.ask(text).stop(), shelf),
        "growing": render.answer_html(Conversation().ask("问").grow(text).exchanges[0]),
        "failed": render.answer_html(Conversation().ask("问").fail(text).exchanges[0], last=True),
        "examples": render.examples_html([text]),
        "notice": render.notice_html(text),
        "problem": front_html.header_html(None, text),
        "header": front_html.header_html(Info(series=(text,))),
        "welcome": front_html.welcome_html(shelf),
        "filters": controls_html(shelf.issues, Filters(sections=(text,))),
        "applied": applied_html(Filters(sections=(text,))),
        "list": library_html.list_html(shelf, article),
        "article": library_html.place_html(shelf, article),
        "issue": library_html.place_html(shelf, Place(shelf.issues[1])),
        "found": library_html.found_html(shelf, shelf.titled(text) or [(shelf.issues[0], headline)]),
    }


@pytest.mark.parametrize("text", [HOSTILE_TEXT, *PAYLOADS])
def test_hostile_text_adds_no_tag_attribute_or_template_expression(text: str) -> None:
    for name, markup in hostile_parts(text).items():
        tags = tags_of(markup)
        assert {tag for tag, _ in tags} <= OWN_TAGS, name
        assert not [key for _, attributes in tags for key in attributes if key.startswith("on")], name
        assert all((attributes.get("href") or "#").startswith(("#", "?")) for _, attributes in tags), name
        assert not set("$`\\{}") & set(markup), name
        # Titles are shown without the blanks and formulas of the print.
        if name not in ("welcome", "list", "article", "issue", "found"):
            assert text.replace("\n", "") in plain(markup).replace("\n", ""), name


def test_text_is_shown_as_written() -> None:
    assert plain(render.question_html("$6N$ 铝 **粗** <b> & \"引\" '号' {{x}}\n第二行")) == (
        "$6N$ 铝 **粗** <b> & \"引\" '号' {{x}}\n第二行"
    )


def test_each_marker_links_to_its_card() -> None:
    conversation = answered(ANSWERABLE)
    links = [
        attributes["href"] for tag, attributes in tags_of(render.answer_html(conversation.exchanges[0])) if tag == "a"
    ]
    cards = [attributes["id"] for _, attributes in tags_of(panel(conversation)) if attributes.get("class") == "card"]
    assert links == ["#source-1-1", "#source-1-2", "#source-1-3"]
    assert cards == ["source-1-1", "source-1-2", "source-1-3", "lead-1-1"]


def test_markers_without_a_citation_stay_text() -> None:
    cited = (citation(1, sentences(PARAGRAPH)[0]),)
    markup = bubble(Answer("问", "甲[1]，乙[2]，丙[0]，丁[01]，戊[1234]，己[ 1]。", False, cited, "llm"))
    assert markup.count("<a ") == 1
    assert plain(markup).startswith("甲[1]，乙[2]，丙[0]，丁[01]，戊[1234]，己[ 1]。")


def test_markers_are_not_links_before_the_citations_are_known() -> None:
    growing = Conversation().ask("问").grow("甲[1]。")
    assert "<a " not in render.answer_html(growing.exchanges[0])


def test_the_quoted_sentence_is_marked_in_its_paragraph() -> None:
    quote = sentences(PARAGRAPH)[2]
    markup = render.marked_paragraph(citation(2, quote))
    before, marked, after = re.split("</?mark>", markup)
    assert (plain(before) + plain(marked) + plain(after), plain(marked)) == (PARAGRAPH, quote)


def test_the_right_one_of_two_equal_sentences_is_marked() -> None:
    twice = "持续推进。成效明显。持续推进。"
    cited = replace(citation(1, "持续推进。", twice), start=210, end=215)
    assert render.marked_paragraph(cited) == "持续推进。成效明显。<mark>持续推进。</mark>"


@pytest.mark.parametrize(("start", "end"), [(0, 10), (5000, 5010), (204, 204)])
def test_offsets_outside_the_paragraph_lose_the_mark_not_the_paragraph(start: int, end: int) -> None:
    cited = replace(citation(1, sentences(PARAGRAPH)[0]), start=start, end=end)
    assert render.marked_paragraph(cited) == render.escape(PARAGRAPH)


def test_a_card_names_series_issue_date_section_and_article() -> None:
    text = plain(panel(answered(ANSWERABLE)))
    assert "（十二）临江片区跨境电商综合服务中心启用《开放动态》 · 第87期 · 2025年6月30日 · 一、片区动态" in text


def test_a_card_leaves_out_what_the_bulletin_does_not_say() -> None:
    bare = replace(citation(1, sentences(PARAGRAPH)[0]), series="", issue=None, date=None, section="")
    text = plain(panel(Conversation().ask("问").finish(Answer("问", "答[1]。", False, (bare,), "extractive"))))
    assert "None" not in text
    assert "·" not in text


def test_a_refusal_looks_different_and_lists_its_leads_apart() -> None:
    conversation = answered(UNANSWERABLE)
    markup = render.answer_html(conversation.exchanges[0])
    markup_of_panel = panel(conversation)
    assert 'class="badge refused"' in markup
    assert "<a " not in markup
    assert "未用于回答的相近文章" in plain(markup_of_panel)
    assert [attributes["id"] for _, attributes in tags_of(markup_of_panel) if attributes.get("class") == "card"] == [
        "lead-1-1"
    ]
    assert "refused" not in render.answer_html(answered(ANSWERABLE).exchanges[0])


def test_only_the_latest_answers_sources_show() -> None:
    answer = answered(ANSWERABLE).exchanges[0].answer
    assert answer is not None
    conversation = answered(ANSWERABLE).ask("又问").finish(answer).ask("还在等")
    groups = [attributes for tag, attributes in tags_of(panel(conversation)) if tag == "section"]
    assert [(group["id"], "hidden" in group) for group in groups] == [("sources-1", True), ("sources-2", False)]


def test_notes_and_the_way_of_answering_stand_under_the_answer() -> None:
    markup = render.answer_html(answered(ANSWERABLE).exchanges[0])
    assert '<div class="about">摘自原文 · 仅检索第87期</div>' in markup


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (Info(), "《开放动态》共5期46篇，第83—87期，2025年2月28日—2025年6月30日"),
        (
            Info(1, 11, 87, 87, Info().last_date, Info().last_date, ("甲", "乙")),
            "《甲》《乙》共1期11篇，第87期，2025年6月30日",
        ),
        (Info(1, 3, None, None, None, None, ("",)), "共1期3篇"),
        (Info(0, 0, None, None, None, None, ()), "尚未收录任何通报"),
    ],
)
def test_the_header_says_what_is_indexed(info: Info, expected: str) -> None:
    assert front_html.coverage(info) == expected


def test_history_holds_completed_exchanges_as_plain_text() -> None:
    conversation = answered(ANSWERABLE).ask("出错的").fail("错").ask("停下的").grow("半").stop().ask("在问的")
    answer = conversation.exchanges[0].answer
    assert answer is not None
    assert conversation.history() == [Turn("user", ANSWERABLE), Turn("assistant", answer.text)]


def test_a_conversation_is_bounded_and_keeps_its_numbering() -> None:
    conversation = Conversation()
    for _ in range(MAX_EXCHANGES + 3):
        conversation = conversation.ask("问").stop()
    assert len(conversation.exchanges) == MAX_EXCHANGES
    assert conversation.exchanges[-1].number == MAX_EXCHANGES + 3


def test_stopping_or_failing_leaves_a_finished_answer_alone() -> None:
    conversation = answered(ANSWERABLE)
    assert conversation.stop() == conversation.fail("错") == conversation


def test_the_server_module_does_not_import_gradio_before_it_is_needed() -> None:
    code = "import sys, ftz_qa.web.server; print('gradio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# What is marked


def test_the_exact_answer_is_bold_and_links_stay_links() -> None:
    source = citation(1, sentences(PARAGRAPH)[0])
    answer = Answer("问", "启用了<b>6月18日</b>[1]", False, (source,), "extractive", highlights=(Span(6, 11),))
    markup = bubble(answer)
    assert "&lt;b&gt;<strong>6月18日</strong>&lt;/b&gt;" in markup
    assert 'href="#source-1-1"' in markup
    tags_of(markup)


@pytest.mark.parametrize("spans", [((0, 4), (2, 6)), ((3, 99),), ((5, 2),)])
def test_spans_that_do_not_fit_break_nothing(spans: tuple[tuple[int, int], ...]) -> None:
    text = "正文<i>十个字"
    answer = Answer("问", text, False, (), "extractive", highlights=tuple(Span(*span) for span in spans))
    markup = bubble(answer)
    tags_of(markup)
    assert text in html.unescape(re.sub(r"</?strong>", "", markup))


def test_a_quote_shows_the_answer_bold_and_what_its_words_mean() -> None:
    paragraph = "今年<上半年>开行468列。"
    quote = replace(
        citation(1, paragraph, paragraph),
        highlights=(Span(209, 213),),
        annotations=(Annotation(202, "今年", "2025年"),),
    )
    markup = render.marked_paragraph(quote)
    assert "<strong>468列</strong>" in markup
    gloss = '<span class="gloss" tabindex="0" data-tip="原文写作“今年”，指2025年">今年</span>'
    assert f"{gloss}&lt;上半年&gt;" in markup
    tags_of(markup)
    assert plain(markup) == paragraph


def test_a_word_within_the_bold_answer_keeps_its_meaning_and_one_across_its_edge_is_left_out() -> None:
    paragraph = "今年全省开行468列。"
    quote = citation(1, paragraph, paragraph)
    annotations = (Annotation(202, "今年", "2025年"), Annotation(204, "全省", "云江省"))
    inside = render.marked_paragraph(replace(quote, highlights=(Span(200, 209),), annotations=annotations))
    assert inside.startswith('<mark><strong><span class="gloss"')
    assert inside.count("gloss") == 2
    across = render.marked_paragraph(replace(quote, highlights=(Span(203, 209),), annotations=annotations))
    assert (across.count("gloss"), plain(across)) == (1, paragraph)
    tags_of(inside + across)


# What can be done with an answer


def test_every_finished_answer_can_be_copied_and_the_last_one_asked_again() -> None:
    exchange = answered(ANSWERABLE).exchanges[0]
    earlier, last = (
        render.answer_html(exchange),
        render.answer_html(replace(exchange, follow_ups=("又问？",)), last=True),
    )
    assert ("copy-answer" in earlier, "again" in earlier, "又问？" in earlier) == (True, False, False)
    assert ("copy-answer" in last, "again" in last, "又问？" in last) == (True, True, True)


def test_what_is_not_an_answer_can_only_be_asked_again() -> None:
    stopped = render.answer_html(Conversation().ask("问").grow("半").stop().exchanges[0], last=True)
    waiting = render.answer_html(Conversation().ask("问").exchanges[0], last=True)
    assert ("copy-answer" in stopped, "again" in stopped) == (False, True)
    assert "button" not in waiting


def test_asking_again_puts_the_answer_in_the_place_of_the_old_one() -> None:
    conversation = answered(ANSWERABLE).ask("又问").stop()
    again = conversation.again(Filters(first_issue=3))
    assert [(e.number, e.question, e.status) for e in again.exchanges] == [
        (1, ANSWERABLE, "done"),
        (2, "又问", "waiting"),
    ]
    assert again.exchanges[-1].filters == Filters(first_issue=3)
    assert again.again() is again
    assert Conversation().again() == Conversation()


def test_a_copied_answer_has_its_sources_with_permanent_links() -> None:
    answer = answered(ANSWERABLE).exchanges[0].answer
    assert answer is not None
    lines = answer_text(answer, Shelf(bulletins()).citation_link).split("\n")
    assert lines[0] == f"问：{ANSWERABLE}"
    assert lines[4:6] == ["（仅检索第87期）", "出处："]
    assert lines[6].startswith(
        "[1] 《开放动态》第87期（2025年6月30日） 一、片区动态 （十二）临江片区跨境电商综合服务中心启用：“6月18日，"
    )
    assert lines[7] == "链接：?issue=87&article=12"
    gone = answer_text(answer, Shelf(()).citation_link)
    assert "链接" not in gone


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"mode": "llm"}, ""),
        ({"mode": "llm", "unverified": (Span(0, 3),)}, "is-unverified"),
        ({"citations": ()}, "is-unverified"),
        ({"text": OPENINGS["open"] + "启用[1]。"}, "is-unverified"),
        ({"refused": True}, "is-refused"),
        ({"mode": "structure", "citations": ()}, None),
        ({}, None),
    ],
)
def test_refused_and_unverified_answers_are_told_apart_by_their_class(change: dict[str, Any], kind: str | None) -> None:
    plain_answer = Answer("问", "启用[1]。", False, (citation(1, sentences(PARAGRAPH)[0]),), "extractive")
    markup = bubble(replace(plain_answer, **change))
    assert [name for name in ("is-unverified", "is-refused") if name in markup] == ([kind] if kind else [])
