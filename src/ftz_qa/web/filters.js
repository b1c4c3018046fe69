// The filters: every change is told at once; the form closes by its button, Escape or a click elsewhere.
const tell = () => {
  const form = element.querySelector("form");
  if (form) trigger("limit", { fields: Object.fromEntries(new FormData(form)) });
};
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
