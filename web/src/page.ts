// Helpers for the elements of the page.

export function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Sets a text only where it changes, which spares layouts. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function onClick(id: string, action: () => void): void {
  byId(id).addEventListener("click", action);
}

/** Tabs as in the ARIA patterns: the arrow keys move between them. */
export function tabs(list: HTMLElement, chosen: (panel: string) => void): void {
  const all = [...list.querySelectorAll<HTMLButtonElement>("[role=tab]")];
  const choose = (tab: HTMLButtonElement) => {
    for (const one of all) {
      const here = one === tab;
      one.setAttribute("aria-selected", String(here));
      one.tabIndex = here ? 0 : -1;
      byId(one.getAttribute("aria-controls")!).hidden = !here;
    }
    chosen(tab.id.replace("tab-", ""));
  };
  for (const [number, tab] of all.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const to = { ArrowLeft: number - 1, ArrowRight: number + 1, Home: 0, End: all.length - 1 }[key];
      if (to === undefined) return;
      const next = all[(to + all.length) % all.length];
      next.focus();
      choose(next);
    });
  }
}

/**
 * Sizes the characters of a page so that its columns fit into the sheet around it, between 6 and 16 pixels. Reads no layout
 * of its own, since that would cost some milliseconds a keystroke.
 */
export function fitted(page: HTMLElement): () => void {
  let room = 0;
  let size = 0;
  const fit = () => {
    const columns = Number(page.style.getPropertyValue("--columns")) + 1;
    const fitting = Math.min(16, Math.max(6, Math.floor((room / columns / 0.605) * 4) / 4));
    if (room > 0 && fitting !== size) page.style.setProperty("--size", String(size = fitting));
  };
  new ResizeObserver(([{ contentRect }]) => {
    room = contentRect.width; // 0 while it is not shown
    fit();
  }).observe(page.parentElement!);
  return fit;
}
