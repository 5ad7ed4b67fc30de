/** What to do with this scaler on this series. */
export type Verdict = 'use' | 'observe' | 'not' | 'nothing-to-scale';
