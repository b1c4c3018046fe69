// Behaviour of the page that Gradio has no component for: links, buttons in answers, the keyboard.
(() => {
  document.documentElement.lang = "zh-CN";

  const send = (errand, detail = {}) =>
    document.dispatchEvent(new CustomEvent("courier", { detail: { errand, ...detail } }));

  // Whether the address names an issue or article, which `shelf` makes addresses of.
  const isReading = () => /[?&](issue|source)=/.test(location.search);

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

  // The question box, once its tab has opened, with the cursor behind what stands in it.
  const focusQuestion = (tries = 40) => {
    const box = document.querySelector("#question textarea");
    if (!box || !box.offsetParent) return tries ? setTimeout(focusQuestion, 50, tries - 1) : undefined;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  };

  const follow = (link) => {
    const address = link.getAttribute("href");
    if (link.classList.contains("read")) {
      history.pushState(null, "", address);
      return send("read", { query: address });
    }
    const target = document.getElementById(address.slice(1));
    if (target) link.classList.contains("cite") ? openSource(target) : goTo(target, "center");
  };

  const press = (button) => {
    if (button.matches(".chip")) send("ask", { question: button.textContent });
    if (button.matches(".again")) send("again");
    if (button.matches(".about")) {
      send("about", { query: button.value });
      focusQuestion();
    }
    // The address names an article only while it is read.
    if (button.matches("#chat-tab-button, .about") && isReading()) history.pushState(null, "", location.pathname);
  };

  document.addEventListener("click", (event) => {
    const part = event.target.closest?.("a.cite, a.back, a.read, button");
    if (!part) return;
    if (part.matches("button")) return press(part);
    // With a key held a link opens in another tab or window, as everywhere.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    follow(part);
  });

  addEventListener("popstate", () => {
    if (isReading()) send("read", { query: location.search });
    else document.getElementById("chat-tab-button")?.click();
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
