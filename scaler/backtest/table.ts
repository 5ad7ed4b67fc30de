import { type Comparison, type EqualOverload, POLICY_NAMES, type PolicyKey } from './compare.js';
import { formatAmount, formatMinutes, formatShare } from './format.js';

/** A comparison as rows of text, for the terminal and the report alike. */
export interface ComparisonTable {
  /** Groups of columns: a title and how many columns it spans. The first column, the names, belongs to none. */
  readonly groups: readonly { readonly title: string; readonly columns: number }[];
  readonly columns: readonly string[];
  readonly rows: readonly { readonly key: PolicyKey; readonly cells: readonly string[] }[];
}

/** The measures of each way of scaling at the threshold, and its pod-hours at equal overload with the oracle as 1. */
export function comparisonTable({ policies, equalOverload }: Comparison, threshold: number): ComparisonTable {
  // Without overload of its own, the reactive HPA's limit would be 0 and say nothing.
  const limits = equalOverload.filter((limit, i) => i < 2 || limit.overloadedShare > 0);
  return {
    groups: [
      { title: `at threshold ${formatAmount(threshold)}`, columns: 5 },
      { title: 'pod-hours for overload of at most', columns: limits.length },
    ],
    columns: [
      '',
      'pod-hours',
      'overloaded',
      'unserved',
      'changes',
      'max',
      ...limits.map(({ overloadedShare }, i) =>
        i < 2 ? formatShare(overloadedShare) : `${formatShare(overloadedShare)} (reactive)`,
      ),
    ],
    rows: policies.map(({ key, outcome }) => ({
      key,
      cells: [
        POLICY_NAMES[key],
        formatAmount(outcome.podHours),
        formatMinutes(outcome.overloadedMinutes),
        formatShare(outcome.unservedShare),
        formatAmount(outcome.replicaChanges),
        String(outcome.maxReplicas),
        ...limits.map((limit) => cheapestCell(limit, key)),
      ],
    })),
  };
}

function cheapestCell({ cheapest }: EqualOverload, key: PolicyKey): string {
  const own = cheapest[key];
  if (!own) return 'not reached';
  const ratio = cheapest.oracle ? ` (${(own.podHours / cheapest.oracle.podHours).toFixed(2)}x)` : '';
  return formatAmount(own.podHours) + ratio;
}

/** The table in fixed-width text: names to the left, numbers to the right. */
export function tableText({ groups, columns, rows }: ComparisonTable): string {
  const widths = columns.map((title, i) =>
    Math.max(title.length, ...rows.map(({ cells }) => cells[i]!.length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  let first = 1;
  const titles = groups.map(({ title, columns: count }) => {
    const width = widths.slice(first, first + count).reduce((sum, each) => sum + each, 2 * (count - 1));
    first += count;
    const rule = '-'.repeat(Math.max(0, width - title.length - 1));
    return width > title.length ? `${title} ${rule}` : title;
  });
  return [
    [' '.repeat(widths[0]!), ...titles].join('  ').trimEnd(),
    line(columns),
    ...rows.map(({ cells }) => line(cells)),
  ].join('\n');
}
