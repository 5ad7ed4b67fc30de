import { probit } from 'simple-statistics';
import type { Measure } from '../reading.js';
import type { Fault, Random } from './faults.js';
import { drawFault, secondsToNextFault } from './faults.js';
import { saturationTemperature } from './saturation.js';

/** Steam made at full fire, in t/h. The plant's full demand is 80 % of it, so that control has room to act. */
const CAPACITY_TONNES_PER_HOUR = 25;
const FULL_DEMAND_SHARE = 0.8;

/** Set-points of the two controllers: gauge pressure in bar, water level in %. */
const PRESSURE_SETPOINT_BAR = 10;
const LEVEL_SETPOINT_PERCENT = 50;

/** Gauge pressure in bar at which the safety valve lifts, and the share of full steam that it lets out per bar above. */
const SAFETY_VALVE_BAR = 13;
const SAFETY_VALVE_SHARE_PER_BAR = 0.8;

/** Steam that raises the drum by one bar, and water that raises its level by one percent, both in tonnes. */
const TONNES_PER_BAR = 0.12;
const TONNES_PER_LEVEL_PERCENT = 0.04;

/** Drum level in percent below which the burner is locked out, and above which it may fire again. */
const LOCKOUT_LEVEL_PERCENT = 20;
const RELEASE_LEVEL_PERCENT = 40;

/** Standard deviation of each sensor's noise, in its own unit. */
const noise: Readonly<Record<Measure, number>> = {
  temperature: 0.25,
  pressure: 0.04,
  steamFlow: 0.15,
  waterLevel: 0.35,
};

/** How fast the demand of one boiler wanders around the plant's: time constant in seconds, spread as a share. */
const WANDER_SECONDS = 120;
const WANDER_SHARE = 0.03;

/** Longest step of the integration, in seconds: well below the fastest time constant (the firing control's). */
const MAX_STEP_SECONDS = 1;

/** What a simulated boiler needs. */
export interface BoilerOptions {
  /** Mean number of faults per hour; 0 for a boiler that never fails. */
  readonly faultsPerHour: number;
  /** Source of uniform random numbers; the same numbers give the same boiler. */
  readonly random: Random;
  /** When the simulation begins, in seconds. */
  readonly startSeconds: number;
}

/** A simulated steam boiler: a drum with a pressure control on the burner and a level control on the feed pump. */
export interface Boiler {
  /**
   * Moves the boiler on to `nowSeconds` under a steady demand and reads its sensors there.
   *
   * @param demand share of full steam that the plant draws, 0 to 1
   * @param nowSeconds not before the last call's
   */
  read(demand: number, nowSeconds: number): Readonly<Record<Measure, number>>;
  /** What is wrong with it at the moment, if anything. */
  readonly fault: Fault | undefined;
}

/**
 * A boiler as three coupled balances, which is enough for readings that move together as real ones do:
 *
 * - energy: pressure rises when the burner makes more steam than leaves the drum, and a proportional-integral control
 *   with feed-forward of the demand moves the burner;
 * - temperature: that of saturated steam at the pressure, following it with a lag of the pipe's metal;
 * - mass: level falls when more water boils than the feed pump brings, and low water locks the burner out; a sudden rise of steam flow first lifts the
 *   level ("swell"), as bubbles take room.
 */
