"""Search a folder for the drawings that look most like one of them, by the distance of their latents.

    python examples/find_alike.py [FOLDER|CORPUS] [NAME]

Without arguments it searches the embedded corpus.
"""

import sys

import torch

import asciivae

corpus = asciivae.open_corpus(sys.argv[1] if len(sys.argv) > 1 else "embedded")
names = list(corpus.column("id"))
chosen = names.index(sys.argv[2]) if len(sys.argv) > 2 else 0
size = (32, 64)
small = [i for i in range(len(corpus)) if corpus.grid(i).shape[0] <= size[0] and corpus.grid(i).shape[1] <= size[1]]
small = sorted({chosen, *small[:300]})

model = asciivae.load("bundled")
latents = torch.stack([model.encode(corpus.grid(i), size).flatten() for i in small])
distances = (latents - latents[small.index(chosen)]).norm(dim=1)
for position in distances.argsort()[:4].tolist():
    print(f"{names[small[position]]}, distance {distances[position]:.1f}")
    print(asciivae.to_text(corpus.grid(small[position])))
