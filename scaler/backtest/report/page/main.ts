/** Draws the report's charts from the data in the page. */

import uPlot from 'uplot';
import { AXIS_FONT, amountAxis, color, timeAxis, WHOLE_STEPS } from '../../../page-kit/chart.js';
import { copyButton } from '../../../page-kit/copy-block.js';
import { byId } from '../../../page-kit/dom.js';
import { type Line, LineChart, type LineChartOptions, type TimeRange } from '../../../page-kit/line-chart.js';
import { load } from '../../../page-kit/numbers.js';
import type { Plot } from '../../../page-kit/plot.js';
import { SpanButtons } from '../../../page-kit/span-buttons.js';
import { timeFormat } from '../../../page-kit/time-format.js';
import type { ChartData } from '../chart-data.js';

const data = JSON.parse(byId('data').textContent!) as ChartData;
const { times, policies, limits } = data;
const time = timeFormat(data.timezone);
const spans = data.events.map(([fromSeconds, toSeconds, name]) => ({ fromSeconds, toSeconds, name }));
const all: TimeRange = { fromSeconds: times[0]!, toSeconds: times.at(-1)! + 60 };

const lineHeight = () => (innerWidth < 600 ? 220 : 280);
const wholePath = uPlot.paths.stepped!({ align: 1 });
const charts: LineChart[] = [];
const whole = { label: 'All', before: (all.toSeconds - all.fromSeconds) / 3600, after: 0 };
const buttons = new SpanButtons({
  spans: [{ label: '6 h', before: 6, after: 0 }, { label: '1 d', before: 24, after: 0 }, whole],
  usual: whole,
  bounds: all,
  onChange: (range) => {
    for (const chart of charts) chart.setRange(range);
  },
});
byId('spans').replaceWith(buttons.element);

/** A chart over time that shares its zoom and its cursor with the others. */
function timeChart(
  id: string,
  options: Pick<LineChartOptions, 'lines' | 'legend'> & Partial<LineChartOptions>,
  columns: readonly (readonly (number | null)[])[],
  description: string,
): void {
  const chart = new LineChart({
    kind: id,
    heightPixels: lineHeight,
    amount: load,
    place: time.dateTime,
    spans: () => spans,
    onZoom: (range) => buttons.choose(range),
    ...options,
    more: {
      padding: [null, 36, null, null],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), data.timezone),
      cursor: {
        // The others follow the pointer; the zoom reaches them all by itself.
        sync: {
          key: 'time',
          filters: { pub: (type) => type.startsWith('mousemove') || type === 'mouseleave' },
        },
      },
      ...options.more,
    },
  });
  charts.push(chart);
  byId(id).append(chart.element);
  chart.element.addEventListener('dblclick', () => buttons.reset());
  chart.show([[...times], ...columns.map((column) => [...column])], description);
}

/** The way of scaling that the page is about, and the reactive one beside it. */
const hasTarget = policies.some(({ key }) => key === 'target');
const main = hasTarget ? 'target' : 'predictive';
const besides = hasTarget ? 'reactiveTarget' : 'reactive';

/** The lines of the ways of scaling. */
function policyLines(width: number, look: Partial<uPlot.Series> = {}): Line[] {
  return policies.map(({ key }) => ({
    name: key,
    look: {
      ...look,
      width: key === main ? width : 1.5,
      ...(key === 'oracle' && { dash: [5, 4] }),
    },
  }));
}

timeChart(
  'load-chart',
  {
    lines: [
      { name: 'load', look: { width: 1, fill: () => color('load-fill') } },
      { name: 'answered', color: main, look: { width: 2 } },
      { name: 'forecast', color: 'yesterday', look: { dash: [5, 4] } },
    ],
    legend: [
      { key: 'load', label: 'load' },
      { key: 'answered', label: 'answered by this scaler' },
      { key: 'forecast', label: 'forecast peak', isOn: false },
    ],
    more: {
      scales: { y: { range: (_chart, min, max) => [Math.min(0, min), max * 1.05 || 1] } },
      axes: [timeAxis(time), amountAxis(load, { size: 56 })],
    },
  },
  [data.load, data.answered, data.forecast],
  'The load, what this scaler answered, and the forecast behind it',
);