export function createBoiler(options: BoilerOptions): Boiler {
  const { random } = options;
  // Never 0 or 1, where the inverse normal distribution is infinite.
  const gaussian = () => probit(Math.min(Math.max(random(), 1e-9), 1 - 1e-9));

  let timeSeconds = options.startSeconds;
  let pressure = PRESSURE_SETPOINT_BAR;
  let integral = 0;
  let level = LEVEL_SETPOINT_PERCENT;
  let temperature = saturationTemperature(pressure + 1);
  let wander = 0;
  let flow: number | undefined;
  let smoothedFlow = 0;
  let lockedOut = false;
  let fault: Fault | undefined;
  let nextFaultSeconds = timeSeconds + secondsToNextFault(options.faultsPerHour, random);

  function advance(demand: number, stepSeconds: number): void {
    const stepHours = stepSeconds / 3600;
    timeSeconds += stepSeconds;
    if (fault && timeSeconds >= fault.untilSeconds) {
      fault = undefined;
      nextFaultSeconds = timeSeconds + secondsToNextFault(options.faultsPerHour, random);
    } else if (!fault && timeSeconds >= nextFaultSeconds) {
      fault = drawFault(timeSeconds, random);
    }

    // An Ornstein-Uhlenbeck walk: it wanders, and is pulled back.
    wander +=
      (-wander * stepSeconds) / WANDER_SECONDS +
      WANDER_SHARE * Math.sqrt((2 * stepSeconds) / WANDER_SECONDS) * gaussian();
    const drawn = Math.max(0, demand * (1 + wander)) * FULL_DEMAND_SHARE * CAPACITY_TONNES_PER_HOUR;
    const vented =
      Math.max(0, pressure - SAFETY_VALVE_BAR) * SAFETY_VALVE_SHARE_PER_BAR * CAPACITY_TONNES_PER_HOUR;
    const leaving = drawn * Math.min(1, pressure / (PRESSURE_SETPOINT_BAR / 2));
    smoothedFlow += ((leaving - smoothedFlow) * stepSeconds) / 30;
    flow = leaving;

    const error = PRESSURE_SETPOINT_BAR - pressure;
    // The integral is held inside the burner's range, or a long fault would wind it up.
    integral = Math.min(0.3, Math.max(-0.3, integral + (error * stepSeconds) / 600));
    const asked = drawn / CAPACITY_TONNES_PER_HOUR + 0.25 * error + integral;
    lockedOut = level < (lockedOut ? RELEASE_LEVEL_PERCENT : LOCKOUT_LEVEL_PERCENT);
    const stuck =
      fault?.kind === 'burner-runaway' || fault?.kind === 'burner-trip' ? fault.firing : undefined;
    const firing = lockedOut ? 0 : (stuck ?? Math.min(1, Math.max(0, asked)));
    const made = firing * CAPACITY_TONNES_PER_HOUR;
    pressure = Math.max(0.1, pressure + ((made - leaving - vented) * stepHours) / TONNES_PER_BAR);
    temperature += ((saturationTemperature(pressure + 1) - temperature) * stepSeconds) / 20;

    const feedAsked = made + 0.6 * (LEVEL_SETPOINT_PERCENT - level);
    const feedMost =
      fault?.kind === 'feedwater-loss' ? fault.feedShare * made : 1.3 * CAPACITY_TONNES_PER_HOUR;
    const feed = Math.min(feedMost, Math.max(0, feedAsked));
    level = Math.min(100, Math.max(0, level + ((feed - made) * stepHours) / TONNES_PER_LEVEL_PERCENT));
  }

  return {
    read(demand, nowSeconds) {
      if (flow === undefined) {
        flow = demand * FULL_DEMAND_SHARE * CAPACITY_TONNES_PER_HOUR;
        smoothedFlow = flow;
      }
      while (timeSeconds < nowSeconds) advance(demand, Math.min(MAX_STEP_SECONDS, nowSeconds - timeSeconds));
      const swell = 1.5 * (flow - smoothedFlow);
      const seen = (measure: Measure, value: number) => {
        const factor = fault?.kind === 'sensor-spike' && fault.measure === measure ? fault.factor : 1;
        return Math.max(0, Math.round((value * factor + noise[measure] * gaussian()) * 100) / 100);
      };
      return {
        temperature: seen('temperature', temperature),
        pressure: seen('pressure', pressure),
        steamFlow: seen('steamFlow', flow),
        waterLevel: Math.min(100, seen('waterLevel', level + swell)),
      };
    },
    get fault() {
      return fault;
    },
  };
}
