// Behaviour of the page that Gradio has no component for.
(() => {
  document.documentElement.lang = "zh-CN";

  const goTo = (element, block) => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ behavior: still ? "auto" : "smooth", block });
  };

  // Show the answer's group of sources, open the card and bring its highlighted sentence into view.
  const openSource = (card) => {
    const shown = card.closest(".group");
    shown.parentElement.querySelectorAll(".group").forEach((group) => (group.hidden = group !== shown));
    shown.querySelectorAll(".card.current").forEach((other) => other.classList.remove("current"));
    card.classList.add("current");
    card.open = true;
    card.querySelector("summary").focus({ preventScroll: true });
    const mark = card.querySelector("mark");
    const high = card.getBoundingClientRect().height > window.innerHeight * 0.6;
    goTo(high && mark ? mark : card, high && mark ? "center" : "nearest");
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a.cite, a.back");
    if (!link) return;
    event.preventDefault();
    const target = document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    if (link.classList.contains("cite")) openSource(target);
    else goTo(target, "center");
  });

  // Gradio names each message by its own HTML source; a screen reader should read the message instead.
  new MutationObserver(() => {
    document.querySelectorAll("#chat .message [aria-label]").forEach((part) => part.removeAttribute("aria-label"));
  }).observe(document.body || document.documentElement, { childList: true, subtree: true });

  // Enter that confirms a pinyin candidate must not send the question.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopImmediatePropagation();
    },
    true,
  );
})();
