import type { PostgresAddress } from '../support/postgres-server.ts';

/** A role of the account: whether it is attached to the warehouse, and the buckets it may list and read. */
export interface Role {
  readonly attached: boolean;
  readonly buckets: readonly string[];
}

/** A way to log in; a temporary one ends. */
export interface Login {
  readonly password: string;
  readonly expiresAt?: Date;
}

/** What the users of the warehouse may see of its system views. */
export interface Sight {
  readonly isSuperuser: boolean;
  /** `alter user … syslog access …` */
  readonly syslogAccess: 'RESTRICTED' | 'UNRESTRICTED';
  /** The system-defined roles that were granted. */
  readonly roles: readonly ('sys:monitor' | 'sys:operator')[];
}

/** Something that goes wrong with the next statement that fits, once. */
export interface Mishap {
  /** The statement, as the client sent it. */
  readonly statement: Pick<RegExp, 'test'>;
  readonly happens:
    | { readonly kind: 'error'; readonly message: string; readonly code?: string }
    /** The connection breaks before the statement is carried out, or after it and before the answer. */
    | { readonly kind: 'lost'; readonly when: 'before' | 'after' }
    /** The statement waits in the server until this settles. */
    | { readonly kind: 'wait'; readonly until: Promise<void> };
}

/** The world of one stand-in: what a test sets up, and what the front doors and COPY look at. */
export class Warehouse {
  /** The database that plays the warehouse. */
  readonly address: PostgresAddress;
  /** Where the warehouse itself is. */
  region = 'us-east-1';
  state: 'available' | 'paused' = 'available';
  /** A serverless warehouse, like a Multi-AZ cluster, refuses system tables that a provisioned cluster has. */
  kind: 'serverless' | 'provisioned' = 'serverless';
  /** Of all users: what docs/redshift.md asks for, unless a test says otherwise. */
  sight: Sight = { isSuperuser: false, syslogAccess: 'UNRESTRICTED', roles: ['sys:monitor'] };
  /** The cluster and workgroup that AWS knows it by; any, if there are none. */
  readonly names = new Set<string>();
  /** By ARN. */
  readonly roles = new Map<string, Role>();
  /** The ARN of the role that `iam_role default` means. */
  defaultRole: string | undefined;
  /** The S3 that COPY reads from, and the region of each bucket that is not in that of the warehouse. */
  s3Endpoint = '';
  readonly bucketRegions = new Map<string, string>();
  /** By the name of the user. */
  readonly logins = new Map<string, Login>();
  readonly mishaps: Mishap[] = [];
  now: () => Date = () => new Date();

  constructor(address: PostgresAddress) {
    this.address = address;
  }

  /** The mishap that was ordered for a statement, if any: it happens once. */
  takeMishap(statement: string): Mishap['happens'] | undefined {
    const index = this.mishaps.findIndex((mishap) => mishap.statement.test(statement));
    return index < 0 ? undefined : this.mishaps.splice(index, 1)[0]?.happens;
  }
}

/** A column of an answer, as the server describes it. */
export interface AnswerColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly typeModifier: number;
}

/** What a statement gave: values are text as the server writes them. */
export interface Answer {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** The command tag, such as `INSERT 0 3`. */
  readonly tag: string;
  /** Rows that were returned, changed or loaded. */
  readonly rowCount: number;
  /** What was said besides, such as what COPY loaded. */
  readonly notices: readonly { readonly severity: 'INFO' | 'NOTICE' | 'WARNING'; readonly message: string }[];
}

/** What Redshift says against a statement. */
export class RedshiftError extends Error {
  override readonly name = 'RedshiftError';
  /** The SQLSTATE. */
  readonly code: string;
  readonly detail: string | undefined;
  /** Characters from 1 in the statement as it was sent. */
  readonly position: number | undefined;

  constructor(message: string, code = 'XX000', more: { detail?: string; position?: number } = {}) {
    super(message);
    this.code = code;
    this.detail = more.detail;
    this.position = more.position;
  }
}

/** The connection to the client is to break, without a word. */
export class LostConnection extends Error {
  override readonly name = 'LostConnection';
}

/** One session of the warehouse, whatever door it came through. Statements are carried out one after another. */
export interface Session {
  /** The process that serves it. */
  readonly pid: number;
  /** As the wire protocol tells it: idle, in a transaction, in one that failed. */
  readonly transaction: 'I' | 'T' | 'E';
  /** Carries out one statement of Redshift's SQL. Throws a RedshiftError, or a LostConnection. */
  execute(statement: string): Promise<Answer>;
  /** Stops what runs in it. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

/** What COPY needs of the session it runs in: statements of PostgreSQL, in the same transaction. */
export interface CopySession {
  readonly pid: number;
  query(statement: string): Promise<Answer>;
}
