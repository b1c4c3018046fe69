"""Conversations, opinions and the audit log in SQLite: kept as they were, one owner each, safe among threads."""

from __future__ import annotations

import datetime as dt
import io
import json
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from docx import Document

from ftz_qa.database import FILE_NAME, Database
from ftz_qa.errors import InputError
from ftz_qa.evaluation import read_items
from ftz_qa.types import Answer, Span, Turn
from ftz_qa.web.api_tokens import ApiTokens
from ftz_qa.web.audit import AuditLog
from ftz_qa.web.conversation import Conversation
from ftz_qa.web.feedback import FeedbackBook, suggested_facts
from ftz_qa.web.history import MAX_TITLE_CHARS, History
from ftz_qa.web.history_export import to_markdown, to_word
from page_fixture import ANSWERABLE, HOSTILE, HOSTILE_TEXT, UNANSWERABLE, ScriptedAnswerer

if TYPE_CHECKING:
    from pathlib import Path

THREADS = 20


class Clock:
    """A second later at every look."""

    def __init__(self) -> None:
        self.now = dt.datetime(2025, 7, 1, 8, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        """The time."""
        self.now += dt.timedelta(seconds=1)
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "data" / FILE_NAME)


@pytest.fixture
def history(database: Database) -> History:
    return History(database, Clock())


def answered(question: str) -> Answer:
    """The scripted answer to a question."""
    *_, answer = ScriptedAnswerer().stream(question, [])
    assert isinstance(answer, Answer)
    return answer


def conversation(*questions: str) -> Conversation:
    """A conversation of finished answers."""
    talk = Conversation()
    for question in questions:
        talk = talk.ask(question).finish(answered(question))
    return talk


def test_a_conversation_comes_back_with_its_answers_as_they_were(history: History, tmp_path: Path) -> None:
    talk = conversation(ANSWERABLE, UNANSWERABLE).ask("停").grow("半句").stop()
    id_ = history.save("王芳", None, talk)
    again = History(Database(tmp_path / "data" / FILE_NAME)).load("王芳", id_)
    assert again.conversation == talk
    assert (again.summary.title, again.summary.count) == (ANSWERABLE, 3)


def test_a_conversation_goes_on_under_its_id_and_moves_to_the_top(history: History) -> None:
    first = history.save("a", None, conversation(ANSWERABLE))
    second = history.save("a", None, conversation(UNANSWERABLE))
    assert [summary.id for summary in history.list("a")] == [second, first]
    assert history.save("a", first, conversation(ANSWERABLE, UNANSWERABLE)) == first
    assert [(s.id, s.count) for s in history.list("a")] == [(first, 2), (second, 1)]


def test_what_has_not_changed_is_not_written_again(history: History) -> None:
    first = history.save("a", None, conversation(ANSWERABLE))
    history.save("a", None, conversation(UNANSWERABLE))
    history.save("a", first, conversation(ANSWERABLE))
    assert history.list("a")[0].id != first


def test_a_new_conversation_never_overwrites_the_one_before(history: History) -> None:
    first = history.save("a", None, conversation(ANSWERABLE, UNANSWERABLE))
    others = [history.save("a", first, conversation(question)) for question in (UNANSWERABLE, ANSWERABLE)]
    assert first not in others
    assert history.load("a", first).conversation == conversation(ANSWERABLE, UNANSWERABLE)


def test_nobody_gets_at_the_conversations_of_others(history: History) -> None:
    id_ = history.save("a", None, conversation(ANSWERABLE))
    assert history.list("b") == []
    with pytest.raises(InputError, match="不属于您"):
        history.load("b", id_)
    with pytest.raises(InputError, match="不属于您"):
        history.rename("b", id_, "我的")
    history.delete("b", id_)
    assert history.save("b", id_, conversation(UNANSWERABLE)) != id_
    assert history.load("a", id_).conversation == conversation(ANSWERABLE)
    assert history.load("a", id_).summary.title == ANSWERABLE


def test_conversations_are_searched_to_the_letter(history: History) -> None:
    percent = history.save("a", None, Conversation().ask("占比 100% 的项目").finish(answered(UNANSWERABLE)))
    other = history.save("a", None, conversation(ANSWERABLE))
    assert [s.id for s in history.list("a", "100%")] == [percent]
    assert [s.id for s in history.list("a", "28.4小时")] == [other]
    assert history.list("a", "1_0") == []
    assert len(history.list("a", " ")) == 2


def test_renaming_and_deleting(history: History, database: Database) -> None:
    id_ = history.save("a", None, conversation(ANSWERABLE))
    history.rename("a", id_, f" 周报\n{'长' * 90}")
    assert history.list("a")[0].title == f"周报 {'长' * (MAX_TITLE_CHARS - 4)}…"
    history.rename("a", id_, "  ")
    assert history.list("a")[0].title.startswith("周报")
    history.delete("a", id_)
    with pytest.raises(InputError):
        history.load("a", id_)
    with database.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM exchange").fetchone()[0] == 0


