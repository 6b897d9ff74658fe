"""The API against its own OpenAPI, with requests that a machine makes up: what it says is what it does."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from newsletter.database import Database
from tests.conftest import NOW
from tests.test_api import Api

PEOPLE, HOST = 3, "news.example.org"


@pytest.fixture
def api(sqlite_database: Database) -> Iterator[Api]:
    api = Api(sqlite_database)
    api.add(*(f"reader{n}@example.org" for n in range(PEOPLE)))
    seconds = itertools.count()
    # Time goes on from request to request, so that no limit is met.
    api.pipeline.clock = lambda: NOW + timedelta(seconds=next(seconds))
    return api


OPERATIONS = [
    ("GET", "/lists"),
    ("GET", "/lists/{slug}"),
    ("GET", "/subscribers"),
    ("GET", "/subscribers/{id}"),
    ("POST", "/subscribers/lookup"),
    ("POST", "/subscribers"),
    ("PATCH", "/subscribers/{id}"),
    ("POST", "/subscribers/{id}/unsubscribe"),
    ("DELETE", "/subscribers/{id}"),
]
# What an address is, and which lists there are, is more than a schema can say: some right requests are refused.
WITH_ADDRESSES = {"/subscribers", "/subscribers/lookup"}


@pytest.fixture
def told(api: Api) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app, headers={"Host": HOST})


def test_every_operation_is_tried(told: schemathesis.BaseSchema) -> None:
    found = [one.ok() for one in told.get_all_operations()]
    assert sorted((one.method.upper(), one.path) for one in found) == sorted(OPERATIONS)


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda one: one.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_asked_is_answered_as_the_openapi_says(
    api: Api, told: schemathesis.BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    operation = told[path][method]

    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(
            headers={"Authorization": f"Bearer {api.key}", "Host": HOST},
            excluded_checks=[positive_data_acceptance] if path in WITH_ADDRESSES else [],
        )

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("every request in this form is a right one")
