// The buttons of the list: opening, renaming in place, deleting on the second press.
const act = (button, fields) => trigger("click", { id: button.closest("li").dataset.id, ...fields });

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  if (!button) return;
  const action = button.dataset.action;
  if (action === "open") act(button, { action });
  if (action === "delete") {
    if (button.dataset.armed) return act(button, { action });
    button.dataset.armed = "1";
    button.textContent = button.dataset.confirm;
  }
  if (action === "rename") {
    const title = button.closest("li").querySelector(".title");
    const box = document.createElement("input");
    box.value = title.textContent;
    box.maxLength = 60;
    box.title = button.dataset.hint;
    box.setAttribute("aria-label", button.dataset.hint);
    box.addEventListener("keydown", (key) => {
      if (key.key === "Enter" && !key.isComposing) act(button, { action, title: box.value });
      if (key.key === "Escape") box.replaceWith(title);
    });
    title.replaceWith(box);
    box.select();
  }
});
