"""Questions in JSON lines to answers in JSON lines: the contract that evaluation scripts rely on."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, ValidationError, field_validator

from ftz_qa.answering import MAX_QUESTION_CHARS
from ftz_qa.errors import InputError
from ftz_qa.types import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ftz_qa.answerer import Answerer
    from ftz_qa.types import Answer, Citation

Record = TypeVar("Record", bound=BaseModel)
QuestionId = StrictStr | StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]

STANDARD_STREAM = Path("-")
"""Stands for standard input or output wherever a file is named."""

_CITED = ("marker", "series", "issue", "date", "section", "article_no", "title", "quote", "start", "end")


class Asked(BaseModel):
    """One line of a question file; further fields are ignored.

    Attributes
    ----------
    id
        Any string or number; comes back as it is.
    question
        1 to 500 characters.
    history
        The conversation before it, oldest first.
    """

    model_config = ConfigDict(frozen=True)

    id: QuestionId
    question: StrictStr
    history: tuple[Turn, ...] = ()

    @field_validator("question")
    @classmethod
    def _can_be_asked(cls, question: str) -> str:
        length = len(question.strip())
        if not 0 < length <= MAX_QUESTION_CHARS:
            raise ValueError(f"应为 1 到 {MAX_QUESTION_CHARS} 字，实为 {length} 字")
        return question


def read_questions(path: Path) -> list[Asked]:
    """Read and check a whole question file; see `read_records`."""
    return read_records(path, Asked)


def read_records(path: Path, kind: type[Record]) -> list[Record]:
    """Read and check a whole file of JSON lines; blank lines do not count.

    Parameters
    ----------
    path
        ``-`` for standard input.
    kind
        What a line has to be.

    Raises
    ------
    InputError
        The file cannot be read, or a line does not keep to the contract; the message names file and line.
    """
    name = "标准输入" if path == STANDARD_STREAM else str(path)
    try:
        data = sys.stdin.buffer.read() if path == STANDARD_STREAM else path.read_bytes()
    except OSError as error:
        raise InputError(f"无法读取问题文件 {name}（{error.strerror}）") from error
    records: list[Record] = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append(kind.model_validate_json(line))
        except ValidationError as error:
            raise InputError(f"{name} 第 {number} 行不合格式：{_reason(error)}") from error
    return records


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    reasons = {
        "json_invalid": "不是有效的 JSON",
        "model_type": "应为 JSON 对象",
        "missing": f"缺少字段 {'.'.join(str(part) for part in first['loc'])}",
        "value_error": f"字段 {field} {first.get('ctx', {}).get('error', '')}",
    }
    wanted = {"id": "应为字符串或数字", "question": "应为字符串", "history": "应为 role、content 组成的列表"}
    wanted |= {"passages": "应为 title、text 组成的列表，至少一段"}
    return reasons.get(first["type"], f"字段 {field} {wanted.get(field, first['msg'])}")


def answer_record(question_id: str | int | float, answer: Answer) -> dict[str, Any]:
    """An answer as the contract has it, ready for `json.dumps`.

    Where a language model was asked, ``verified`` says whether every sentence is borne out by what it cites.
    """
    record = {
        "id": question_id,
        "question": answer.question,
        "answer": answer.text,
        "refused": answer.refused,
        "citations": [_citation_record(citation) for citation in answer.citations],
        "mode": answer.mode,
        "latency_ms": round(answer.latency_ms, 1),
    }
    if answer.writing is not None:
        record["verified"] = not answer.unverified
    return record


def _citation_record(citation: Citation) -> dict[str, Any]:
    record = {name: getattr(citation, name) for name in _CITED}
    record["date"] = citation.date.isoformat() if citation.date else None
    return record


def answer_questions(
    asked: Sequence[Asked], answerer: Answerer, out: Path, progress: Callable[[str, int, int], None] | None = None
) -> None:
    """Answer every question in turn and write one line for each.

    Parameters
    ----------
    out
        Appears only when all answers are in it; ``-`` writes each as soon as it is there.
    progress
        Told the stage (``回答``), how many are done, and how many there are.

    Raises
    ------
    InputError
        `out` cannot be written; raised before the first question is answered.
    """
    with lines_to(out) as write:
        for done, item in enumerate(asked, start=1):
            answer = answerer.answer(item.question, item.history)
            write(json.dumps(answer_record(item.id, answer), ensure_ascii=False))
            if progress is not None:
                progress("回答", done, len(asked))


@contextmanager
def lines_to(out: Path) -> Iterator[Callable[[str], None]]:
    """Give a function that writes a line; a regular file is replaced as a whole at the end, or not at all."""
    if out == STANDARD_STREAM:
        yield _write_stdout
        return
    target = out.resolve()
    # Pipes and devices cannot be replaced by a rename.
    direct = target.exists() and not target.is_file()
    path = target if direct else target.with_name(f".{target.name}.{os.getpid()}")
    try:
        file = path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"无法写入 {out}（{error.strerror}）") from error
    try:
        with file:
            yield lambda line: _write_line(file, line)
            if not direct:
                file.flush()
                os.fsync(file.fileno())
        if not direct:
            path.replace(target)
    finally:
        if not direct:
            path.unlink(missing_ok=True)


def _write_line(file: Any, line: str) -> None:  # noqa: ANN401
    file.write(line + "\n")


def _write_stdout(line: str) -> None:
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()
