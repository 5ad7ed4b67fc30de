/** The theme: that of the system, or the viewer's choice. Runs before the first paint. */

import { announceTheme } from '../../page-kit/chart.js';

const KEY = 'predictive-scaler-theme';
const CHOICES = ['system', 'light', 'dark'] as const;

type Theme = (typeof CHOICES)[number];

apply(stored());

/** Makes a button switch between the choices. */
export function bindThemeButton(button: HTMLElement): void {
  button.textContent = `Theme: ${stored()}`;
  button.addEventListener('click', () => {
    const next = CHOICES[(CHOICES.indexOf(stored()) + 1) % CHOICES.length]!;
    store(next);
    apply(next);
    button.textContent = `Theme: ${next}`;
    announceTheme();
  });
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

function stored(): Theme {
  try {
    const held = localStorage.getItem(KEY);
    return CHOICES.find((choice) => choice === held) ?? 'system';
  } catch {
    // Browsers without storage for the page (private windows, blocked storage) throw here.
    return 'system';
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice then lasts until the page is closed.
  }
}
