// The newest question stays at the top of the chat, and its answer grows below it, until the reader scrolls.
(() => {
  let count = 0;
  let held = false; // whether the newest question is kept in view

  const hold = () => {
    const questions = document.querySelectorAll("#chat .question");
    // A conversation that is opened as a whole shows its end.
    if (questions.length !== count) held = questions.length > count;
    count = questions.length;
    if (!held || !count) return;
    const newest = questions[count - 1].closest(".message-row") || questions[count - 1];
    const pane = newest.closest(".bubble-wrap");
    if (!pane) return;
    pane.scrollTop += newest.getBoundingClientRect().top - pane.getBoundingClientRect().top - 8;
    // On a phone the sources below may have been read meanwhile.
    if (held === true && pane.getBoundingClientRect().bottom < 120) pane.scrollIntoView({ block: "end" });
    held = "in view";
  };

  const release = (event) => {
    if (event.target.closest?.("#chat")) held = false;
  };
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"])
    document.addEventListener(name, release, { capture: true, passive: true });

  new MutationObserver(hold).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
})();