def test_many_threads_keep_their_conversations_at_once(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME

    def one(number: int) -> list[str]:
        mine = History(Database(path))
        owner = f"user-{number}"
        first = mine.save(owner, None, conversation(ANSWERABLE))
        for _ in range(5):
            mine.save(owner, None, conversation(UNANSWERABLE))
            mine.rename(owner, first, f"标题{number}")
        return [summary.title for summary in mine.list(owner, f"标题{number}")]

    with ThreadPoolExecutor(THREADS) as pool:
        titles = list(pool.map(one, range(THREADS)))
    assert titles == [[f"标题{number}"] for number in range(THREADS)]
    assert all(len(History(Database(path)).list(f"user-{number}")) == 6 for number in range(THREADS))


def test_many_may_be_the_first_to_open_the_file(tmp_path: Path) -> None:
    """While one connection changes the journal, SQLite refuses the others without waiting."""
    for number in range(60):
        together = Barrier(THREADS)

        def opened(_: int, path: Path = tmp_path / str(number) / FILE_NAME, together: Barrier = together) -> Database:
            together.wait()
            return Database(path)

        with ThreadPoolExecutor(THREADS) as pool:
            assert len(list(pool.map(opened, range(THREADS)))) == THREADS


def test_the_file_is_for_its_owner_and_is_migrated_once(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    Database(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    Database(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 3
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="更新版本"):
        Database(path)


def test_a_file_of_the_version_before_is_brought_up_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    id_ = History(Database(path), Clock()).save("a", None, conversation(ANSWERABLE))
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE api_token")
        connection.execute("DROP TABLE writing")
        connection.execute("PRAGMA user_version = 1")
    database = Database(path)
    assert History(database, Clock()).load("a", id_).summary.count == 1
    assert ApiTokens(database).list() == []


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text("不是数据库" * 100, encoding="utf-8")
    with pytest.raises(InputError, match="FTZ_QA_DATA_DIR"):
        Database(path)


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        connection.execute("INSERT INTO audit (done, who, action, detail) VALUES ('', '', '', '')")
        raise ZeroDivisionError
    assert AuditLog(database).latest() == []


# Exports


def test_markdown_has_every_source_and_no_markup_from_outside(history: History) -> None:
    stored = history.load("a", history.save("a", None, conversation(ANSWERABLE, HOSTILE)))
    text = to_markdown(stored)
    assert "\\[1\\] 《开放动态》第87期（2025年6月30日）“一、片区动态”（十二）临江片区跨境电商综合服务中心启用：" in text
    assert "首期保税仓库面积2\\.6万平方米" in text
    assert "<script>" not in text
    assert "\\<script\\>" in text
    assert "](javascript" not in text


def test_word_has_questions_answers_and_sources(history: History) -> None:
    broken = replace(answered(ANSWERABLE), text="带\x00控制\ufffe字符")
    talk = conversation(ANSWERABLE, HOSTILE).ask("坏").finish(broken)
    stored = history.load("a", history.save("a", None, talk))
    document = Document(io.BytesIO(to_word(stored)))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert f"问：{ANSWERABLE}" in lines
    assert any("临江片区跨境电商综合服务中心启用" in line and "首期保税仓库面积2.6万平方米" in line for line in lines)
    assert "带控制字符" in lines
    assert any(HOSTILE_TEXT.split("\n")[0][:30] in line for line in lines)


# Opinions


def test_an_opinion_is_kept_with_all_that_it_is_about(database: Database) -> None:
    book = FeedbackBook(database, Clock())
    answer = replace(answered(ANSWERABLE), build="b-1")
    book.give("王芳", ("c", 2), answer, [Turn("user", "前一问"), Turn("assistant", "前一答")], liked=True)
    book.give("王芳", ("c", 2), answer, [], liked=False, reason=" 面积不对 ")
    book.give("李雷", ("d", 1), answered(UNANSWERABLE), [], liked=True)
    other, feedback = book.list()
    assert (other.owner, other.liked) == ("李雷", True)
    assert (feedback.liked, feedback.reason, feedback.build) == (False, "面积不对", "b-1")
    assert feedback.answer == answer
    first, second = (json.loads(line) for line in book.export().splitlines())
    assert (first["by"], second["answer"]["citations"][0]["issue"]) == ("李雷", 87)


def test_an_opinion_becomes_an_item_that_evaluation_reads(database: Database, tmp_path: Path) -> None:
    book = FeedbackBook(database)
    answer = answered(ANSWERABLE)
    at = answer.text.index("2.6万平方米")
    turns = [Turn("user", "问"), Turn("assistant", "答")]
    book.give("a", ("c", 1), replace(answer, highlights=(Span(at, at + 7),)), turns, liked=True)
    book.give("a", ("c", 2), answered(UNANSWERABLE), [], liked=True)
    refused, liked = book.list()
    assert suggested_facts(liked) == "2.6万平方米"
    book.make_item(liked.id, answerable=True, must="2.6万平方米/26000平方米\n\n6月18日", must_not="3万\n")
    book.make_item(refused.id, answerable=False, must="不用")
    path = tmp_path / "items.jsonl"
    path.write_text(book.items(), encoding="utf-8")
    first, second = read_items([path])
    assert (first.question, first.history) == (ANSWERABLE, tuple(turns))
    assert first.must == (("2.6万平方米", "26000平方米"), ("6月18日",))
    assert (first.must_not, [(g.issue, g.article) for g in first.gold]) == (("3万",), [(87, 12)])
    assert (second.answerable, second.must, second.gold) == (False, (), ())
    assert [feedback.item != "" for feedback in book.list()] == [True, True]


def test_the_articles_of_a_wrong_answer_are_no_gold(database: Database) -> None:
    book = FeedbackBook(database)
    book.give("a", ("c", 1), answered(ANSWERABLE), [], liked=False)
    assert book.make_item(book.list()[0].id, answerable=True, must="2.6").gold == ()
    with pytest.raises(InputError, match="已不存在"):
        book.make_item(99, answerable=True, must="")


def test_the_audit_log_has_the_latest_first(database: Database) -> None:
    log = AuditLog(database, Clock())
    log.note("王芳", "remove", "第7期")
    log.note("李雷", "rollback", "b-1")
    assert [(entry.who, entry.action, entry.detail) for entry in log.latest()] == [
        ("李雷", "rollback", "b-1"),
        ("王芳", "remove", "第7期"),
    ]
