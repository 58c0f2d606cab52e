"""Small models of Hugging Face's families with random weights, and the inputs they are given.

`transformers` is no dependency of the package: `pip install transformers`, measured with 5.24.0.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import nn

from gennape.utils.optional_imports import import_library

_SIZES = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "vocab_size": 512,
}
_GROUPED = _SIZES | {"num_key_value_heads": 2}
_GPT2 = {"n_embd": 64, "n_layer": 2, "n_head": 4, "vocab_size": 512}
_T5 = {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4, "vocab_size": 512}
_LAYERS = {"encoder_layers": 2, "decoder_layers": 2}
_HEADS = {"encoder_attention_heads": 4, "decoder_attention_heads": 4}
_SEQ2SEQ = _LAYERS | _HEADS | {"d_model": 64, "encoder_ffn_dim": 128, "decoder_ffn_dim": 128}
_VISION = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "patch_size": 16}
_WAVES = _SIZES | {"num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4}

Inputs = dict[str, str]


def tokens(length: int) -> Inputs:
    """Return the ids of one text and their mask."""
    return {name: f"1x{length}:int64" for name in ("input_ids", "attention_mask")}


def ids(length: int) -> Inputs:
    """Return the ids of one text."""
    return {"input_ids": f"1x{length}:int64"}


def two_texts(length: int) -> Inputs:
    """Return the ids that encoder and decoder are given."""
    return {"input_ids": f"1x{length}:int64", "decoder_input_ids": f"1x{length // 2}:int64"}


def image(length: int) -> Inputs:
    """Return one image, twice as wide as a text is long."""
    return {"pixel_values": f"1x3x{2 * length}x{2 * length}"}


def text_and_image(length: int) -> Inputs:
    """Return the ids of one text, their mask and one image."""
    return tokens(length) | {"pixel_values": "1x3x64x64"}


def spectrogram(length: int) -> Inputs:
    """Return the spectrogram of 400 frames, and the ids that the decoder is given."""
    return {"input_features": "1x80x400", "decoder_input_ids": f"1x{length}:int64"}


def wave(length: int) -> Inputs:
    """Return one sound."""
    return {"input_values": f"1x{100 * length}"}


class Family(NamedTuple):
    """One family: the class of its model, that of its configuration, its sizes and inputs."""

    model: str
    config: str
    sizes: Mapping[str, Any]
    inputs: Callable[[int], Inputs]


FAMILIES = {
    "bert": Family("BertModel", "BertConfig", _SIZES, tokens),
    "gpt2": Family("GPT2LMHeadModel", "GPT2Config", _GPT2, tokens),
    "llama": Family("LlamaForCausalLM", "LlamaConfig", _GROUPED, tokens),
    "vit": Family("ViTModel", "ViTConfig", _VISION | {"intermediate_size": 128}, image),
    "clip": Family("CLIPModel", "CLIPConfig", {}, text_and_image),
    "t5": Family("T5ForConditionalGeneration", "T5Config", _T5, two_texts),
    "whisper": Family(
        "WhisperForConditionalGeneration",
        "WhisperConfig",
        _SEQ2SEQ | {"max_source_positions": 200},
        spectrogram,
    ),
    "mamba": Family(
        "MambaForCausalLM",
        "MambaConfig",
        {"hidden_size": 64, "num_hidden_layers": 2, "vocab_size": 512},
        ids,
    ),
    "mixtral": Family(
        "MixtralForCausalLM", "MixtralConfig", _GROUPED | {"num_local_experts": 4}, tokens
    ),
    "detr": Family(
        "DetrModel",
        "DetrConfig",
        _SEQ2SEQ | {"use_timm_backbone": False, "use_pretrained_backbone": False},
        image,
    ),
    "distilbert": Family(
        "DistilBertModel",
        "DistilBertConfig",
        {"dim": 64, "n_layers": 2, "n_heads": 4, "hidden_dim": 128, "vocab_size": 512},
        tokens,
    ),
    "deberta-v2": Family("DebertaV2Model", "DebertaV2Config", _SIZES, tokens),
    "bart": Family("BartModel", "BartConfig", _SEQ2SEQ | {"vocab_size": 512}, two_texts),
    "qwen3": Family("Qwen3ForCausalLM", "Qwen3Config", _GROUPED | {"head_dim": 16}, tokens),
    "gemma3": Family("Gemma3ForCausalLM", "Gemma3TextConfig", _GROUPED | {"head_dim": 16}, tokens),
    "falcon": Family("FalconForCausalLM", "FalconConfig", _SIZES, tokens),
    "dinov2": Family("Dinov2Model", "Dinov2Config", _VISION, image),
    "swin": Family(
        "SwinModel",
        "SwinConfig",
        {"embed_dim": 16, "depths": [1, 2], "num_heads": [1, 2], "window_size": 4},
        image,
    ),
    "segformer": Family("SegformerModel", "SegformerConfig", {}, image),
    "convnextv2": Family(
        "ConvNextV2Model",
        "ConvNextV2Config",
        {"depths": [1, 1, 2, 1], "hidden_sizes": [16, 32, 48, 64]},
        image,
    ),
    "wav2vec2": Family("Wav2Vec2Model", "Wav2Vec2Config", _WAVES, wave),
}
"""The ten families that every tool is asked for, and others that work in other ways."""


def model_of(name: str, length: int) -> nn.Module:
    """Make the model of a family, in evaluation."""
    import_library(
        "torchvision"
    )  # transformers imports it, also where it is built for another device
    library = import_library("transformers")
    family = FAMILIES[name]
    sizes: dict[str, Any] = dict(family.sizes)
    if family.config in ("ViTConfig", "Dinov2Config", "SwinConfig"):
        sizes["image_size"] = 2 * length
    if name == "clip":
        text = _SIZES | {"max_position_embeddings": 128}
        sizes = {"text_config": text, "vision_config": _VISION | {"image_size": 64}}
    config = getattr(library, family.config)(**sizes)
    model: nn.Module = getattr(library, family.model)(config)
    return model.eval()
