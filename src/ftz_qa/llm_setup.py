"""From settings to a language model; the one module that knows both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa import wording
from ftz_qa.condensing import CONDENSE_PLACEHOLDERS, Condenser
from ftz_qa.errors import InputError
from ftz_qa.llm import chat_model, check_local
from ftz_qa.llm_calls import Limits, LlmClient
from ftz_qa.nearness import Nearness
from ftz_qa.prompts import load_prompt
from ftz_qa.second_reading import SecondReading
from ftz_qa.writer import PLACEHOLDERS, REPAIR_PLACEHOLDERS, Price, Prompts, Room, Writer

if TYPE_CHECKING:
    from ftz_qa.embedding import Embedder
    from ftz_qa.reading import ReadingModel
    from ftz_qa.settings import Settings


def load_client(settings: Settings) -> LlmClient | None:
    """The language model that the settings name, with their limits; None where they name none.

    Raises
    ------
    InputError
        The endpoint is not allowed, or the file with the key cannot be read.
    ModelError
        The package for OpenAI-compatible endpoints is not installed.
    """
    if not settings.llm_model:
        return None
    if settings.llm_local_only:
        check_local(settings.llm_base_url)
    model = chat_model(
        settings.llm_model,
        settings.llm_base_url,
        api_key(settings),
        timeout=settings.llm_first_token,
        retries=settings.llm_retries,
        max_tokens=room_of(settings).longest_reply,
    )
    return LlmClient(model, Limits(settings.llm_first_token, settings.llm_overall, settings.llm_concurrency))


def room_of(settings: Settings) -> Room:
    """The tokens that the settings grant."""
    return Room(settings.llm_context, settings.llm_max_tokens)


def api_key(settings: Settings) -> str:
    """The key, from its file where one is named; empty where there is none.

    Raises
    ------
    InputError
        The file cannot be read, or is not text; its content is not shown.
    """
    path = settings.llm_api_key_file
    if path is None:
        return settings.llm_api_key.get_secret_value()
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InputError(wording.key_file_unusable(path, error.strerror or "")) from error
    except UnicodeDecodeError:
        raise InputError(wording.key_file_unusable(path, "UTF-8")) from None


def load_writer(settings: Settings, embedder: Embedder, reading: ReadingModel | None = None) -> Writer | None:
    """The writer of answers that the settings name; None where they name no language model.

    Parameters
    ----------
    embedder, reading
        What its sentences are checked with.

    Raises
    ------
    InputError
        A prompt cannot be used, or as `load_client` does.
    ModelError
        As `load_client` does.
    """
    if not settings.llm_model:
        return None
    prompts = Prompts(
        load_prompt(settings.prompts_dir, "answer", PLACEHOLDERS),
        load_prompt(settings.prompts_dir, "repair", REPAIR_PLACEHOLDERS),
        load_prompt(settings.prompts_dir, "digest", PLACEHOLDERS),
    )
    client = load_client(settings)
    if client is None:
        return None
    condense = load_prompt(settings.prompts_dir, "condense", CONDENSE_PLACEHOLDERS)
    condenser = Condenser(client, condense) if settings.llm_condense else None
    reads = SecondReading(reading) if reading is not None else None
    price = Price(settings.llm_price_in, settings.llm_price_out)
    return Writer(client, prompts, Nearness(embedder), room_of(settings), price, condenser, reads)
