"""Walk from one drawing to another, and write the pages as a picture.

python examples/interpolate.py
"""

import asciivae

HOUSE = r"""
   /\
  /  \
 /____\
 | [] |
 |____|
"""
CAT = r"""
 /\_/\
( o.o )
 > ^ <
"""

model = asciivae.load("bundled")
pages = model.interpolate(HOUSE, CAT, steps=5)
for page in pages:
    print(page)
    print("-" * 20)
model.render(pages[2]).save("halfway.png")
