"""CloudFormation's YAML: its short tags, and the intrinsic functions resolved over known values."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import yaml

NO_VALUE: Final = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")


class TemplateError(ValueError):
    """The template says something that cannot be resolved here."""


class _Loader(yaml.SafeLoader):
    """YAML in which CloudFormation's short tags become their long forms."""


def _short_tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    raise TemplateError(f"!{suffix} stands before something that is no value, list or mapping")


_Loader.add_multi_constructor("!", _short_tag)


@cache
def parse(text: str) -> Mapping[str, Any]:
    """Return the document, read once; short tags are in their long forms (`{"Ref": "Table"}`)."""
    document: Mapping[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 a SafeLoader
    return document


def parameter_values(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, object]:
    """Return the values of a template's Parameters: those given, else their defaults.

    Raises:
        TemplateError: one has no value, or a given one is not declared.
    """
    if unknown := set(given) - set(declared):
        raise TemplateError(f"the template has no parameter {', '.join(sorted(unknown))}")
    values: dict[str, object] = {}
    for name, body in declared.items():
        if name not in given and "Default" not in body:
            raise TemplateError(f"the parameter {name} needs a value")
        value = str(given.get(name, body.get("Default")))
        is_list = body["Type"] == "CommaDelimitedList" or body["Type"].startswith("List<")
        values[name] = [part.strip() for part in value.split(",")] if is_list else value
    return values


class Resolver:
    """Resolves values over parameters (and pseudo parameters), conditions, mappings and physical ids.

    `physical` maps a logical id to what `Ref` and each `GetAtt` give: `{"Table": {"Ref": ..., "Arn": ...}}`.
    """

    def __init__(
        self,
        values: Mapping[str, object],
        conditions: Mapping[str, Any],
        mappings: Mapping[str, Any],
        physical: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._values = values
        self._conditions = conditions
        self._mappings = mappings
        self._physical = physical
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.holds,
            "Fn::And": lambda terms: all(self.resolve(term) for term in terms),
            "Fn::Equals": lambda pair: self.resolve(pair[0]) == self.resolve(pair[1]),
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": lambda parts: self.resolve(parts[1] if self.holds(parts[0]) else parts[2]),
            "Fn::Join": lambda parts: parts[0].join(self.resolve(parts[1])),
            "Fn::Not": lambda terms: not self.resolve(terms[0]),
            "Fn::Or": lambda terms: any(self.resolve(term) for term in terms),
            "Fn::Select": lambda parts: self.resolve(parts[1])[int(self.resolve(parts[0]))],
            "Fn::Split": lambda parts: self.resolve(parts[1]).split(parts[0]),
            "Fn::Sub": self._sub,
        }

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 a template's value has any shape
        """Return a value with every intrinsic resolved; what is `AWS::NoValue` is left out.

        Raises:
            TemplateError: an unknown intrinsic, or a name that has no value.
        """
        if isinstance(value, list):
            return [found for found in map(self.resolve, value) if found is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name in self._functions:
                return self._functions[name](argument)
            if str(name).startswith("Fn::"):
                raise TemplateError(f"{name} is not resolved here")
        resolved = {key: self.resolve(found) for key, found in value.items()}
        return {key: found for key, found in resolved.items() if found is not NO_VALUE}

    def holds(self, condition: str) -> bool:
        """Return whether a named condition holds."""
        if condition not in self._conditions:
            raise TemplateError(f"there is no condition {condition}")
        return bool(self.resolve(self._conditions[condition]))

    def _ref(self, name: str) -> object:
        if name in self._values:
            return self._values[name]
        return self._attribute(name, "Ref")

    def _get_att(self, where: str | list[str]) -> str:
        name, attribute = where.split(".", 1) if isinstance(where, str) else where
        return self._attribute(name, attribute)

    def _attribute(self, name: str, attribute: str) -> str:
        try:
            return self._physical[name][attribute]
        except KeyError:
            raise TemplateError(f"{name} has no {attribute} here") from None

    def _sub(self, argument: str | list[Any]) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def value_of(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return f"${{{name}}}"
            if name in own:
                return str(self.resolve(own[name]))
            return str(self._get_att(name) if "." in name else self._ref(name))

        return _PLACEHOLDER.sub(value_of, text)

    def _find_in_map(self, path: list[Any]) -> object:
        found: Any = self._mappings
        for step in map(self.resolve, path):
            if step not in found:
                raise TemplateError(f"the mappings have no {step}")
            found = found[step]
        return found
