import type { Attributes, Meter, Tracer } from '@opentelemetry/api';
import type { NameStyle } from './secret-names.js';

export interface TelemetryOptions {
  /**
   * How spans show the names of secrets, and the versions that are read: not at all, as a hash (the first 16 hexadecimal digits
   * of the SHA-256, so a guessed name can be checked), or as they are. Metrics never have names or versions.
   * @defaultValue 'omitted'
   */
  readonly names?: NameStyle;
  /**
   * Whether cache hits have spans and durations too. Each hit then costs about as much as a miss does here.
   * @defaultValue false
   */
  readonly hits?: boolean;
  /**
   * Attributes of every span and metric of this middleware, to tell it apart from others in the process.
   * @defaultValue none
   */
  readonly attributes?: Attributes;
  /** The tracer that starts the spans. @defaultValue that of the registered SDK */
  readonly tracer?: Tracer;
  /** The meter that creates the metrics. @defaultValue that of the registered SDK */
  readonly meter?: Meter;
  /** The clock for the age of stale values, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}
