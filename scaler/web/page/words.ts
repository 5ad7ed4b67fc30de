import type { Accuracy, ApiError, TriggerStatus, TriggerSummary } from '../api/contract.js';
import { duration, percent, span } from './format.js';

/** A state in a word or two, and its meaning. */
export interface StateWords {
  readonly label: string;
  readonly detail: string;
}

interface Status extends StateWords {
  /** Color of its badge. */
  readonly tone: 'good' | 'calm' | 'warn' | 'bad';
}

/** Each status, those that need attention first. */
export const STATUSES: Readonly<Record<TriggerStatus, Status>> = {
  error: { tone: 'bad', label: 'No answer', detail: 'KEDA gets an error' },
  stale: { tone: 'warn', label: 'Stale', detail: 'no new data; the forecast goes on from the last' },
  'no-history': {
    tone: 'warn',
    label: 'No history',
    detail: 'the history cannot be read; the load now is answered',
  },
  empty: {
    tone: 'warn',
    label: 'No value',
    detail: 'the query gives no series, or NaN or infinity, which reads as no load',
  },
  guarded: {
    tone: 'warn',
    label: 'Guarded',
    detail:
      'forecast not clearly closer than reacting, or the load stays away; the last load counts for more',
  },
  starting: { tone: 'calm', label: 'Starting', detail: 'reading the history' },
  'warming-up': {
    tone: 'calm',
    label: 'Warming up',
    detail: 'too little history to forecast; the load now is answered',
  },
  'observe-mode': { tone: 'calm', label: 'Dry run', detail: 'forecast shown; the load now is answered' },
  forecasting: { tone: 'good', label: 'Forecasting', detail: '' },
};

/** State and stage of a trigger. */
export function stateWords({ status, stage, nextStageInSeconds, error }: TriggerSummary): StateWords {
  const words = STATUSES[status];
  const next = nextStageInSeconds === 0 ? '' : leftWords(nextStageInSeconds);
  if (status === 'error') return { ...words, detail: ERRORS[error!.kind] ?? ERRORS.unavailable };
  if (status === 'warming-up') return { ...words, detail: `first forecast ${leftWords(nextStageInSeconds)}` };
  if (status !== 'forecasting') return words;
  if (stage === 'weekly') return { label: 'Daily + weekly', detail: '' };
  if (stage === 'daily') return { label: 'Daily', detail: next && `weekly season ${next}` };
  return { label: 'Trend', detail: next && `warming up: daily season ${next}` };
}

function leftWords(seconds: number | null): string {
  if (seconds === null) return 'as soon as there is history';
  return seconds > 0 ? `in ${span(seconds)}` : 'with the next fit';
}

const ERRORS: Readonly<Partial<Record<ApiError['kind'], string>>> & { readonly unavailable: string } = {
  rejected: 'the query cannot serve as a trigger',
  invalid: 'the metadata is wrong',
  unavailable: 'the load cannot be read',
};

/** What to do about an error. */
export function errorAdvice(error: ApiError): string {
  switch (error.kind) {
    case 'rejected':
      return 'Correct the query in the ScaledObject so that it gives exactly one series, for example with sum(...).';
    case 'invalid':
      return 'Correct the metadata in the ScaledObject; the message names the key and the accepted form.';
    default:
      return 'Check that Prometheus runs, that the scaler may reach it, and that the query answers there. KEDA uses its fallback in the meantime, and the trigger recovers by itself.';
  }
}

/** How good the forecasts are, as a sentence without a full stop. */
export function accuracyWords(accuracy: Accuracy | null): string {
  if (!accuracy) return 'not measured yet';
  const share = accuracy.closerThanReactingShare;
  if (Math.abs(share) < 0.005) return 'as close as reacting';
  return share > 0
    ? `${percent(share)} closer than reacting`
    : `${percent(-share)} further off than reacting`;
}

/** The stages within a sentence. */
export const STAGE_WORDS = {
  observed: 'observed load only',
  trend: 'level and trend',
  daily: 'a daily season',
  weekly: 'daily and weekly seasons',
} as const;

/** The length of a season, as a word where there is one. */
export function seasonWords(periodSeconds: number): string {
  if (periodSeconds === 86_400) return 'day';
  if (periodSeconds === 7 * 86_400) return 'week';
  return duration(periodSeconds);
}
