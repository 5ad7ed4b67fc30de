import { columnWidths, textTable } from '../shared/text-table.js';
import {
  type Comparison,
  EQUAL_OVERLOAD,
  type EqualOverload,
  POLICY_NAMES,
  type PolicyKey,
  tellingLimits,
} from './compare.js';
import { formatAmount, formatMinutes, formatShare } from './format.js';

/** A comparison as rows of text, for the terminal and for the report. */
export interface ComparisonTable {
  /** Titles with the number of columns that each spans. The first column, with the names, has none. */
  readonly groups: readonly { readonly title: string; readonly columns: number }[];
  readonly columns: readonly string[];
  readonly rows: readonly { readonly key: PolicyKey; readonly cells: readonly string[] }[];
  /** What a reader must know to compare the numbers. */
  readonly notes: readonly string[];
}

/** The measures of each way of scaling at the threshold, and its pod-hours at equal overload with the oracle as 1. */
export function comparisonTable(comparison: Comparison, threshold: number): ComparisonTable {
  const { policies } = comparison;
  const limits = tellingLimits(comparison);
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
    notes: [
      '2.00x: twice the pod-hours of an oracle that knows the future.',
      ...(overloadsDiffer(policies)
        ? [
            `At threshold ${formatAmount(threshold)} the overload is not the same, so the pod-hours there do not compare: those at equal overload do.`,
          ]
        : []),
      ...(limits.some((limit) => policies.some(({ key }) => isFarBelowOthers(limit, key)))
        ? [
            '*: less than half of the overload of another way in this column, and no target comes closer to it.',
          ]
        : []),
    ],
  };
}

function overloadsDiffer(policies: Comparison['policies']): boolean {
  const shares = policies.map(({ outcome }) => outcome.overloadedShare);
  return Math.max(...shares) - Math.min(...shares) > EQUAL_OVERLOAD;
}

/** Whether a way of scaling has so much less overload than another that their pod-hours hardly compare. */
function isFarBelowOthers({ cheapest }: EqualOverload, key: PolicyKey): boolean {
  const shares = Object.values(cheapest).map(({ overloadedShare }) => overloadedShare);
  const highest = Math.max(...shares);
  const own = cheapest[key];
  return own !== undefined && highest > EQUAL_OVERLOAD && own.overloadedShare < highest / 2;
}

function cheapestCell(limit: EqualOverload, key: PolicyKey): string {
  const { cheapest } = limit;
  const own = cheapest[key];
  if (!own) return 'not reached';
  const ratio = cheapest.oracle ? ` (${(own.podHours / cheapest.oracle.podHours).toFixed(2)}x)` : '';
  return `${formatAmount(own.podHours)}${ratio}${isFarBelowOthers(limit, key) ? '*' : ''}`;
}

/** The table in fixed-width text, with a line of group titles above it. */
export function tableText({ groups, columns, rows }: ComparisonTable): string {
  const lines = [columns, ...rows.map(({ cells }) => cells)];
  const widths = columnWidths(lines);
  let first = 1;
  const titles = groups.map(({ title, columns: count }) => {
    const width = widths.slice(first, first + count).reduce((sum, each) => sum + each, 2 * (count - 1));
    first += count;
    const rule = '-'.repeat(Math.max(0, width - title.length - 1));
    return width > title.length ? `${title} ${rule}` : title;
  });
  return [[' '.repeat(widths[0]!), ...titles].join('  ').trimEnd(), ...textTable(lines)].join('\n');
}
