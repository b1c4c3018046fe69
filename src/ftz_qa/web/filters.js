// The filters: every change is told at once; the form closes by its button, Escape or a click elsewhere.
let turn = 0; // of the changes that were told
let shown = 0; // of them, which was answered last
const tell = () => {
  const form = element.querySelector("form");
  if (form) trigger("limit", { turn: ++turn, fields: Object.fromEntries(new FormData(form)) });
};
// An answer that comes after that to a later change shows what no longer holds: all is told once more.
const applied = document.getElementById("applied");
if (applied)
  new MutationObserver(() => {
    const answered = Number(applied.querySelector("[data-turn]")?.dataset.turn || 0);
    const late = answered > 0 && answered < shown;
    shown = answered;
    if (late) tell();
  }).observe(applied, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-turn"] });
const close = () => element.querySelector("details")?.removeAttribute("open");

element.addEventListener("change", tell);
element.addEventListener("submit", (event) => {
  event.preventDefault();
  close();
  element.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.(".unlimit")) {
    element.querySelectorAll("input, select").forEach((field) => (field.value = ""));
    tell();
  }
  if (!element.contains(event.target)) close();
});
element.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  close();
  element.querySelector("summary").focus();
});
