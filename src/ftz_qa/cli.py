"""The command line ``ftz-qa``: asking, searching and serving.

What changes the index is in `cli_upkeep`, what measures answers in `cli_evaluate`.
Modules that take long to import are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ftz_qa import cli_accounts, cli_doctor, cli_evaluate, cli_output, cli_tokens, cli_upkeep
from ftz_qa.cli_settings import IndexDir, load_settings
from ftz_qa.errors import FtzQaError, InputError

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer
    from ftz_qa.settings import Settings


def main(argv: list[str] | None = None) -> None:
    """Run one command; the entry point of ``ftz-qa``.

    Errors are one line on standard error; with ``FTZ_QA_DEBUG=1`` the traceback stands above it.

    Parameters
    ----------
    argv
        Arguments without the program's name; None takes those of the process.

    Raises
    ------
    SystemExit
        With 2 for wrong usage or input, 130 after Ctrl-C, 1 for anything else that failed.
    """
    try:
        status = typer.main.get_command(_commands()).main(args=argv, prog_name="ftz-qa", standalone_mode=False)
    except FtzQaError as error:
        _fail(str(error), error.exit_code)
    except typer.TyperException as error:
        _fail(cli_output.usage_error(error.format_message()), error.exit_code)
    except Exception as error:  # noqa: BLE001 - the outermost boundary: nobody above could say it in one line
        _fail(f"意外错误 {type(error).__name__}：{error}（设 FTZ_QA_DEBUG=1 再运行可看到详情）", 1)
    if status:
        sys.exit(status)


def _fail(message: str, exit_code: int) -> NoReturn:
    if os.environ.get("FTZ_QA_DEBUG") == "1":
        traceback.print_exc()
    cli_output.say(f"错误：{message}")
    sys.exit(exit_code)


def _commands() -> typer.Typer:
    app = typer.Typer(help="就《自贸动态》等通报提问，逐句注明出处。", add_completion=False)
    app.command(help="把通报加入索引；同一刊物同一期的旧版被替换，其余各期保留。")(cli_upkeep.index)
    app.command(help="回答一个问题并列出出处，或用 --jsonl 回答一个文件里的全部问题。")(ask)
    app.command(help="列出与问题最相近的段落及其得分，不作答。")(search)
    app.command(help="只用阅读模型在给定段落中找答案，逐行读写 JSON Lines，不查索引。")(read)
    app.command(help="列出索引的版本、嵌入模型和收录的各期。")(info)
    app.command(help="启动问答网页，按 Ctrl-C 停止。")(serve)
    app.command(help="检查索引、模型、磁盘和大模型是否就绪，逐条给出办法。")(cli_doctor.doctor)
    cli_upkeep.add_commands(app)
    cli_evaluate.add_commands(app)
    app.command(help="建立网页的账户（工作人员或维护人员），或更改其密码；密码输入两次，只保存散列。")(
        cli_accounts.account
    )
    cli_tokens.add_token_commands(app)
    return app


def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help="要问的问题。")] = None,
    jsonl: Annotated[
        Path | None, typer.Option(metavar="IN", help="逐行回答这个 JSON Lines 文件，- 为标准输入。")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="OUT", help="--jsonl 的回答写到哪里，默认 -（标准输出）。")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以一个 JSON 对象输出回答。")] = False,
    index_dir: IndexDir = None,
) -> None:
    """Answer one question, or a file of them."""
    if (question is None) == (jsonl is None):
        raise InputError('请写出一个问题（ftz-qa ask "……"），或用 --jsonl 给出问题文件，二者取一')
    if jsonl is None and out is not None:
        raise InputError("--out 只能和 --jsonl 一起用；单个问题的回答可以用 > 转存")
    settings = load_settings(index_dir=index_dir)
    if jsonl is not None:
        _ask_file(jsonl, out or Path("-"), settings)
    elif question is not None:
        _ask_one(question, settings, as_json=as_json)


def _ask_one(question: str, settings: Settings, *, as_json: bool) -> None:
    from ftz_qa.batch import answer_record

    answer = _answerer(settings).answer(question)
    if as_json:
        typer.echo(json.dumps(answer_record(1, answer), ensure_ascii=False))
    else:
        cli_output.print_answer(answer)


def _ask_file(questions: Path, out: Path, settings: Settings) -> None:
    from ftz_qa.batch import answer_questions, read_questions

    asked = read_questions(questions)
    answerer = _answerer(settings)
    with cli_output.StageProgress() as progress:
        answer_questions(asked, answerer, out, progress)


def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="要检索的问题或词语。")],
    count: Annotated[int, typer.Option("-k", "--count", metavar="K", min=1, max=100, help="列出几段。")] = 5,
    index_dir: IndexDir = None,
) -> None:
    """Print the passages nearest to a question."""
    if not question.strip():
        raise InputError("请写出要检索的问题或词语")
    cli_output.print_hits(_answerer(load_settings(index_dir=index_dir)).search(question, count))


def read(
    jsonl: Annotated[
        Path, typer.Option(metavar="IN", help="JSON Lines：id、question、passages（title、text），- 为标准输入。")
    ],
    out: Annotated[Path, typer.Option(metavar="OUT", help="结果写到哪里，默认 -（标准输出）。")] = Path("-"),
) -> None:
    """Let the trained reader find answers in given passages."""
    from ftz_qa.batch import read_records
    from ftz_qa.reading import load_reading_model
    from ftz_qa.reading_batch import ToRead, read_all

    settings = load_settings()
    asked = read_records(jsonl, ToRead)
    model = load_reading_model(settings.cache_dir, settings.threads, cli_output.say)
    with cli_output.StageProgress() as progress:
        read_all(asked, model, out, progress)


def info(index_dir: IndexDir = None) -> None:
    """Print what is indexed."""
    settings = load_settings(index_dir=index_dir)
    from ftz_qa.index import PassageIndex

    cli_output.print_index(PassageIndex.load(settings.index_dir), settings.index_dir)


def serve(
    host: Annotated[str | None, typer.Option(help="监听的地址，默认 127.0.0.1（环境变量 FTZ_QA_HOST）。")] = None,
    port: Annotated[int | None, typer.Option(help="监听的端口，默认 7860（环境变量 FTZ_QA_PORT）。")] = None,
    index_dir: IndexDir = None,
) -> None:
    """Serve the chat page until Ctrl-C."""
    settings = load_settings(index_dir=index_dir, host=host, port=port)
    try:
        from ftz_qa.web.limiting import QuestionLimit
        from ftz_qa.web.login import login_required
        from ftz_qa.web.metering import Meter
        from ftz_qa.web.people import People
        from ftz_qa.web.records import Records, open_entrance

        required = login_required(settings.host, settings.login, accounts=settings.accounts_file is not None)
        records = Records.open(settings.data_dir)
        entrance = open_entrance(settings.accounts_file, settings.data_dir, records)
        answerer = _answerer(settings)
        from ftz_qa.web.server import serve as serve_page
        from ftz_qa.web.services import Services
        from ftz_qa.web.workbench import Maintenance, Workbench

        workbench = Workbench(
            settings.index_dir,
            settings.issues_dir,
            answerer.chain.embedder,
            wait=settings.writer_wait,
            note=records.audit.note,
        )
        services = Services(
            answerer,
            Meter(records.writings.note),
            figures=lambda: answerer.chain.index.figures.all(),
            records=records,
            people=People(entrance, login_required=required, tokens=records.tokens),
            # At this machine alone there is nobody to share with.
            limit=QuestionLimit(settings.questions_per_minute if required else 0),
        )
        serve_page(answerer, settings.host, settings.port, Maintenance(workbench, entrance), services)
    except KeyboardInterrupt:
        # Ctrl-C is how the page is stopped, even while it is still starting.
        cli_output.say("已停止。")


def _answerer(settings: Settings) -> Answerer:
    from ftz_qa.answerer import load_answerer

    return load_answerer(settings, cli_output.say)
