/** The languages of the boiler's page and alerts. */
export const languages = ['en', 'pt-BR'] as const;

/** One of {@link languages}. */
export type Language = (typeof languages)[number];
