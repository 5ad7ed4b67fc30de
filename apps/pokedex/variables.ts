import { z } from 'zod';
import { optionalText, port, text, wholeNumber } from '../shared/environment.js';
import type { CommonConfig } from '../shared/run-program.js';

/** What the pokedex reads from the environment. */
export const pokedexVariables = z.object({
  APP_NAME: text({ default: 'pokedex', meaning: 'Name of this service: in its metrics, logs and traces.' }),
  PORT: port({ default: 5000, meaning: 'Port of the service, meant for traced requests.' }),
  METRICS_PORT: port({ default: 8689, meaning: 'Port of the service with `/metrics` beside it.' }),
  MYSQL_HOST: text({ default: '127.0.0.1', meaning: 'Host of the MySQL or MariaDB server.' }),
  MYSQL_PORT: port({ default: 3306, meaning: 'Port of the database server.' }),
  MYSQL_DATABASE: text({ default: 'pokedex', meaning: 'Database that holds the table; it must exist.' }),
  MYSQL_USER: text({ default: 'pokedex', meaning: 'User that may create and fill the table.' }),
  MYSQL_PASSWORD: optionalText({ secret: true, meaning: 'Password of that user.' }),
  MYSQL_CONNECTIONS: wholeNumber({
    min: 1,
    max: 1000,
    default: 10,
    meaning: 'Most connections open at once.',
  }),
});

/** The checked configuration of the pokedex. */
export type PokedexConfig = Readonly<z.output<typeof pokedexVariables>> & CommonConfig;
