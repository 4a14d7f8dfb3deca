"""Draw the same uncertain page with two renderers, and say how far their pictures are apart.

python examples/compare_renderers.py
"""

import torch

import asciivae

corpus = asciivae.open_corpus("embedded")
page = torch.from_numpy(corpus.grid(0).astype("int64"))[None]
probs = torch.nn.functional.one_hot(page, 95).permute(0, 3, 1, 2).float()
uncertain = 0.8 * probs + 0.2 / 95

pictures = {name: asciivae.renderer(name)(uncertain) for name in ("analytic", "neural", "discrete")}
for name, picture in pictures.items():
    error = (picture - pictures["analytic"]).square().mean()
    print(f"{name}: {tuple(picture.shape)}, mean squared difference to analytic {float(error):.6f}")
