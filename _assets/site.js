// What is wider than its box scrolls in it: let the keyboard reach it, and only then.
(() => {
  const wide = ".katex-display, .bd-article pre, .pst-scrollable-table-container, .cell_output .text_html";
  const mark = () => {
    for (const box of document.querySelectorAll(wide)) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  mark();
  addEventListener("load", mark);
  addEventListener("resize", mark);
  document.addEventListener("toggle", mark, true);
  document.fonts?.ready.then(mark);
})();
