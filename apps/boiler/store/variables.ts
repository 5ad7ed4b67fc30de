import { optionalText, port, text } from '../../shared/environment.js';

/** The variables of every boiler program that uses the database. */
export const databaseVariables = {
  MYSQL_HOST: text({ default: '127.0.0.1', meaning: 'Host of the MySQL or MariaDB server.' }),
  MYSQL_PORT: port({ default: 3306, meaning: 'Port of the database server.' }),
  MYSQL_DATABASE: text({ default: 'boiler', meaning: 'Database that holds the tables; it must exist.' }),
  MYSQL_USER: text({ default: 'boiler', meaning: 'User that may create, fill and read the tables.' }),
  MYSQL_PASSWORD: optionalText({ secret: true, meaning: 'Password of that user.' }),
};

/** How to reach the database, as the variables say it. */
export interface DatabaseAddress {
  readonly MYSQL_HOST: string;
  readonly MYSQL_PORT: number;
  readonly MYSQL_DATABASE: string;
  readonly MYSQL_USER: string;
  readonly MYSQL_PASSWORD?: string | undefined;
}
