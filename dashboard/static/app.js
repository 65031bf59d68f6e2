// What pages do by themselves: say how fresh they are, refresh, keep drafts, copy. No framework but htmx.
(function () {
  'use strict';
  var body = document.body;

  function each(selector, act, root) { Array.prototype.forEach.call((root || document).querySelectorAll(selector), act); }
  function clock() { return new Date().toLocaleTimeString('zh-CN', { hour12: false }); }

  // ---- how fresh: one stream while the tab is visible, asking now and then where there is no stream
  var WORDS = { live: '实时', again: '重连中', away: '已断开' };
  var stream = null, timer = null, stamp = null, alerted = 0, lastHeard = clock();

  function light(state) {
    each('[data-light]', function (dot) { dot.dataset.light = state; });
    each('[data-light-word]', function (word) { word.textContent = WORDS[state]; });
    each('[data-away]', function (box) { box.hidden = state !== 'away'; });
    each('[data-away-since]', function (since) { since.textContent = lastHeard; });
    if (state === 'live') { lastHeard = clock(); }
  }
  function show(state) {
    light('live');
    each('[data-to]', function (place) { place.textContent = state.data_to || '—'; });
    each('[data-count]', function (place) {
      var n = state[place.dataset.count];
      place.textContent = n || place.dataset.count === 'documents' ? n.toLocaleString('en-US') : '';
      if (place.dataset.count === 'alerts') { place.classList.toggle('hot', n > 0); }
    });
    each('[data-waiting]', function (place) { place.hidden = !state.waiting; place.querySelector('b').textContent = state.waiting; });
    each('[data-failing]', function (place) { place.hidden = !state.failing; place.querySelector('b').textContent = state.failing; });
    if (stamp !== null && stamp !== state.stamp) { tell(state.alerted > alerted ? AT_ONCE : PAUSE); }
    stamp = state.stamp; alerted = state.alerted;
  }
  // At once, but not oftener than every few seconds while much is coming in; for a new alert every half second.
  var PAUSE = 4000, AT_ONCE = 500, told = 0, later = null;
  function tell(pause) {
    var wait = told + pause - Date.now();
    if (wait > 0) {
      if (later !== null && pause === PAUSE) { return; }
      clearTimeout(later);
      later = setTimeout(function () { later = null; tell(0); }, wait);
      return;
    }
    clearTimeout(later); later = null; told = Date.now();
    body.dispatchEvent(new CustomEvent('news'));
  }
  function ask() {
    fetch(body.dataset.state, { headers: { Accept: 'application/json' } }).then(function (answer) {
      if (answer.status === 401) {
        window.location = body.dataset.login + '?next=' + encodeURIComponent(window.location.pathname + window.location.search);
        return null;
      }
      if (!answer.ok) { throw new Error('away'); }
      return answer.json().then(show);
    }).catch(function () { light('away'); });
  }
  function askNowAndThen() {
    if (timer === null) { timer = setInterval(ask, 1000 * Number(body.dataset.every)); }
    ask();
  }
  function stopAsking() { clearInterval(timer); timer = null; }
  function listen() {
    if (!window.EventSource) { askNowAndThen(); return; }
    stream = new EventSource(body.dataset.live);
    stream.addEventListener('state', function (event) { stopAsking(); show(JSON.parse(event.data)); });
    stream.addEventListener('away', function () { light('away'); });
    stream.onerror = function () {
      if (stream.readyState === EventSource.CLOSED) { askNowAndThen(); } else { light('again'); if (timer === null) { timer = setInterval(ask, 1000 * Number(body.dataset.every)); } }
    };
  }
  function hush() { stopAsking(); if (stream) { stream.close(); stream = null; } }
  if (body.dataset.live) {
    listen();
    // A browser gives one site six connections: only the tab that is looked at keeps one.
    document.addEventListener('visibilitychange', function () { if (document.hidden) { hush(); } else if (!stream && timer === null) { listen(); } });
    window.addEventListener('pagehide', hush);
    window.addEventListener('pageshow', function (event) { if (event.persisted && !stream) { listen(); } });
  }

  // ---- a refresh takes nothing out of somebody's hands: no field or link in use, no table laid open
  function isRefresh(event) { var cause = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent; return Boolean(cause) && cause.type === 'news'; }
  var opened = {};
  document.addEventListener('htmx:beforeSwap', function (event) {
    if (!isRefresh(event)) { return; }
    var region = event.detail.target;
    if (region.querySelector(':focus-visible')) { event.detail.shouldSwap = false; return; }
    opened[region.id] = Array.prototype.map.call(region.querySelectorAll('details'), function (box) { return box.open; });
  });
  document.addEventListener('htmx:afterSettle', function (event) {
    var region = event.detail.elt, states = region && opened[region.id];
    if (states) { each('details', function (box, at) { box.open = Boolean(states[at]); }, region); delete opened[region.id]; }
  });

  // ---- small habits
  document.addEventListener('keydown', function (event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) { return; }
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === '/' && !typing) { var box = document.querySelector('.search input'); if (box) { event.preventDefault(); box.focus(); box.select(); } }
    if (event.key === 'Escape') { putAway(document.activeElement); }
  });
  // What was opened is closed again, and whoever was in it stands where it was opened.
  function putAway(at) {
    each('details.menu[open], details.act[open]', function (box) {
      var inside = box.contains(at);
      if (inside || box.matches('.menu')) { box.open = false; }
      if (inside) { box.querySelector('summary').focus(); }
    });
    each('[data-reveal][aria-expanded=true]', function (button) {
      var box = document.querySelector(button.dataset.reveal);
      if (box.contains(at)) { button.focus(); }
      box.hidden = true; button.setAttribute('aria-expanded', 'false');
    });
  }
  document.addEventListener('click', function (event) {
    each('details.menu[open]', function (menu) { if (!menu.contains(event.target)) { menu.open = false; } });
    var toggle = event.target.closest('[data-theme-toggle]');
    if (toggle) { window.toggleTheme(); }
    var copier = event.target.closest('[data-copy]');
    if (copier) { copy(document.querySelector(copier.dataset.copy), copier); }
    var asked = event.target.closest('[data-reveal]');
    if (asked) { reveal(asked); }
  });
  document.addEventListener('change', function (event) {
    if (event.target.matches('[data-submit]')) { event.target.form.requestSubmit(); }
    if (event.target.matches('[data-most]')) { tooLarge(event.target); }
  });
  function reveal(button) {
    var box = document.querySelector(button.dataset.reveal);
    box.hidden = !box.hidden;
    button.setAttribute('aria-expanded', String(!box.hidden));
    var first = box.querySelector('textarea, input:not([type=hidden]), button');
    if (!box.hidden && first) { first.focus(); }
  }
  function tooLarge(input) {
    var file = input.files[0], most = Number(input.dataset.most);
    input.setCustomValidity(file && file.size > most * 1048576 ? '文件超过 ' + most + ' MB' : '');
    input.reportValidity();
  }

  // ---- copying, also where the page came over plain http and the browser has no clipboard
  function copy(source, button) {
    var text = 'value' in source ? source.value : source.textContent;
    function told(done) { button.textContent = done ? '已复制' : '复制失败，请手动选取'; }
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () { told(true); }, function () { told(byHand(text)); });
    } else { told(byHand(text)); }
  }
  function byHand(text) {
    var area = document.createElement('textarea'), before = document.activeElement, done = false;
    area.value = text; area.className = 'visually-hidden'; area.setAttribute('aria-hidden', 'true');
    body.appendChild(area); area.select();
    try { done = document.execCommand('copy'); } catch (error) { done = false; }
    area.remove(); if (before) { before.focus(); }
    return done;
  }

  // ---- the desk: the draft keeps itself, open places stop publishing, Ctrl+Enter asks and then publishes
  var HOLE = /［[^［］\n]*］|[\[【][^\[\]【】\n]*(?:待填|待核实|待定)[^\[\]【】\n]*[\]】]/g;
  function desk(form) {
    var area = form.querySelector('textarea'), version = form.querySelector('[name=version]'), said = form.querySelector('[data-saved]');
    var conflict = form.querySelector('[data-conflict]'), publish = form.querySelector('[data-publish]'), sure = form.querySelector('#sure');
    var kept = area.value, waiting = null, sending = false, leaving = false;

    function places() {
      var found = area.value.match(HOLE) || [], box = form.querySelector('[data-holes]');
      box.hidden = !found.length;
      form.querySelector('[data-holes-count]').textContent = found.length;
      form.querySelector('[data-holes-list]').textContent = found.join('、');
      return stopped(found.length);
    }
    // What the server found in the text as it last saw it, and the open places of the text as it is.
    function stopped(open) {
      var told = form.querySelector('[data-stops]'), count = Math.max(open, told ? Number(told.dataset.stops) : 0);
      publish.disabled = count > 0;
      if (count) { sure.hidden = true; }
      return count;
    }
    function soon(delay) { clearTimeout(waiting); waiting = setTimeout(save, delay); }
    function save() {
      if (sending || !conflict.hidden || area.value === kept) { return; }
      var text = area.value, data = new FormData();
      data.append('text', text); data.append('version', version.value); data.append('csrf_token', form.querySelector('[name=csrf_token]').value);
      sending = true; said.textContent = '正在保存…';
      fetch(form.dataset.draft, { method: 'POST', body: data }).then(function (answer) {
        if (answer.status === 409) { return answer.json().then(clash); }
        if (!answer.ok) { throw new Error('away'); }
        return answer.json().then(function (state) { kept = text; version.value = state.version; said.textContent = '已自动保存 ' + state.saved; });
      }).catch(function () { said.textContent = '没有保存（连接断开或登录失效），内容还在本页，正在重试'; soon(5000); })
        .then(function () { sending = false; if (area.value !== kept && conflict.hidden) { soon(1500); } });
    }
    function clash(state) {
      conflict.textContent = '';
      var words = document.createElement('p'), other = document.createElement('details'), head = document.createElement('summary'), text = document.createElement('div');
      words.textContent = state.problem + '。您写的还在上面的框里，没有丢失。';
      head.textContent = '看别处保存的那一份'; text.className = 'statement fixed'; text.textContent = state.draft || '（空）';
      other.append(head, text);
      var mine = choice('用我写的覆盖', function () { version.value = state.version; kept = null; done(); save(); });
      var theirs = choice('改用别处那一份', function () { version.value = state.version; area.value = kept = state.draft; done(); places(); });
      conflict.append(words, other, mine, ' ', theirs);
      conflict.hidden = false; said.textContent = '没有保存';
      function done() { conflict.hidden = true; }
    }
    function choice(word, act) {
      var button = document.createElement('button');
      button.type = 'button'; button.className = 'btn btn-sm btn-outline-secondary'; button.textContent = word;
      button.addEventListener('click', act);
      return button;
    }
    area.addEventListener('input', function () { places(); soon(1500); });
    area.addEventListener('blur', save);
    area.addEventListener('keydown', function (event) {
      if (event.key !== 'Enter' || !event.ctrlKey || event.isComposing) { return; }
      event.preventDefault();
      if (places()) { form.querySelector('#check').scrollIntoView({ block: 'nearest' }); return; }
      if (sure.hidden) { sure.hidden = false; publish.setAttribute('aria-expanded', 'true'); sure.scrollIntoView({ block: 'nearest' }); } else { form.requestSubmit(); }
    });
    form.addEventListener('submit', function (event) {
      if (sending) { event.preventDefault(); setTimeout(function () { form.requestSubmit(); }, 200); return; }
      leaving = true; clearTimeout(waiting); copy(area, publish);
    });
    window.addEventListener('beforeunload', function (event) { if (!leaving && area.value !== kept) { event.preventDefault(); event.returnValue = ''; } });
    // Another form of the page takes one away: what was written is kept first.
    document.addEventListener('submit', function (event) {
      var other = event.target;
      if (other === form || other.closest('#facts, [data-empties]')) { return; }
      if (area.value === kept || !conflict.hidden || other.dataset.kept) { leaving = true; return; }
      event.preventDefault(); other.dataset.kept = '1'; save();
      setTimeout(function () { leaving = true; other.requestSubmit(event.submitter); }, 700);
    });
    document.addEventListener('htmx:afterSettle', function (event) { if (event.detail.target && event.detail.target.id === 'check') { places(); } });
    places();
  }
  // A fact, or the beginning of an answer, goes where the cursor stands.
  function insert(words) {
    var area = document.querySelector('#answer');
    if (!area) { return; }
    var start = area.selectionStart, end = area.selectionEnd;
    area.focus();
    area.setRangeText(words, start, end, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }
  document.addEventListener('click', function (event) {
    var asked = event.target.closest('[data-insert]');
    if (asked) { insert(asked.dataset.insert); }
  });
  // Facts have changed: the text stands on others now; a form that was sent begins anew.
  document.addEventListener('htmx:afterSettle', function (event) {
    if (event.detail.target && event.detail.target.id === 'facts') { body.dispatchEvent(new CustomEvent('recheck')); }
  });
  document.addEventListener('htmx:afterRequest', function (event) {
    var form = event.detail.elt;
    if (event.detail.xhr.status < 400 && form.matches && form.matches('[data-empties]')) { form.reset(); form.closest('details').open = false; }
  });
  each('[data-copies]', function (form) { form.addEventListener('submit', function () { copy(document.querySelector(form.dataset.copies), form.querySelector('button')); }); });
  each('[data-answer]', desk);

  // ---- a form is sent once, however often its button is pressed, until an answer is here or long overdue.
  var OVERDUE = 15000;
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.method !== 'post') { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (event.defaultPrevented) { return; }
    form.dataset.sent = '1';
    setTimeout(function () { delete form.dataset.sent; }, OVERDUE);
  });
  // A page that comes back out of the browser's memory has its forms unsent.
  window.addEventListener('pageshow', function () { each('[data-sent]', function (form) { delete form.dataset.sent; }); });
})();
