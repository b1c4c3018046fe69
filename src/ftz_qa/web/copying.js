// Copying an answer with its sources, or an address. Without https the clipboard takes only what is selected.
(() => {
  const absolute = (address) => new URL(address, location.href.split(/[?#]/)[0]).href;

  const copySelected = (text) => {
    const box = document.createElement("textarea");
    box.value = text;
    box.style.cssText = "position:fixed;top:0;opacity:0";
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    return done;
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copySelected(text);
    }
  };

  const wanted = (button) => {
    if (button.matches(".permalink")) return absolute(button.value);
    const number = button.closest(".answer")?.id.slice("answer-".length);
    const text = document.getElementById(`copy-${number}`)?.textContent;
    return text?.replace(/^(链接：)(\?\S+)$/gm, (_, label, address) => label + absolute(address));
  };

  // A screen reader is told what a button shows after it has copied something.
  const said = document.createElement("div");
  said.id = "said";
  said.setAttribute("role", "status");
  const say = (text) => {
    if (!said.isConnected) document.body.append(said);
    said.textContent = text;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button.copy-answer, button.permalink");
    const text = button && wanted(button);
    if (!text || !(await copy(text))) return;
    button.focus();
    button.classList.add("copied");
    say(button.querySelector(".after").textContent);
    setTimeout(() => {
      button.classList.remove("copied");
      say("");
    }, 2000);
  });
})();
