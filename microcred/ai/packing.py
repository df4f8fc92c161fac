"""A BERT that computes no padding: only real tokens pass its layers, side by side in one row.

Texts of a batch differ in length, and of sentences a third of what a padded batch computes is padding. Nearly all of a
short text's work is done token by token, so only for attention are the tokens put back into a row for each text.
For whoever exports: needs torch, which a worker never imports.
"""

from typing import Any, Final

NAME: Final = "packed"


def can_be_packed(first: Any) -> bool:
    """Whether a transformer of sentence-transformers is a BERT as it was published, which takes positions as numbers
    and reads in both directions."""
    from transformers import BertModel

    model = getattr(first, "model", None)
    return type(model) is BertModel and not model.config.is_decoder


class Packed:
    """Takes and gives what the transformer does, for texts that begin at their row's first token.

    The transformer itself is of no use without this any more.
    """

    def __init__(self, first: Any) -> None:
        from transformers import AttentionInterface

        self._bert = first.model
        self._places: Any = None
        AttentionInterface.register(NAME, self._attend)
        self._bert.config._attn_implementation = NAME

    def __call__(self, features: dict[str, Any]) -> dict[str, Any]:
        """Return the features with the embedding of every token, anything where there is none."""
        import torch

        mask = features["attention_mask"]
        real = mask.reshape(-1)
        tokens = torch.nonzero(real)[:, 0]
        row_by_row = (torch.cumsum(real, 0) - 1).clamp(min=0).reshape(mask.shape)
        self._places = tokens, row_by_row
        types = features.get("token_type_ids")
        found = self._bert(
            input_ids=_taken(features["input_ids"], tokens),
            token_type_ids=None if types is None else _taken(types, tokens),
            position_ids=(tokens % mask.shape[1])[None],
            # In four dimensions it is left as it is.
            attention_mask=(1.0 - mask.to(torch.float32))[:, None, None, :] * torch.finfo(torch.float32).min,
        )
        return {**features, "token_embeddings": found.last_hidden_state[0][row_by_row]}

    def _attend(
        self, _module: Any, query: Any, key: Any, value: Any, mask: Any, *, scaling: float, **_: Any
    ) -> tuple[Any, None]:
        """Attention within each text; query, key and value are ``(1, heads, tokens, width)``."""
        import torch

        tokens, row_by_row = self._places
        by_text = [states[0].transpose(0, 1)[row_by_row].transpose(1, 2) for states in (query, key, value)]
        likeness = torch.matmul(by_text[0], by_text[1].transpose(2, 3)) * scaling + mask
        read = torch.matmul(torch.softmax(likeness, dim=-1), by_text[2]).transpose(1, 2)
        return read.reshape(-1, query.shape[1], query.shape[3])[tokens][None], None


def _taken(padded: Any, tokens: Any) -> Any:
    return padded.reshape(-1)[tokens][None]
