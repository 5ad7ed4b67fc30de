import { readFile } from 'node:fs/promises';
import { type Finding, premises, scaledObjectTitle, worthLines } from '../summary.js';
import { type ComparisonTable, comparisonTable } from '../table.js';
import { chartData } from './chart-data.js';

const DOT_NOTE =
  ' A dot marks what was chosen from the days before for the overload that you accept, with its result.';

const costSection = (note: string) => `<section class="panel">
<h2>Cost against overload</h2>
<p class="note">Pod-hours that each way of scaling needs to stay at or under a share of overloaded time, with the threshold that suits it best. Lower is cheaper; further left is safer. A line begins where the way of scaling can keep the limit at all.${note}</p>
<div id="cost-chart"></div>
</section>
`;

/**
 * A finished backtest as one HTML page that needs nothing else: styles, script and charts are inside, and a policy in
 * the page forbids every request.
 */
export async function reportHtml(finding: Finding): Promise<string> {
  const [style, script] = await Promise.all(
    ['page/style.css', 'page/main.js'].map((name) => readFile(new URL(name, import.meta.url), 'utf8')),
  );
  const { title, recommendation, backtest, yaml } = finding;
  const { setup, trigger } = backtest.options;
  const table = comparisonTable(backtest.comparison, setup.targetPerReplica);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Backtest of ${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="kicker">Backtest</p>
<h1>${escapeHtml(title)}</h1>
<section class="panel verdict ${recommendation.verdict}" aria-label="Recommendation">
<h2>${escapeHtml(recommendation.headline)}</h2>
<ul>${recommendation.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>
</section>
</header>

<section class="panel">
<h2>Ways of scaling, side by side</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Comparison table">${tableHtml(table)}</div>
${[...worthLines(backtest), ...table.notes, 'Pods are simulated: the load is taken as it was, whatever the replicas.'].map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('\n')}
</section>

<section class="panel" id="timeline">
<div class="panel-head"><h2>Load and replicas</h2>
<div id="spans">
</div></div>
<p class="note">Drag across a chart to zoom, double-click to see all again; tap a name in a legend to hide or show its line. Times in ${escapeHtml(trigger.timezone)}.</p>
<h3>Load, and what this scaler answered${backtest.target ? ' at your target' : ''}</h3>
<div id="load-chart"></div>
<h3>Replicas</h3>
<div id="replica-chart"></div>
<h3>Overloaded time</h3>
<div id="overload-chart"></div>
</section>

${recommendation.verdict === 'nothing-to-scale' ? '' : costSection(backtest.target ? DOT_NOTE : '')}
<section class="panel">
<div class="panel-head"><h2>${escapeHtml(scaledObjectTitle(recommendation))}</h2><button type="button" id="copy">Copy</button></div>
<pre class="scroll" tabindex="0"><code id="yaml">${escapeHtml(yaml)}</code></pre>
</section>

<section class="panel">
<h2>What was simulated</h2>
<ul>${premises(finding)
    .map((premise) => `<li>${escapeHtml(premise)}</li>`)
    .join('')}</ul>
</section>
</main>
<script type="application/json" id="data">${jsonForHtml(chartData(finding))}</script>
<script>${script}</script>
</body>
</html>
`;
}

function tableHtml({ groups, columns, rows }: ComparisonTable): string {
  const groupCells = groups
    .map(
      ({ title, columns: span }) =>
        `<th class="group" scope="colgroup" colspan="${span}">${escapeHtml(title)}</th>`,
    )
    .join('');
  const headCells = columns
    .slice(1)
    .map((title) => `<th class="number" scope="col">${escapeHtml(title)}</th>`);
  const bodyRows = rows.map(({ key, cells }) => {
    const [name, ...numbers] = cells;
    const row = numbers.map((cell) => `<td class="number">${escapeHtml(cell)}</td>`).join('');
    return `<tr class="${key}"><th scope="row"><span class="swatch" style="color: var(--${key})"></span>${escapeHtml(name!)}</th>${row}</tr>`;
  });
  return `<table class="numbers comparison"><thead><tr><td></td>${groupCells}</tr><tr><td></td>${headCells.join('')}</tr></thead><tbody>${bodyRows.join('')}</tbody></table>`;
}

/** JSON that cannot end the script element it stands in. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
