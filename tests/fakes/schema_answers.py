"""An honest, deterministic answer to a strict JSON schema: what a well-behaved model would send back."""

import hashlib
from typing import Any

KEY_NAMES = ("key", "criterion", "criterion_key", "id")


def answer(schema: dict[str, Any], prompt: str) -> Any:
    """Return a value of ``schema``; the same prompt always gives the same value.

    The choice among enumerated values follows a hash of the prompt, a string named ``quote`` is taken from
    the prompt's longest line, and an array of objects with an enumerated key gets one object for each key.
    """
    return _Writer(prompt, schema.get("$defs", {})).value(schema, "answer")


class _Writer:
    def __init__(self, prompt: str, definitions: dict[str, Any]) -> None:
        self._prompt = prompt
        self._definitions = definitions

    def value(self, schema: dict[str, Any], name: str) -> Any:
        if "$ref" in schema:
            return self.value(self._definitions[schema["$ref"].rsplit("/", 1)[-1]], name)
        if "anyOf" in schema:
            return self.value(schema["anyOf"][0], name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][self._number(name) % len(schema["enum"])]
        return self._typed(schema, name)

    def _typed(self, schema: dict[str, Any], name: str) -> Any:
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            return {key: self.value(part, f"{name}.{key}") for key, part in schema["properties"].items()}
        if kind == "array":
            return self._array(schema["items"], name)
        if kind in ("integer", "number"):
            low, high = schema.get("minimum", 0), schema.get("maximum", 1)
            return low + self._number(name) % (int(high - low) + 1)
        if kind == "boolean":
            return self._number(name) % 2 == 0
        return self._quote() if name.endswith("quote") else f"A reason for {name}."

    def _array(self, items: dict[str, Any], name: str) -> list[Any]:
        properties = items.get("properties", {})
        for key in KEY_NAMES:
            if "enum" in properties.get(key, {}):
                return [
                    {**self.value(items, f"{name}.{chosen}"), key: chosen}
                    for chosen in properties[key]["enum"]
                ]
        return [self.value(items, f"{name}.0")]

    def _number(self, name: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{name}\n{self._prompt}".encode()).digest()[:4])

    def _quote(self) -> str:
        longest = max(self._prompt.splitlines() or [""], key=len)
        return " ".join(longest.split()[:8])
