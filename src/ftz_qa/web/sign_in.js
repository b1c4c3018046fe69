// Behaviour of the way in: the form goes to the server by itself, because only an HTTP response can set the cookie.
const send = (path, fields) =>
  fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    credentials: "same-origin",
    body: JSON.stringify(fields),
  });

element.addEventListener("click", async (event) => {
  const dialog = element.querySelector("dialog");
  if (event.target.closest(".door")) {
    dialog.querySelector(".problem").textContent = "";
    dialog.showModal();
  } else if (event.target.closest(".cancel")) {
    dialog.close();
  } else if (event.target.closest(".leave")) {
    await send("maintenance/sign-out", {}).catch(() => null);
    trigger("click");
  }
});

element.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const dialog = form.closest("dialog");
  const problem = form.querySelector(".problem");
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  problem.textContent = "";
  try {
    const response = await send("maintenance/sign-in", Object.fromEntries(new FormData(form)));
    const said = await response.json();
    if (response.ok) {
      form.reset();
      dialog.close();
      trigger("click");
    } else {
      problem.textContent = said.message || dialog.dataset.problem;
      form.querySelector("[name=password]").select();
    }
  } catch {
    problem.textContent = dialog.dataset.problem;
  } finally {
    button.disabled = false;
  }
});
