"""What a check says about one record or file."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["error", "warning"]


class Finding(BaseModel):
    """An error must be corrected before release; a warning is to be looked at."""

    model_config = ConfigDict(frozen=True)

    file: str
    id: str
    severity: Severity
    message: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.file}: {self.id}: {self.message}"


def error(file: str, identity: str, message: str) -> Finding:
    return Finding(file=file, id=identity, severity="error", message=message)


def warning(file: str, identity: str, message: str) -> Finding:
    return Finding(file=file, id=identity, severity="warning", message=message)
