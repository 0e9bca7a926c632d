import type { Connection } from '../driver.ts';

/** What keeps other runs out of a warehouse. */
export interface Hold {
  /** Takes the warehouse. Throws a FaultError when another run has it, and there is no waiting. */
  take(connection: Connection): Promise<void>;
  /** Makes sure on a new session, after the old one broke, that it is still ours. Throws a FaultError. */
  retake(connection: Connection): Promise<void>;
  /** What each transaction begins with that only the holder may make: it fails if the warehouse is somebody else's by now. */
  fence(): readonly string[];
  /** How often it has to be renewed, in milliseconds; undefined where it lasts as long as its session. */
  readonly renewMs: number | undefined;
  renew(connection: Connection): Promise<void>;
  /** Lets others have the warehouse, where the end of the session does not do that. */
  release(connection: Connection): Promise<void>;
}
