"""Forms that a diagram's author writes as JSON: read, shown, and checked on the server."""

from casework.forms.definition import Access, Choice, FieldDefinition, FieldKind, FormDefinition, Text
from casework.forms.filling import StepForm, build
from casework.forms.reading import FormProblem, FormRefused, check_form, read_form
from casework.forms.schema import json_schema

__all__ = [
    "Access",
    "Choice",
    "FieldDefinition",
    "FieldKind",
    "FormDefinition",
    "FormProblem",
    "FormRefused",
    "StepForm",
    "Text",
    "build",
    "check_form",
    "json_schema",
    "read_form",
]
