import { say } from './say.js';

/** How the page names a measure, with its unit and the digits that its sensor is good for. */
export interface MeasureWords {
  readonly name: string;
  readonly unit: string;
  readonly digits: number;
}

const words: Readonly<Record<string, MeasureWords>> = {
  temperature: { name: say('temperature'), unit: '°C', digits: 1 },
  pressure: { name: say('pressure'), unit: 'bar', digits: 2 },
  steamFlow: { name: say('steamFlow'), unit: 't/h', digits: 1 },
  waterLevel: { name: say('waterLevel'), unit: '%', digits: 1 },
};

/** The words for a measure; one that the page does not know keeps its own name. */
export function wordsFor(measure: string): MeasureWords {
  return words[measure] ?? { name: measure, unit: '', digits: 2 };
}
