"""Training: the encoder (deep, extra ``train``) and the force head over it (everyday)."""
