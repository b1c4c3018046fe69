// After another article or issue has come: its quote or its beginning into view, its heading into the focus.
let asked = false;
document.addEventListener("courier", (event) => (asked = asked || event.detail.errand === "read"));

const settle = (tries) => {
  const heading = element.querySelector("h2");
  if (!heading) return;
  if (!heading.offsetParent && tries) return setTimeout(settle, 50, tries - 1); // its tab is about to open
  const mark = element.querySelector("mark");
  const target = mark || (innerWidth < 1000 ? heading : null);
  document.getElementById("reader").scrollTop = 0;
  const current = document.querySelector('#issue-list [aria-current="page"]');
  if (current && innerWidth >= 1000) current.scrollIntoView({ block: "nearest" });
  if (target) target.scrollIntoView({ block: mark ? "center" : "start" });
  heading.focus({ preventScroll: true });
};

const named = () => /[?&](issue|source)=/.test(location.search);

watch("value", () => {
  if (asked || named()) settle(40);
  asked = false;
});
// The tab is made when it is first opened, maybe for an article.
if (named()) settle(40);
