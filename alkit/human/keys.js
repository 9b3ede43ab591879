// Keys press the buttons of the panel that is on the page (class alkit-key-<key>), unless one types elsewhere: what the
// notebook itself would do with a digit (make a cell a heading) or with s and u does not happen then.
(function () {
  const visible = (panel) => {
    const box = panel.getBoundingClientRect();
    return box.width > 0 && box.bottom > 0 && box.top < window.innerHeight;
  };
  const typing = (place) => place && place.closest("input, textarea, select, [contenteditable=true], .jp-Dialog");
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const panel = [...document.querySelectorAll(".alkit-label")].filter(visible).pop();
    const notebook = panel && panel.closest(".jp-NotebookPanel");
    if (!panel || (notebook && event.target !== document.body && !notebook.contains(event.target))) return;
    const key = event.key === "Backspace" ? "u" : event.key.toLowerCase();
    const button = /^[0-9a-z]$/.test(key) && panel.querySelector(".alkit-key-" + key);
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat && !button.disabled) button.click();
  };
  window.removeEventListener("keydown", window.alkitPressed, true);
  window.alkitPressed = pressed;
  window.addEventListener("keydown", pressed, true);
})();
