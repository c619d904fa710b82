// What HTML cannot do alone: Enter sends, dialogs open, toasts leave, an edit keeps the reader's place.
// Without this file everything can still be read, pressed and sent.
(() => {
  const $ = (id) => document.getElementById(id);
  const say = $("say"), below = $("below"), toasts = $("toasts");
  const atEnd = () => innerHeight + scrollY > document.documentElement.scrollHeight - 160;
  const toEnd = () => scrollTo(0, document.documentElement.scrollHeight);

  // The newest message is what one came for, unless the address names a card.
  if ($("log") && !location.hash) toEnd();

  if (say) {
    const form = say.form, file = form.elements.file, name = $("file");
    say.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
        e.preventDefault();
        if (say.value.trim() || file.files.length) form.requestSubmit();
      } else if (e.key === "/" && !say.value) {
        e.preventDefault();
        $("palette").showModal();
      }
    });
    file.addEventListener("change", () => { name.textContent = file.files.length ? file.files[0].name : ""; });
    // The text is cleared only when it was taken; it is never lost on an error.
    form.addEventListener("htmx:afterRequest", (e) => {
      if (e.detail.elt !== form || !e.detail.successful) return;
      say.value = "";
      file.value = "";
      name.textContent = "";
      toEnd();
    });
    below.addEventListener("click", () => { below.hidden = true; toEnd(); });
    addEventListener("scroll", () => { if (atEnd()) below.hidden = true; }, { passive: true });
  }

  document.addEventListener("click", (e) => {
    const words = e.target.closest("[data-say]");
    if (words) {
      $("palette").close();
      say.value = words.dataset.say;
      say.focus();
    }
    const close = e.target.closest("[data-close]");
    if (close) (close.closest("dialog") || { close: () => close.closest(".toast").remove() }).close();
  });

  document.body.addEventListener("htmx:afterSwap", (e) => {
    const dialog = $("dialog");
    if (e.detail.target === dialog && !dialog.open) dialog.showModal();
  });
  document.body.addEventListener("htmx:afterRequest", (e) => {
    const dialog = e.detail.elt.closest("dialog");
    if (dialog && e.detail.successful) dialog.close();
  });

  // A fragment that is older than what is shown is dropped; what the reader opened or held stays so.
  let wasAtEnd = true, isNew = false, held = null;
  document.body.addEventListener("htmx:oobBeforeSwap", (e) => {
    const { target, fragment } = e.detail;
    const fresh = fragment.firstElementChild;
    wasAtEnd = atEnd();
    held = target.contains(document.activeElement) && document.activeElement.id ? [document.activeElement.id, target.id] : null;
    isNew = target.id === "pulse" && fresh && fresh.id !== "pulse";
    if (isNew && $(fresh.id)) isNew = e.detail.shouldSwap = false;
    if (fresh && target.dataset.version && +fresh.dataset.version < +target.dataset.version) e.detail.shouldSwap = false;
    for (const was of target.querySelectorAll("details[id]")) {
      const now = fragment.querySelector("#" + CSS.escape(was.id));
      if (now) now.open = was.open;
    }
  });
  document.body.addEventListener("htmx:oobAfterSwap", (e) => {
    if (wasAtEnd && e.detail.target.closest(".log")) toEnd();
    else if (isNew) below.hidden = false;
    if (held) {
      const [id, card] = held;
      held = null;
      ($(id) || $(card + "-t") || document.body).focus({ preventScroll: true });
    }
  });

  // Good news leaves after 6 s; the rest stays until it is closed.
  new MutationObserver((records) => {
    for (const record of records) for (const toast of record.addedNodes) {
      if (!toast.dataset || toast.dataset.tone !== "ok") continue;
      for (const older of toasts.querySelectorAll("[data-tone=ok]")) if (older !== toast) older.remove();
      setTimeout(() => toast.remove(), 6000);
    }
  }).observe(toasts, { childList: true });

  document.body.addEventListener("htmx:sendError", (e) => {
    if (e.detail.elt.closest("form") && !toasts.querySelector("[data-offline]")) {
      const note = $("offline").content.firstElementChild.cloneNode(true);
      note.dataset.offline = "";
      toasts.append(note);
    }
  });
})();
