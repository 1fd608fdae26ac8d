import { type Outcome, outcomeOf } from '../../fleet/scenario.js';
import { scenario } from '../../fleet/scenarios.js';

export interface FleetArgument {
  readonly processes: number;
  readonly variant: string;
}

export function measure({ processes, variant }: FleetArgument): Promise<Outcome> {
  return outcomeOf({
    ...scenario(processes, variant),
    readEveryMs: processes > 1_000 ? 30_000 : 10_000, // ten thousand processes take minutes to simulate
  });
}
