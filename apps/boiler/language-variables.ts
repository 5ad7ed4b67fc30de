import { choice } from '../shared/environment.js';
import { languages } from './language.js';

/** The setting of the programs that write for people. */
export const languageVariables = {
  APP_LANGUAGE: choice(languages, {
    default: 'en',
    meaning: 'Language of the page and of the alerts: `en` or `pt-BR`.',
  }),
};
