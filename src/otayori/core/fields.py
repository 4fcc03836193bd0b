"""`EncryptedText`: a model field whose text lies encrypted in the database (see core/crypto.py).

The instance shows plain text; the row holds bytes. Decryption waits until the attribute is read, so a
page pays for the names it shows alone. Filters on such a column are impossible: keep a `lookup_key` for it.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models

from otayori.core import crypto


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value as the database holds it."""

    data: bytes

    def __str__(self) -> str:
        return "…"


class _Text:
    """The attribute: plain text when read, whatever lies beneath."""

    def __init__(self, field: "EncryptedText") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = self.field.unseal(instance, value)
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: models.Model, value: str | Sealed | None) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedText(models.Field):  # type: ignore[type-arg]
    """Text sealed under the keyset that the model's `keyset()` names, for its table, column and row id.

    The row's id must be known before it is saved (UUIDv7 by default), since it is part of the seal.
    """

    description = "text, encrypted at rest"
    descriptor_class = _Text

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def place(self, instance: models.Model) -> str:
        return f"{self.model._meta.db_table}.{self.column}.{instance.pk}"  # noqa: SLF001 - Django's own way

    def seal(self, instance: models.Model, text: str) -> Sealed:
        return Sealed(crypto.seal(instance.keyset(), text, self.place(instance)))  # type: ignore[attr-defined]

    def unseal(self, instance: models.Model, value: Sealed) -> str:
        return crypto.unseal(instance.keyset(), value.data, self.place(instance))  # type: ignore[attr-defined]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        return self.seal(model_instance, value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, bytes):
            return value
        if isinstance(value, Sealed):
            return value.data
        raise TypeError(f"{self.name} is encrypted: it can't be compared with or updated to a plain text")

    def value_from_object(self, obj: models.Model) -> Any:
        return getattr(obj, self.attname)
