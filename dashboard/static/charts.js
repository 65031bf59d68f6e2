// The trend: what was seen, by label, in front of what was to be expected. Data comes from data-chart; a click opens
// the texts behind a segment. Canvas, rich-text tooltips and no animation: nothing that a strict CSP would stop.
(function () {
  'use strict';
  var SHAPES = { red: 'diamond', orange: 'triangle', yellow: 'circle', blue: 'rect' };
  var COLOURS = { negative: '--neg', neutral: '--neu', positive: '--pos' };

  function css(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

  function options(data) {
    var band = [
      { name: '预期下限', type: 'line', stack: 'band', data: data.low, symbol: 'none', silent: true, lineStyle: { opacity: 0 }, z: 1 },
      { name: '预期', type: 'line', stack: 'band', data: data.wide, symbol: 'none', silent: true, lineStyle: { opacity: 0 }, areaStyle: { color: css('--expected'), opacity: .75 }, z: 1 }
    ];
    var bars = data.series.map(function (series) {
      return { name: series.name, type: 'bar', stack: 'seen', data: series.values, barWidth: '56%', z: 3, cursor: 'pointer', itemStyle: { color: css(COLOURS[series.label]) } };
    });
    bars[bars.length - 1].markPoint = { data: data.marks.map(function (it) { return mark(it, it.at > data.labels.length * .9); }), silent: false };
    return {
      animation: false,
      aria: { enabled: false },  // the element has a label of its own and a table beside it
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: css('--ink-2'), fontSize: 12 },
      legend: { right: 0, top: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: css('--ink-2') }, data: data.series.map(function (series) { return series.name; }) },
      grid: { left: 40, right: 12, top: 34, bottom: 24 },
      tooltip: { trigger: 'axis', renderMode: 'richText', formatter: function (points) { return tip(data, points[0].dataIndex); }, backgroundColor: css('--paper'), borderColor: css('--line'), textStyle: { color: css('--ink') } },
      xAxis: { type: 'category', data: data.labels, axisLine: { lineStyle: { color: css('--line') } }, axisTick: { show: false }, axisLabel: { color: css('--ink-3'), hideOverlap: true } },
      yAxis: { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: css('--line-2') } }, axisLabel: { color: css('--ink-3') } },
      series: band.concat(bars)
    };
  }
  function mark(it, atEnd) {
    return {
      coord: [it.at, it.height], symbol: SHAPES[it.level], symbolSize: 12, symbolOffset: [0, -8], link: it.link, itemStyle: { color: css('--' + it.level) },
      label: { show: true, position: atEnd ? 'left' : 'top', formatter: it.word, color: css('--' + it.level), fontWeight: 600, textBorderColor: css('--paper'), textBorderWidth: 3 }
    };
  }
  function tip(data, at) {
    var lines = [data.titles[at]];
    data.series.forEach(function (series) { lines.push(series.name + ' ' + series.values[at]); });
    if (data.low[at] !== null) { lines.push('预期 ' + Math.round(data.low[at]) + '–' + Math.round(data.low[at] + data.wide[at])); }
    data.marks.forEach(function (it) { if (it.at === at) { lines = lines.concat(it.titles); } });
    return lines.join('\n');
  }
  function draw(place) {
    var data = JSON.parse(place.dataset.chart), chart = echarts.init(place, null, { renderer: 'canvas' });
    chart.setOption(options(data));
    chart.on('click', function (event) {
      if (event.componentType === 'markPoint') { window.location = event.data.link; return; }
      var series = data.series.filter(function (one) { return one.name === event.seriesName; })[0];
      if (series) { window.location = series.links[event.dataIndex]; }
    });
    place.chart = chart;
    new ResizeObserver(function () { if (!chart.isDisposed()) { chart.resize(); } }).observe(place);
  }
  function drawAll() {
    Array.prototype.forEach.call(document.querySelectorAll('[data-chart]'), function (place) {
      if (!place.chart) { draw(place); }
    });
  }
  document.addEventListener('theme', function () {
    Array.prototype.forEach.call(document.querySelectorAll('[data-chart]'), function (place) { if (place.chart) { place.chart.setOption(options(JSON.parse(place.dataset.chart))); } });
  });
  document.addEventListener('htmx:beforeCleanupElement', function (event) { if (event.target.chart) { event.target.chart.dispose(); } });
  document.addEventListener('htmx:afterSettle', drawAll);
  drawAll();
})();
