// Tab indents in the editor of rules; after Escape it leaves it, so that a keyboard is enough.
(function () {
  'use strict';
  var leaving = false;
  document.addEventListener('keydown', function (event) {
    var area = event.target;
    if (!area.matches || !area.matches('[data-indent]') || event.isComposing) { return; }
    if (event.key === 'Escape') { leaving = true; return; }
    if (event.key !== 'Tab' || leaving || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key !== 'Tab') { leaving = false; }
      return;
    }
    event.preventDefault();
    area.setRangeText('  ', area.selectionStart, area.selectionEnd, 'end');
  });
  document.addEventListener('focusout', function (event) { if (event.target.matches('[data-indent]')) { leaving = false; } });
})();
