"""The doors for programs: ``POST /api/ask``, ``GET /healthz``, ``GET /metrics`` and Gradio's named endpoints."""

from __future__ import annotations

# FastAPI and Gradio read the annotations of routes and endpoints at run time.
import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

import gradio as gr
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from gradio.context import LocalContext
from gradio.events import api
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ftz_qa.batch import Asked, QuestionId, answer_record
from ftz_qa.errors import FtzQaError, InputError
from ftz_qa.web import program_texts as texts
from ftz_qa.web.limiting import TooOftenError
from ftz_qa.web.metering import MeteredAnswerer, known_info
from ftz_qa.web.services import CONCURRENT_ANSWERS, Services
from ftz_qa.web.texts import TITLE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

API_PREFIX = "/api/"
OPENAPI_URL = "/api/openapi.json"
MAX_BODY_BYTES = 256 * 1024
# Unlike the names that Gradio gives to handlers of the page.
ENDPOINT = "ask_bulletins"
_MAX_WAITING = 64


class AskRequest(Asked):
    """A question and the conversation before it; `id` comes back as it is."""

    id: QuestionId = 1


class CitationRecord(BaseModel):
    """A sentence that the answer cites: ``[marker]`` in the answer's text, `start` and `end` in the article's body."""

    model_config = ConfigDict(extra="forbid")

    marker: int
    series: str
    issue: int | None
    date: dt.date | None
    section: str
    article_no: int
    title: str
    quote: str
    start: int
    end: int


class AskReply(BaseModel):
    """The answer, as ``ftz-qa ask --jsonl`` writes it."""

    model_config = ConfigDict(extra="forbid")

    id: QuestionId
    question: str
    answer: str
    refused: bool = Field(description=texts.REFUSED)
    citations: list[CitationRecord]
    mode: Literal["extractive", "structure", "llm"]
    latency_ms: float


class Health(BaseModel):
    """Whether questions can be answered, and over how much."""

    status: Literal["ok", "unavailable"]
    issues: int = 0
    articles: int = 0
    message: str = ""


class Problem(BaseModel):
    """Why there is no answer, in Chinese."""

    message: str


def program_routes(services: Services) -> APIRouter:
    """The routes for programs; they must stand before anything that is mounted at the root."""
    router = APIRouter()
    desk = _Desk(services)
    problems: dict[int | str, dict[str, Any]] = {code: {"model": Problem} for code in (400, 401, 413, 429, 503)}
    router.post(
        "/api/ask", summary=texts.ASK, response_model=AskReply, responses=problems, openapi_extra=_asked_schema()
    )(desk.ask)
    router.get("/healthz", summary=texts.HEALTH, response_model=Health, responses={503: {"model": Health}})(desk.health)
    router.get("/metrics", summary=texts.METRICS, response_class=Response)(desk.metrics)
    return router


def _asked_schema() -> dict[str, Any]:
    """What ``POST /api/ask`` takes, for OpenAPI: the route reads the body itself so that it can say what is wrong."""
    schema = AskRequest.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _inlined(schema)}}}}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what it refers to in its own ``$defs`` put in place."""
    definitions = schema.pop("$defs", {})

    def resolve(part: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(part, dict):
            if "$ref" in part:
                return resolve(definitions[part["$ref"].rpartition("/")[2]])
            return {key: resolve(value) for key, value in part.items()}
        return [resolve(item) for item in part] if isinstance(part, list) else part

    return dict(resolve(schema))


class _Desk:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._answerer = MeteredAnswerer(services.answerer, services.meter, "api")

    async def ask(self, request: Request) -> Response:
        """Answer one question; what is wrong is said as ``{"message": …}``."""
        if not _is_json(request):
            return _problem(400, texts.NOT_JSON)
        try:
            asked = AskRequest.model_validate_json(await request.body())
        except ValidationError as error:
            return _problem(400, _reason(error))
        if self._services.turns.waiting >= _MAX_WAITING:
            return _problem(503, texts.BUSY, {"Retry-After": "5"})
        try:
            self._services.admit(request)
            async with self._services.turns.place() as place:
                await place.turn()
                answer = await asyncio.to_thread(self._answerer.answer, asked.question.strip(), asked.history)
        except TooOftenError as error:
            return _problem(429, str(error), {"Retry-After": str(error.wait)})
        except InputError as error:
            return _problem(400, str(error))
        except FtzQaError as error:
            return _problem(503, str(error))
        return JSONResponse(answer_record(asked.id, answer))

    def health(self) -> Response:
        """Whether there is an index to answer from."""
        try:
            info = self._services.answerer.describe()
        except FtzQaError as error:
            return JSONResponse(Health(status="unavailable", message=str(error)).model_dump(), 503)
        return JSONResponse(
            Health(status="ok", issues=info.issue_count, articles=info.article_count).model_dump(),
            headers={"Cache-Control": "no-store"},
        )

    def metrics(self) -> Response:
        """The figures in Prometheus' text format."""
        content = self._services.meter.exposition(known_info(self._services.answerer))
        return Response(content, media_type="text/plain; version=0.0.4; charset=utf-8")


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _problem(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(Problem(message=message).model_dump(), status, headers)


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return texts.BAD_REQUEST.format(place=place or "JSON", reason=first.get("ctx", {}).get("error", first["msg"]))


def add_gradio_endpoints(services: Services) -> None:
    """Add the named endpoints that gradio_client can call; within the page's `gr.Blocks`."""
    answerer = MeteredAnswerer(services.answerer, services.meter, "gradio", lambda: services.admit(current_request()))

    def ask(question: str, history: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Answer one question; the same record as ``POST /api/ask``, or ``{"message": …}`` where there is none."""
        try:
            asked = AskRequest.model_validate({"question": question, "history": history or []})
            return answer_record(asked.id, answerer.answer(asked.question.strip(), asked.history))
        except ValidationError as error:
            raise gr.Error(_reason(error), print_exception=False) from error
        except FtzQaError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def describe() -> dict[str, Any]:
        """What is indexed."""
        info = answerer.describe()
        return {
            "issues": info.issue_count,
            "articles": info.article_count,
            "first_issue": info.first_issue,
            "last_issue": info.last_issue,
            "first_date": info.first_date.isoformat() if info.first_date else None,
            "last_date": info.last_date.isoformat() if info.last_date else None,
            "series": list(info.series),
        }

    api(ask, api_name=ENDPOINT, concurrency_limit=CONCURRENT_ANSWERS, concurrency_id="programs")
    api(describe, api_name="describe_index", queue=False)


class BodyLimit:
    """Refuses requests to the programs' routes whose body is too large, or does not say how large it is."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refused request at once; pass everything else on."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith(API_PREFIX):
            length = Request(scope).headers.get("content-length", "")
            if not (length.isascii() and length.isdigit()):
                await _problem(411, texts.NO_LENGTH)(scope, receive, send)
                return
            if int(length) > self._limit:
                await _problem(413, texts.TOO_LARGE.format(limit=self._limit // 1024))(scope, receive, send)
                return
        await self.app(scope, receive, send)


def current_request() -> Request | None:
    """The request behind the Gradio event that is being handled."""
    request = LocalContext.request.get(None)
    return request.request if isinstance(request, gr.Request) else request


def openapi_title() -> str:
    """The title of the OpenAPI description."""
    return f"{TITLE} API"
