// What a page can do beyond what its links and forms do by themselves. Everything works without this file.

const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");
const say = (words, className = "notice") => {
  const notice = document.createElement("p");
  notice.className = className;
  notice.textContent = words;
  document.getElementById("live")?.replaceChildren(notice);
  return notice;
};
const alarm = (words) => {
  const banner = document.getElementById("alarm").content.cloneNode(true);
  banner.querySelector("p").textContent = words;
  document.getElementById("live")?.replaceChildren(banner);
};

// `/` goes to the search field, Escape closes an open menu.
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
    const search = document.querySelector("input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// So does a click beside it, or going on with the keyboard.
const closeOthers = (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
};
document.addEventListener("click", closeOthers);
document.addEventListener("focusin", closeOthers);

// A filter that is not set does not stand in the URL.
document.addEventListener("formdata", (event) => {
  if (event.target.method !== "get") return;
  const unset = [...event.formData].filter(([, value]) => value === "");
  for (const [name] of unset) event.formData.delete(name);
});

// Giving a wait up ends the work for it, and leaves what was typed.
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-cancel]")) return;
  event.target.closest("form").dispatchEvent(new CustomEvent("htmx:abort"));
  say("Cancelled.");
});

// What was told of as it went on is done; its page shows what came of it.
document.addEventListener("onward", (event) => {
  const swap = { target: "#main", select: "#main", selectOOB: "#live:innerHTML", swap: "outerHTML" };
  htmx.ajax("GET", event.detail.data, { ...swap, push: "true" });
});

// Copying is offered where it can be done. That it was stands on the button for a moment, and is heard.
const copiedMs = 2_000;
const offerCopying = () => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
};
offerCopying();
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value ?? field.textContent);
  } catch {
    alarm("Your browser did not let this be copied. Select it and copy it by hand.");
    return;
  }
  button.classList.add("is-copied");
  const notice = say("Copied.", "unseen");
  setTimeout(() => {
    button.classList.remove("is-copied");
    notice.remove();
  }, copiedMs);
});

// What had the focus may be gone; the keyboard goes on where the new things are. Where nothing had it, nobody is moved:
// pages also change by themselves.
let hadFocus = false;
document.addEventListener("htmx:after:swap", () => {
  offerCopying();
  if (hadFocus && document.activeElement === document.body)
    document.getElementById("main")?.focus({ preventScroll: true });
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  hadFocus = document.activeElement !== document.body;
  const main = tasks.find((task) => task.type === "main");
  // What answered was none of our pages: a proxy, for example.
  if (ctx.select && main && main.fragment.childElementCount === 0) {
    event.preventDefault();
    alarm("The answer could not be read. Reload the page to see what was done.");
    return;
  }
  // The address follows where a form led; one that is shown again stays where it is.
  const response = ctx.response?.raw;
  if (!response?.redirected || ctx.push || ctx.replace) return;
  ctx[response.url === location.href ? "replace" : "push"] = "true";
});

document.addEventListener("htmx:error", () => {
  alarm("Switchyard could not be reached. Check your connection and try again.");
});