timeChart(
  'replica-chart',
  {
    lines: [
      {
        name: 'needed',
        color: 'load',
        look: { width: 1, fill: () => color('load-fill'), paths: wholePath },
      },
      ...policyLines(2, { paths: wholePath }),
    ],
    legend: [
      { key: 'needed', label: 'needed' },
      ...policies.map(({ key, name }) => ({
        key,
        label: name,
        isOn: key === besides || key === main,
      })),
    ],
    more: {
      scales: { y: { range: (_chart, _min, max) => [0, Math.max(2, max * 1.05)] } },
      axes: [timeAxis(time), amountAxis(load, { size: 56, incrs: WHOLE_STEPS })],
    },
  },
  [data.needed, ...policies.map(({ replicas }) => replicas)],
  'Replicas that each way of scaling ran, beside those that the load needed',
);

const lanes = policies.filter(({ key }) => key !== 'oracle');
timeChart(
  'overload-chart',
  {
    heightPixels: () => 52 + 30 * lanes.length,
    // Their names stand in the charts above.
    spans: () => [],
    drawOver: drawLanes,
    lines: [{ name: 'overload' }],
    legend: [],
    more: {
      scales: { y: { range: () => [-lanes.length, 0] } },
      axes: [timeAxis(time), { show: false, size: 56 }],
      padding: [0, 36, 0, 56],
    },
  },
  [times.map(() => null)],
  lanes.map(({ name, overloads }) => `${name}: overloaded ${overloads.length} times`).join('; '),
);

/** One lane for each way of scaling, marked where it was overloaded. */
function drawLanes({ ctx, width, height, x }: Plot): void {
  ctx.font = AXIS_FONT;
  ctx.textBaseline = 'middle';
  lanes.forEach(({ key, name, overloads }, i) => {
    const top = (i * height) / lanes.length;
    ctx.fillStyle = color('line');
    ctx.fillRect(0, top + 15, width, 10);
    ctx.fillStyle = color('overload');
    for (const [from, to] of overloads) {
      const left = Math.max(0, x(from));
      const right = Math.min(width, x(to));
      if (right >= left) ctx.fillRect(left, top + 15, Math.max(right - left, 1.5), 10);
    }
    ctx.fillStyle = color(key);
    ctx.fillRect(0, top + 5, 14, 4);
    ctx.fillStyle = color('text');
    ctx.fillText(`${name}${overloads.length === 0 ? ': never' : ''}`, 22, top + 7);
  });
}

/** A dot at what each choice for an accepted overload came to; less overload than the axis shows is at its edge. */
function drawChosen({ ctx, width, x, y }: Plot): void {
  ctx.lineWidth = 2;
  ctx.strokeStyle = color('surface');
  for (const { key, chosen } of policies) {
    if (!chosen) continue;
    const [share, podHours] = chosen;
    const [left, top] = [x(Math.max(limits[0]!, share)), y(podHours)];
    if (left > width || top < 0) continue;
    ctx.beginPath();
    ctx.arc(left, top, 6, 0, 2 * Math.PI);
    ctx.fillStyle = color(key);
    ctx.fill();
    ctx.stroke();
  }
}

// The page has no such chart where the load needs no scaling.
const costFrame = document.getElementById('cost-chart');
if (costFrame) {
  const share = (value: number) => `${Number(value.toPrecision(2))} %`;
  // A way that needs many times the pods of this scaler would flatten the other lines.
  const mostShown = 3 * Math.max(0, ...policies.find(({ key }) => key === main)!.cost.map(Number));
  const label = { labelFont: AXIS_FONT };
  const chart = new LineChart({
    kind: 'cost',
    heightPixels: lineHeight,
    lines: policyLines(2.5),
    legend: policies.map(({ key, name }) => ({ key, label: name })),
    amount: load,
    place: (limit) => `Overloaded at most ${share(limit)}`,
    drawOver: drawChosen,
    more: {
      scales: {
        x: { time: false, distr: 3, range: () => [limits[0]!, limits.at(-1)!] },
        y: {
          range: (_chart, min, highest) => {
            const max = Math.min(highest, mostShown);
            // Lines that all lie at one cost still need room above and below.
            const height = max - min || max || 1;
            return [Math.max(0, min - height * 0.15), max + height * 0.1];
          },
        },
      },
      axes: [
        amountAxis(share, {
          ...label,
          label: 'overloaded time, at most',
          labelSize: 22,
          splits: () => (costFrame.clientWidth < 600 ? [0.1, 1, 10] : [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]),
          filter: (_chart, splits) => splits,
        }),
        amountAxis(load, { ...label, size: 64, label: 'pod-hours', labelSize: 20 }),
      ],
    },
  });
  costFrame.append(chart.element);
  chart.show(
    [[...limits], ...policies.map(({ cost }) => [...cost])],
    'Pod-hours of each way of scaling at each limit on overloaded time',
  );
}

buttons.moveTo(all.toSeconds);
copyButton(byId('copy'), byId('yaml'));
