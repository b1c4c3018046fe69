"""The one place where a chat model is made, and what can go wrong with its endpoint, in a few kinds."""

from __future__ import annotations

import ipaddress
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit

from ftz_qa import wording
from ftz_qa.errors import FtzQaError, InputError, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.language_models import BaseChatModel

FailureKind = Literal[
    "unreachable",
    "slow",
    "unauthorised",
    "missing",
    "busy",
    "rejected",
    "failed",
    "malformed",
    "interrupted",
    "resting",
    "crowded",
]
"""What can be wrong with an endpoint.

``resting``: it failed a moment ago and is not asked; ``crowded``: as many answers as allowed are under way already;
``interrupted``: the reply began and did not end. The others are what the endpoint did.
"""

KINDS: tuple[FailureKind, ...] = get_args(FailureKind)

_log = logging.getLogger(__name__)


class LlmError(FtzQaError):
    """A language model's endpoint cannot be used now.

    Parameters
    ----------
    kind
        What is wrong; the message says it in Chinese.
    """

    def __init__(self, kind: FailureKind) -> None:
        super().__init__(wording.LLM_FAILURES[kind])
        self.kind = kind


def chat_model(
    name: str, base_url: str, key: str, *, timeout: float, retries: int, max_tokens: int | None = None
) -> BaseChatModel:
    """A model behind an OpenAI-compatible endpoint; nothing is sent yet.

    Parameters
    ----------
    base_url
        Empty for OpenAI itself.
    key
        Empty where the endpoint wants none.
    timeout
        Seconds to connect, and between two pieces of a reply.
    retries
        Of refusals for too many requests, of server errors and broken connections; the client waits between them,
        twice as long each time and up to a quarter less by chance. Where the endpoint asks to wait longer than
        `timeout`, there is none.
    max_tokens
        Of a reply; None leaves it to the endpoint.

    Raises
    ------
    ModelError
        The package for such endpoints is not installed.
    """
    limit: dict[str, Any] = {}
    if max_tokens is not None:
        # The client renames `max_tokens` to what OpenAI wants now; most other servers know the old name only.
        limit = {"extra_body": {"max_tokens": max_tokens}} if base_url else {"max_tokens": max_tokens}
    from langchain.chat_models import init_chat_model

    try:
        from openai import DefaultHttpxClient

        # What stays on this machine or in a private network does not go to a proxy for the world outside.
        http = DefaultHttpxClient(
            trust_env=not (base_url and _is_local(base_url)), event_hooks={"response": [_impatient(timeout)]}
        )
        model: BaseChatModel = init_chat_model(
            name,
            model_provider="openai",
            base_url=base_url or None,
            api_key=key or "none",
            temperature=0,
            timeout=timeout,
            max_retries=retries,
            stream_usage=True,
            http_client=http,
            **limit,
        )
    except ImportError as error:
        raise ModelError(wording.LLM_PACKAGE_MISSING) from error
    return model


def check_local(base_url: str) -> None:
    """See that an endpoint is on this machine or in a private network, by its address as written.

    Raises
    ------
    InputError
        It is elsewhere, or a name that could be anywhere.
    """
    if not _is_local(base_url):
        raise InputError(wording.llm_not_local(urlsplit(base_url).hostname or "api.openai.com"))


def _is_local(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_private


def _impatient(seconds: float) -> Callable[[Any], None]:
    """Keeps the client from trying again where it would have to wait longer than this."""

    def hook(response: Any) -> None:  # noqa: ANN401 - of the client's own HTTP library
        with suppress(ValueError):
            if float(response.headers.get("retry-after", 0)) > seconds:
                response.headers["x-should-retry"] = "false"

    return hook


def provider_errors() -> tuple[type[Exception], ...]:
    """What a chat model raises when its endpoint fails."""
    # Replies without choices or message come out of langchain-openai as errors of these general types.
    malformed = (TypeError, LookupError, AttributeError)
    errors: list[type[Exception]] = [OSError, TimeoutError, ValueError, *malformed]
    with suppress(ImportError):
        from openai import OpenAIError

        errors.append(OpenAIError)
    # What breaks while a reply is being read comes from the client's own HTTP library.
    with suppress(ImportError):
        from httpx2 import HTTPError

        errors.append(HTTPError)
    return tuple(errors)


def failure_of(error: Exception, *, begun: bool) -> LlmError:
    """What is wrong where a chat model raised an error.

    Nothing of the error's text is passed on or logged: it may quote the request.

    Parameters
    ----------
    begun
        Whether some of the reply had come.
    """
    status = getattr(error, "status_code", None)
    kind = "interrupted" if begun else _by_status(status) if isinstance(status, int) else _by_type(error)
    _log.warning("大模型请求失败：%s（%s%s）", kind, type(error).__name__, f" {status}" if status else "")
    failure = LlmError(kind)
    failure.__cause__ = error
    return failure


def _by_status(status: int) -> FailureKind:
    named: dict[int, FailureKind] = {401: "unauthorised", 403: "unauthorised", 404: "missing", 408: "slow", 429: "busy"}
    return named.get(status) or ("failed" if status >= 500 else "rejected")


def _by_type(error: Exception) -> FailureKind:
    # Timeouts of the client are connection errors too; its names tell more than its family tree.
    if "Timeout" in type(error).__name__:
        return "slow"
    if isinstance(error, OSError) or any(word in type(error).__name__ for word in ("Connect", "Protocol", "Network")):
        return "unreachable"
    return "malformed"
