// Runs before the first paint: the colours the person chose, else those of the system.
(function () {
  'use strict';
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  function chosen() { try { return localStorage.getItem('theme'); } catch (error) { return null; } }
  function apply() {
    document.documentElement.dataset.bsTheme = chosen() || (dark.matches ? 'dark' : 'light');
    document.dispatchEvent(new CustomEvent('theme'));
  }
  apply();
  dark.addEventListener('change', apply);
  window.toggleTheme = function () {
    var next = document.documentElement.dataset.bsTheme === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem('theme', next); } catch (error) { /* kept for this page only */ }
    document.documentElement.dataset.bsTheme = next;
    document.dispatchEvent(new CustomEvent('theme'));
  };
})();
