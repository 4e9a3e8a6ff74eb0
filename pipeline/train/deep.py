"""Fine-tunes the encoder (extra ``train``: torch) and exports it for onnxruntime.

The pretrained transformer is read out of its wheel, cut to the pieces that English and Chinese need and to its lower
layers, and trained on the labelled works with several heads at once: the primary force, the set of forces, and a tag
for each piece in every layer of spans. The word embeddings stay frozen in their 4 bits, so they are shipped as they
came; the transformer is exported to ONNX and quantised to 8 bits. The same data, settings and versions give the same model.
"""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from pipeline.encoder import LAYERS, TOKEN_OUTPUTS, WIDTHS, pieces, unpack
from pipeline.records import FORCES
from pipeline.train.e5 import Pretrained
from pipeline.train.examples import Example, vary

IGNORE = -100
INPUTS = ("embedded", "mask", "body")
OUTPUTS = ("vector", "force", "forces", "tokens", "middle", "last")
# The layer whose states tell best which words of two languages answer to each other (see pipeline.stages.audit.cover).
MIDDLE = 8
UNEVEN = 40


@dataclass(frozen=True)
class Recipe:
    """How the encoder is trained; written into its card.

    ``layers`` of the pretrained twelve are kept, from the bottom. Rates are for AdamW with linear decay. ``half`` multiplies
    matrices in bfloat16, which processors since about 2021 do several times faster; weights and losses stay float32.
    The network that is kept is the running mean of the weights with memory ``average`` a step, which is steadier than the
    last step's (Polyak and Juditsky 1992).
    """

    layers: int = 12
    epochs: int = 7
    batch: int = 16
    rate: float = 1e-4
    head_rate: float = 2e-3
    warmup: float = 0.06
    decay: float = 0.01
    dropout: float = 0.1
    span_weight: float = 3.0
    set_weight: float = 0.5
    smoothing: float = 0.05
    half: bool = True
    average: float = 0.998
    seed: int = 21


