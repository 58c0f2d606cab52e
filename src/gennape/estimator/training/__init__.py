"""Training of estimators: data, loop, stages, contrastive loss, pretraining."""
