import { testNewRhythms, testWildSamples } from '../../../test/support/job-loads.js';

describe('a new rhythm in steps of a minute', () => testNewRhythms(1));

describe('one wild sample among steps of a minute', () => testWildSamples(1));