class Layer(nn.Module):
    """One transformer layer, post-norm, exact GELU (BERT; Devlin et al. 2019)."""

    def __init__(self, weights: dict[str, Tensor], prefix: str, heads: int, epsilon: float, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        for name in ("q", "k", "v", "ao", "fi", "fo"):
            weight, bias = weights[f"{prefix}.{name}.w"], weights[f"{prefix}.{name}.b"]
            linear = nn.Linear(weight.shape[1], weight.shape[0])
            linear.weight.data, linear.bias.data = weight.clone(), bias.clone()
            setattr(self, name, linear)
        for name in ("aln", "oln"):
            norm = nn.LayerNorm(len(weights[f"{prefix}.{name}.w"]), eps=epsilon)
            norm.weight.data, norm.bias.data = (
                weights[f"{prefix}.{name}.w"].clone(),
                weights[f"{prefix}.{name}.b"].clone(),
            )
            setattr(self, name, norm)
        self.drop = nn.Dropout(dropout)
        self.divisors: dict[str, Tensor] = {}

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        rows, width, hidden = x.shape
        size = hidden // self.heads

        def split(y: Tensor) -> Tensor:
            return y.view(rows, width, self.heads, size).transpose(1, 2)

        read = self.eased(x, "q")
        scores = split(self.q(read)) @ split(self.k(read)).transpose(2, 3) / math.sqrt(size) + bias
        mixed = (scores.softmax(-1) @ split(self.v(read))).transpose(1, 2).reshape(rows, width, hidden)
        x = self.aln(x + self.drop(self.ao(self.eased(mixed, "ao"))))
        wide = nn.functional.gelu(self.fi(self.eased(x, "fi")))
        return self.oln(x + self.drop(self.fo(self.eased(wide, "fo"))))

    def eased(self, x: Tensor, name: str) -> Tensor:
        """The input of a matrix, divided by what its quantisation asks for (see ``ease``); in training as it is."""
        return x / self.divisors[name] if name in self.divisors else x


class Network(nn.Module):
    """Embedded pieces in; pooled vectors, force scores, set scores, tag scores and the states of two layers out."""

    def __init__(self, pretrained: Pretrained, recipe: Recipe) -> None:
        super().__init__()
        weights = {name: torch.from_numpy(np.array(value)) for name, value in pretrained.tensors.items()}
        self.position = nn.Parameter(weights["emb.pos"] + weights["emb.type"][0])
        self.norm = nn.LayerNorm(pretrained.hidden, eps=pretrained.epsilon)
        self.norm.weight.data, self.norm.bias.data = weights["emb.ln.w"].clone(), weights["emb.ln.b"].clone()
        self.layers = nn.ModuleList(
            Layer(weights, f"l{i}", pretrained.heads, pretrained.epsilon, recipe.dropout) for i in range(recipe.layers)
        )
        self.force = nn.Linear(pretrained.hidden, len(FORCES))
        self.forces = nn.Linear(pretrained.hidden, len(FORCES))
        self.tokens = nn.Linear(pretrained.hidden, TOKEN_OUTPUTS)
        self.drop = nn.Dropout(recipe.dropout)

    def forward(self, embedded: Tensor, mask: Tensor, body: Tensor) -> tuple[Tensor, ...]:
        x = self.norm(embedded + self.position[: embedded.shape[1]])
        bias = (1.0 - mask)[:, None, None, :] * -1e4
        states = []
        for layer in self.layers:
            x = layer(x, bias)
            states.append(x)
        pooled = (x * body[:, :, None]).sum(1) / body.sum(1, keepdim=True)
        dropped = self.drop(pooled)
        middle = states[min(MIDDLE, len(states)) - 1]
        return pooled, self.force(dropped), self.forces(dropped), self.tokens(self.drop(x)), middle, x


class Batcher:
    """Makes batches of tensors from examples: pieces, masks, targets."""

    def __init__(self, tokenizer: Tokenizer, embeddings: NDArray[np.uint8]) -> None:
        self.tokenizer = tokenizer
        self.table = torch.from_numpy(unpack(embeddings))

    def targets(self, example: Example, start: int, offsets: list[tuple[int, int]], width: int) -> NDArray[np.int64]:
        """Tags in BIO form, shape (layers, width); what carries no label is ``IGNORE``."""
        tags = np.full((len(LAYERS), width), IGNORE, np.int64)
        for row, (layer, types) in enumerate(LAYERS.items()):
            if layer not in example.spans:
                continue
            for piece, (_, end) in enumerate(offsets):
                if end > example.blind:
                    tags[row, start + piece] = 0
            for a, b, kind in example.spans[layer]:
                first = True
                for piece, (left, right) in enumerate(offsets):
                    if right > a and left < b and right > left and example.text[max(left, a) : min(right, b)].strip():
                        tags[row, start + piece] = 2 * types.index(kind) + (1 if first else 2)
                        first = False
        return tags

    def batch(self, rows: Sequence[Example]) -> dict[str, Tensor]:
        prepared = [pieces(self.tokenizer, row.text, row.context) for row in rows]
        width = max(len(row_ids) for row_ids, _, _ in prepared)
        ids = torch.full((len(rows), width), 1)
        mask, body = torch.zeros(len(rows), width), torch.zeros(len(rows), width)
        tags = torch.full((len(rows), len(LAYERS), width), IGNORE)
        forces = torch.zeros(len(rows), len(FORCES))
        for i, (row, (ids_of, start, offsets)) in enumerate(zip(rows, prepared, strict=True)):
            ids[i, : len(ids_of)] = torch.tensor(ids_of)
            mask[i, : len(ids_of)] = 1
            body[i, start : start + max(1, len(offsets))] = 1
            tags[i] = torch.from_numpy(self.targets(row, start, offsets, width))
            for force in row.force:
                forces[i, FORCES.index(force)] = 1
        primary = torch.tensor([FORCES.index(row.force[0]) for row in rows])
        weight = torch.tensor([row.weight for row in rows])
        return {"embedded": self.table[ids], "mask": mask, "body": body, "tags": tags, "forces": forces,
                "primary": primary, "weight": weight}  # fmt: skip


def loss_of(network: Network, batch: dict[str, Tensor], recipe: Recipe) -> Tensor:
    """Cross-entropy of the primary force, of each force in the set, and of the tags of every layer."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.half):
        _, force, forces, tokens, *_ = network(batch["embedded"], batch["mask"], batch["body"])
    force, forces, tokens = force.float(), forces.float(), tokens.float()
    weight = batch["weight"] / batch["weight"].mean()
    primary = nn.functional.cross_entropy(force, batch["primary"], reduction="none", label_smoothing=recipe.smoothing)
    sets = nn.functional.binary_cross_entropy_with_logits(forces, batch["forces"], reduction="none").sum(1)
    total = (weight * (primary + recipe.set_weight * sets)).mean()
    at = 0
    for row, size in enumerate(WIDTHS.values()):
        tags = batch["tags"][:, row].reshape(-1)
        if (tags != IGNORE).any():
            scores = tokens[:, :, at : at + size].reshape(-1, size)
            total = total + recipe.span_weight * nn.functional.cross_entropy(scores, tags, ignore_index=IGNORE)
        at += size
    return total


def batches(rows: Sequence[Example], size: int, rng: random.Random) -> list[list[Example]]:
    """Batches of similar length in random order, so that little is spent on padding."""
    shuffled = sorted(rows, key=lambda row: (len(row.text) * (1 if row.lang == "en" else 3)) + rng.random() * 60)
    made = [shuffled[at : at + size] for at in range(0, len(shuffled), size)]
    rng.shuffle(made)
    return made


def fine_tune(
    pretrained: Pretrained,
    tokenizer: Tokenizer,
    embeddings: NDArray[np.uint8],
    train: Sequence[Example],
    recipe: Recipe,
    after_epoch: Callable[[int, float, Network], None] | None = None,
) -> Network:
    """Trains the network.

    Args:
        pretrained: the start weights.
        tokenizer: the pruned tokeniser; its ids count the rows of ``embeddings``.
        embeddings: packed word embeddings, shape (pieces, hidden // 32 * 18).
        train: the examples.
        recipe: how.
        after_epoch: called with the epoch, its mean loss and the network.

    Returns:
        the network after the last epoch, in evaluation mode.
    """
    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(True)
    rng = random.Random(recipe.seed)
    network, batcher = Network(pretrained, recipe), Batcher(tokenizer, embeddings)
    heads = [p for name, p in network.named_parameters() if name.startswith(("force", "tokens"))]
    body = [p for name, p in network.named_parameters() if not name.startswith(("force", "tokens"))]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": recipe.rate}, {"params": heads, "lr": recipe.head_rate}], weight_decay=recipe.decay
    )
    steps = recipe.epochs * math.ceil(len(train) / recipe.batch)
    warm = max(1, int(recipe.warmup * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
    )
    mean = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(recipe.average)
    )
    for epoch in range(recipe.epochs):
        network.train()
        losses: list[float] = []
        for rows in batches([vary(row, rng) for row in train], recipe.batch, rng):
            loss = loss_of(network, batcher.batch(rows), recipe)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            mean.update_parameters(network)
            losses.append(loss.item())
        if after_epoch:
            after_epoch(epoch, sum(losses) / len(losses), network.eval())
    averaged: Network = mean.module
    return averaged.eval()


def export(network: Network, path: Path, sample: Sequence[dict[str, Tensor]]) -> None:
    """Writes the network as ONNX with matrices in 8 bits, so that a passage's scores do not depend on its neighbours.

    Ranges of activations are fixed from a sample (static quantisation); with ranges taken from each batch a passage would
    be scored a little differently in other company. Matrices whose input has rare values far out of its range stay float.

    Args:
        network: the trained network; its matrices are rescaled in place, to the same function.
        path: where the model is written.
        sample: batches of examples as they will be met (see ``Batcher.batch``).
    """
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    rare = ease(network, sample)
    hidden = network.norm.normalized_shape[0]
    arguments = (torch.zeros(2, 12, hidden), torch.ones(2, 12), torch.ones(2, 12))
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            network.eval(),
            arguments,
            str(plain),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "rows", 1: "width"} for name in (*INPUTS, *OUTPUTS[3:])},
            dynamo=False,
        )
        quantize_static(
            plain,
            path,
            Calibration(sample),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["MatMul"],
            nodes_to_quantize=[
                f"/layers.{i}/{name}/MatMul"
                for i in range(len(network.layers))
                for name in ("q", "k", "v", "ao", "fi", "fo")
                if (i, name) not in rare
            ],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options={"WeightSymmetric": True},
        )


class Calibration:
    """The sample as the quantiser reads it: one batch at a call, then None."""

    def __init__(self, sample: Sequence[dict[str, Tensor]]) -> None:
        self.rest = iter(sample)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self.rest, None)
        return None if batch is None else {name: batch[name].numpy() for name in INPUTS}


def ease(network: Network, sample: Sequence[dict[str, Tensor]]) -> set[tuple[int, str]]:
    """Moves the unevenness of activations into the weights, by channel (SmoothQuant; Xiao et al. 2023, alpha 0.5).

    Returns:
        (layer, name) of the matrices whose input is still uneven: its largest value exceeds ``UNEVEN`` times its
        root mean square, so that 8 bits would round everything else away.
    """
    largest: dict[tuple[int, str], Tensor] = {}
    squares: dict[tuple[int, str], list[Tensor]] = {}

    def watch(key: tuple[int, str]) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def see(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            seen = inputs[0][keep]
            top = seen.abs().amax(0)
            largest[key] = torch.maximum(largest[key], top) if key in largest else top
            squares.setdefault(key, []).append((seen**2).mean(0))

        return see

    layers = [layer for layer in network.layers if isinstance(layer, Layer)]
    watched = {(i, name): getattr(layer, name) for i, layer in enumerate(layers) for name in ("q", "ao", "fi", "fo")}
    handles = [module.register_forward_pre_hook(watch(key)) for key, module in watched.items()]
    with torch.no_grad():
        for batch in sample:
            keep = batch["mask"].bool()
            network.eval()(*(batch[name] for name in INPUTS))
        for handle in handles:
            handle.remove()
        rare: set[tuple[int, str]] = set()
        for (i, name), top in largest.items():
            layer = layers[i]
            readers = ("q", "k", "v") if name == "q" else (name,)
            weights = torch.stack([getattr(layer, reader).weight.abs().amax(0) for reader in readers]).amax(0)
            divisor = top.clamp(min=1e-5).sqrt() / weights.clamp(min=1e-5).sqrt()
            for reader in readers:
                getattr(layer, reader).weight.mul_(divisor)
            layer.divisors[name] = divisor
            spread = (torch.stack(squares[i, name]).mean(0) / divisor**2).mean().sqrt()
            if (top / divisor).max() > UNEVEN * spread:
                rare.update((i, reader) for reader in readers)
    return rare
