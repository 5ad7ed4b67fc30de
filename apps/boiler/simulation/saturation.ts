const MM_HG_PER_BAR = 750.0617;

/**
 * Saturation temperature of water, in °C: the temperature of steam that leaves a drum at this pressure.
 *
 * Antoine's equation with the constants for 99 to 374 °C from the Dortmund Data Bank (A 8.14019, B 1810.94,
 * C 244.485, pressure in mmHg); within 0.5 °C of the IAPWS steam tables between 1 and 30 bar.
 *
 * @param absoluteBar absolute pressure in bar, above 0
 * @example saturationTemperature(10) // 180.1 (steam tables: 179.9)
 */
export function saturationTemperature(absoluteBar: number): number {
  return 1810.94 / (8.14019 - Math.log10(absoluteBar * MM_HG_PER_BAR)) - 244.485;
}
