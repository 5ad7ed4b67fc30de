/* global uPlot */
// The script of the report page: draws the charts from the data in the page. Runs in the browser, as it is.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const shownAtFirst = new Set(['reactive', 'predictive']);
  const first = data.times[0];
  const last = data.times.at(-1) + 60;
  /** Series that the reader switched on or off, by chart and name: they stay so when charts are drawn anew. */
  const chosen = new Map();
  let charts = [];
  let costChart;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const inZone = (seconds) => uPlot.tzDate(new Date(seconds * 1000), data.timezone);
  const amount = (value) =>
    value == null
      ? '–'
      : value >= 100
        ? Math.round(value).toLocaleString('en-GB')
        : String(Number(value.toPrecision(3)));
  const moment = uPlot.fmtDate('{YYYY}-{MM}-{DD} {HH}:{mm}');

  function axis(more) {
    return {
      stroke: colour('quiet'),
      grid: { stroke: colour('grid'), width: 1 },
      ticks: { stroke: colour('grid'), width: 1 },
      font: '12px system-ui, sans-serif',
      ...more,
    };
  }

  const timeAxis = () =>
    axis({
      space: 70,
      values: [
        [86400, '{D} {MMM}', null, null, null, null, null, null, 1],
        [3600, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
        [60, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
      ],
    });

  function series(chart, label, tone, more = {}) {
    const key = `${chart}/${label}`;
    return {
      label,
      stroke: colour(tone),
      width: 1.5,
      points: { show: false },
      value: (_, value) => amount(value),
      ...more,
      show: chosen.get(key) ?? more.show ?? true,
    };
  }

  const timeSeries = () => ({
    label: 'Time',
    value: (_, value) => (value == null ? '–' : moment(inZone(value))),
  });

  /** A chart over time that shares its zoom and its cursor with the others. */
  function timeChart(id, height, options, values) {
    const element = document.getElementById(id);
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        tzDate: inZone,
        cursor: { sync: { key: 'time' }, drag: { x: true, y: false }, points: { size: 7 } },
        ...options,
        scales: { x: { time: true, min: first, max: last }, ...options.scales },
        hooks: {
          ...options.hooks,
          setScale: [(plot, key) => key === 'x' && follow(plot)],
          setSeries: [(plot, index, change) => remember(id, plot, index, change)],
        },
      },
      values,
      element,
    );
    charts.push(chart);
  }

  function remember(id, plot, index, change) {
    if (index != null && change.show !== undefined)
      chosen.set(`${id}/${plot.series[index].label}`, change.show);
  }

  let following = false;
  function follow(source) {
    if (following) return;
    following = true;
    const { min, max } = source.scales.x;
    for (const chart of charts) if (chart !== source) chart.setScale('x', { min, max });
    following = false;
  }

  const wholePath = uPlot.paths.stepped({ align: 1 });

  function drawTimeCharts(height) {
    timeChart(
      'load-chart',
      height,
      {
        scales: { y: { range: (_, min, max) => [Math.min(0, min), max * 1.05 || 1] } },
        axes: [timeAxis(), axis({ size: 56, values: (_, ticks) => ticks.map(amount) })],
        series: [
          timeSeries(),
          series('load-chart', 'load', 'load', { fill: colour('load-fill'), width: 1 }),
          series('load-chart', 'answered by this scaler', 'predictive', { width: 2 }),
          series('load-chart', 'forecast peak', 'yesterday', { dash: [5, 4], show: false }),
        ],
      },
      [data.times, data.load, data.answered, data.forecast],
    );
    timeChart(
      'replica-chart',
      height,
      {
        scales: { y: { range: (_, _min, max) => [0, Math.max(2, max * 1.05)] } },
        axes: [
          timeAxis(),
          axis({ size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20000] }),
        ],
        series: [
          timeSeries(),
          series('replica-chart', 'needed', 'load', {
            fill: colour('load-fill'),
            width: 1,
            paths: wholePath,
          }),
          ...data.policies.map(({ key, name }) =>
            series('replica-chart', name, key, {
              paths: wholePath,
              width: key === 'predictive' ? 2 : 1.5,
              show: shownAtFirst.has(key),
              ...(key === 'oracle' && { dash: [5, 4] }),
            }),
          ),
        ],
      },
      [data.times, data.needed, ...data.policies.map(({ replicas }) => replicas)],
    );
    const lanes = data.policies.filter(({ key }) => key !== 'oracle');
    timeChart(
      'overload-chart',
      52 + 30 * lanes.length,
      {
        legend: { show: false },
        scales: { y: { range: () => [-lanes.length, 0] } },
        axes: [timeAxis(), { show: false, size: 56 }],
        padding: [0, null, 0, 56],
        series: [{}, {}],
        hooks: { draw: [(plot) => drawLanes(plot, lanes)] },
      },
      [data.times, data.times.map(() => null)],
    );
  }

  /** One lane for each way of scaling, marked where it was overloaded. */
  function drawLanes(plot, lanes) {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const height = bbox.height / lanes.length;
    ctx.save();
    lanes.forEach(({ key, name, overloads }, i) => {
      const top = bbox.top + i * height;
      ctx.fillStyle = colour('grid');
      ctx.fillRect(bbox.left, top + 15 * ratio, bbox.width, 10 * ratio);
      ctx.fillStyle = colour('overload');
      for (const [from, to] of overloads) {
        const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
        const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
        if (right < left) continue;
        ctx.fillRect(left, top + 15 * ratio, Math.max(right - left, 1.5 * ratio), 10 * ratio);
      }
      ctx.fillStyle = colour(key);
      ctx.fillRect(bbox.left, top + 5 * ratio, 14 * ratio, 4 * ratio);
      ctx.fillStyle = colour('ink');
      ctx.font = `${12 * ratio}px system-ui, sans-serif`;
      ctx.textAlign = 'left';
      ctx.textBaseline = 'middle';
      const minutes = overloads.reduce((sum, [from, to]) => sum + (to - from) / 60, 0);
      ctx.fillText(`${name}${minutes === 0 ? ': never' : ''}`, bbox.left + 22 * ratio, top + 7 * ratio);
    });
    ctx.restore();
  }

  function drawCostChart(height) {
    const element = document.getElementById('cost-chart');
    // A load that needs no scaling has no costs to compare.
    if (!element) return;
    const percent = (value) => (value == null ? '–' : `${Number(value.toPrecision(2))} %`);
    costChart = new uPlot(
      {
        width: element.clientWidth,
        height,
        cursor: { drag: { x: false, y: false }, points: { size: 7 } },
        scales: {
          x: { time: false, distr: 3, range: () => [data.limits[0], data.limits.at(-1)] },
          y: {
            range: (_, min, max) => {
              // Lines that all lie at one cost still need room above and below.
              const height = max - min || max || 1;
              return [Math.max(0, min - height * 0.15), max + height * 0.1];
            },
          },
        },
        axes: [
          axis({
            label: 'overloaded time, at most',
            labelFont: '12px system-ui, sans-serif',
            labelSize: 22,
            splits: () => (element.clientWidth < 600 ? [0.1, 1, 10] : [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]),
            filter: (_, splits) => splits,
            values: (_, ticks) => ticks.map(percent),
          }),
          axis({
            size: 64,
            label: 'pod-hours',
            labelFont: '12px system-ui, sans-serif',
            labelSize: 20,
            values: (_, ticks) => ticks.map(amount),
          }),
        ],
        series: [
          { label: 'Overloaded at most', value: (_, value) => percent(value) },
          ...data.policies.map(({ key, name }) =>
            series('cost-chart', name, key, {
              width: key === 'predictive' ? 2.5 : 1.5,
              ...(key === 'oracle' && { dash: [5, 4] }),
            }),
          ),
        ],
        hooks: { setSeries: [(plot, index, change) => remember('cost-chart', plot, index, change)] },
      },
      [data.limits, ...data.policies.map(({ cost }) => cost)],
      element,
    );
  }

  function draw() {
    const zoom = charts[0] && { min: charts[0].scales.x.min, max: charts[0].scales.x.max };
    for (const chart of [...charts, costChart]) chart?.destroy();
    charts = [];
    const height = innerWidth < 600 ? 220 : 280;
    drawTimeCharts(height);
    drawCostChart(height);
    if (zoom) charts[0].setScale('x', zoom);
  }

  function zoomTo(min, max) {
    const width = Math.min(max - min, last - first);
    const from = Math.min(Math.max(min, first), last - width);
    charts[0].setScale('x', { min: from, max: from + width });
  }

  document.querySelector('.zoom').addEventListener('click', ({ target }) => {
    const { zoom } = target.dataset;
    if (!zoom) return;
    const { min, max } = charts[0].scales.x;
    if (zoom === 'all') zoomTo(first, last);
    else if (zoom === 'earlier') zoomTo(min - (max - min) / 2, max - (max - min) / 2);
    else if (zoom === 'later') zoomTo(min + (max - min) / 2, max + (max - min) / 2);
    else {
      const half = (Number(zoom) * 3600) / 2;
      const middle = (min + max) / 2;
      zoomTo(middle - half, middle + half);
    }
  });

  const copy = document.getElementById('copy');
  copy.addEventListener('click', async () => {
    const yaml = document.getElementById('yaml');
    try {
      await navigator.clipboard.writeText(yaml.textContent);
      copy.textContent = 'Copied';
    } catch {
      // A page opened from a file may not use the clipboard: select the text instead.
      getSelection().selectAllChildren(yaml);
      copy.textContent = 'Selected';
    }
    setTimeout(() => {
      copy.textContent = 'Copy';
    }, 2000);
  });

  dark.addEventListener('change', draw);
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    draw();
  });
  draw();
})();
