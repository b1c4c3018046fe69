// A tooltip for the pointer and for the keyboard: the quote behind a citation's number, what 今年 means.
(() => {
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  let owner = null;

  const words = (part) => {
    if (part.dataset.tip) return part.dataset.tip;
    const card = document.getElementById(part.getAttribute("href").slice(1));
    const quote = card?.querySelector("mark")?.textContent;
    return quote ? `${quote}\n${card.querySelector(".where").textContent}` : "";
  };

  const show = (part) => {
    const text = words(part);
    if (!text) return;
    if (!tip.isConnected) document.body.append(tip);
    owner?.removeAttribute("aria-describedby");
    owner = part;
    part.setAttribute("aria-describedby", "tip");
    tip.textContent = text; // text, whatever the bulletin holds
    tip.hidden = false;
    const at = part.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    tip.style.top = `${at.top > height + 12 ? at.top - height - 6 : at.bottom + 6}px`;
  };

  const hide = () => {
    tip.hidden = true;
    owner?.removeAttribute("aria-describedby");
    owner = null;
  };

  const about = (event, deed) => {
    const part = event.target.closest?.("a.cite, [data-tip]");
    if (part) deed(part);
  };
  for (const name of ["mouseover", "focusin"]) document.addEventListener(name, (event) => about(event, show));
  for (const name of ["mouseout", "focusout"]) document.addEventListener(name, (event) => about(event, hide));
  document.addEventListener("scroll", hide, true);
  document.addEventListener("click", hide);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();
