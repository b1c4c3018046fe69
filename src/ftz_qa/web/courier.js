// What is done anywhere on the page and answered by the server: page.js tells, this passes it on.
document.addEventListener("courier", (event) => {
  const { errand, ...detail } = event.detail;
  if (["ask", "again", "read", "about"].includes(errand)) trigger(errand, detail);
});
