// Keys press the buttons of the panel that is on the page (class alkit-key-<key>), unless one types elsewhere: what the
// notebook itself would do with a digit (make a cell a heading) or with s and u does not happen then. Until the next image
// shows, or for two seconds, nothing is pressed a second time: nobody answers an image that she has not seen.
(function () {
  const visible = (panel) => {
    const box = panel.getBoundingClientRect();
    return box.width > 0 && box.bottom > 0 && box.top < window.innerHeight;
  };
  const typing = (place) => place.closest("input, textarea, select, [contenteditable=true], .jp-Dialog");
  const keydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const panel = [...document.querySelectorAll(".alkit-label")].filter(visible).pop();
    const notebook = panel && panel.closest(".jp-NotebookPanel");
    if (!panel || (notebook && event.target !== document.body && !notebook.contains(event.target))) return;
    const key = event.key === "Backspace" ? "u" : event.key.toLowerCase();
    const button = /^[0-9a-z]$/.test(key) && panel.querySelector(".alkit-key-" + key);
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) button.click();
  };
  let last = { image: "", at: 0 };
  const click = (event) => {
    const button = event.target.closest && event.target.closest(".alkit-label button[class*=alkit-key-]");
    if (!button || button.disabled) return;
    const image = button.closest(".alkit-label").querySelector("img").src;
    if (image === last.image && Date.now() - last.at < 2000) return event.stopImmediatePropagation();
    last = { image, at: Date.now() };
  };
  const old = window.alkitListeners || {};
  window.alkitListeners = { keydown, click };
  for (const kind of ["keydown", "click"]) {
    window.removeEventListener(kind, old[kind], true);
    window.addEventListener(kind, window.alkitListeners[kind], true);
  }
})();
