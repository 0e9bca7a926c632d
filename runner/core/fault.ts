import type { Location, Place } from './location.ts';

/**
 * Every fault a user can cause, by code, with the sentence that `docs/faults.md` gives it. A code is stable:
 * scripts may match on it.
 */
export const faultCodes = {
  usage: 'The command line has a command, option or argument that does not exist or does not fit.',
  'project-not-found': 'There is no dwh.yaml in the project folder.',
  'yaml-syntax': 'A YAML file cannot be parsed.',
  'config-unknown-key': 'A key is not one that may stand there.',
  'config-invalid': 'A value is missing, of the wrong type, or not one of those allowed.',
  'env-missing': 'An environment variable that has no default is not set.',
  'env-secret': 'A template reads an environment variable that holds a secret, such as the password of a target.',
  'target-unknown': 'The target is not one of those in dwh.yaml.',
  'template-syntax': 'A template is not valid Handlebars.',
  'template-unsupported': 'A template uses a part of Handlebars that would hide the graph.',
  'template-limit': 'A template is larger or nested deeper than the limits, or the SQL that it is rendered to is.',
  'argument-not-literal':
    'A ref, source, var or env takes a name in quotes, so that the graph is exact without running anything.',
  'helper-unknown': 'A template calls a helper that does not exist.',
  'name-unknown': 'A template uses a name that has no value at that place.',
  'macro-unknown': 'A template calls a macro that has no file in macros/.',
  'macro-argument': 'A macro is called with an argument it does not declare, or without one it needs.',
  'macro-cycle': 'Macros call each other in a circle.',
  'macro-parameters': 'A macro declares its parameters twice, late, or in the wrong form.',
  'ref-unknown': 'A ref names a model or seed that is not in the project.',
  'source-unknown': 'A source is not declared in dwh.yaml.',
  'var-unknown': 'A var is neither in dwh.yaml nor given with --vars.',
  cycle: 'Models depend on each other in a circle.',
  'duplicate-name': 'Two files define a node of the same name.',
  'name-invalid': 'The name of a model, seed, macro or column cannot be used on every warehouse.',
  'properties-without-node': 'A properties file describes a model or seed that has no file.',
  'contract-incomplete': 'A column contract gives some columns a type and others none.',
  'contract-missing': 'A materialization needs a column contract and has none.',
  'contract-mismatch': 'The columns of a query are not those of its contract.',
  'duplicate-column': 'A query gives two columns of one name.',
  'column-unknown': 'A column is not in the contract of its model.',
  'column-type-unknown': 'A column type is not one that Redshift knows.',
  'seed-invalid': 'A CSV seed cannot be read, or a value does not fit the declared type.',
  'selection-empty': 'A selection matched nothing.',
  'selection-invalid': 'A selector is not valid.',
  'many-statements': 'A model, test, analysis or query holds more than one statement.',
  'query-empty': 'A query has no statement in it.',
  'query-writes': 'A statement that is sent to read only would do something else.',
  'model-empty': 'A model, test or analysis has no SQL in it.',
  'relation-missing': 'A ref leads to a table that is neither part of this run nor published.',
  'relation-foreign': 'A relation that this project did not publish stands where one of its own should.',
  'dependent-objects': 'What others have made depends on a relation that has to make way for another one.',
  'rows-unsure': 'A trigger, rule or foreign key of others could change or suppress the rows that a publish writes.',
  'grants-hidden': 'A relation has to be replaced, and the user of the target may not see all grants on it.',
  'relation-behind': 'A run would append rows twice or miss some, since it leaves out what they come from or go to.',
  'database-locked': 'Another process holds the database. The exit code is 4.',
  'run-overtaken': 'Another run has taken the warehouse while this one had lost it. The exit code is 4.',
  'database-unavailable': 'The database cannot be opened.',
  'database-error': 'The database refused a statement.',
  'statement-too-long': 'A statement is longer than the road to the warehouse carries.',
  'nothing-published': 'There is nothing to read yet: no run has published.',
  'source-empty': 'No raw file was found where a source points.',
  'source-moved': 'The raw files come from another place than those that are loaded.',
  'storage-unavailable': 'The place that raw files are read from cannot be reached, or is not there.',
  'storage-denied': 'The place that raw files are read from does not let this user in.',
  'file-changed': 'A raw file that was loaded has changed since.',
  'file-missing': 'A raw file that was loaded is not there any more.',
  'file-repeated': 'A raw file has the content of another one.',
  'file-format': 'A raw file is packed or encoded in a way that is not read.',
  'file-unreadable': 'A file cannot be read.',
  'file-ending': 'A file would be left out, as its ending is not quite one of those that are read.',
  'jsonpaths-invalid': 'A jsonpaths file is not valid or does not fit its table.',
  'row-rejected': 'A raw row does not fit the table that it is loaded into.',
  'key-violation': 'Rows that a unique_key should tell apart are the same, or have none.',
  'columns-changed': 'The columns of a published table are not those of its model, or somebody has changed them since.',
  'cluster-unknown': 'The project describes no cluster, or not the one that is named.',
  'cluster-missing': 'The cluster that the project describes is not there.',
  'cluster-state': 'The cluster is not in a state in which this can be done.',
  'cluster-foreign': 'Something in AWS has the name that is needed, and it was not made for this cluster.',
  'cluster-fixed': 'A setting of something that is there already cannot be changed.',
  'cluster-broken': 'AWS tells a state from which nothing comes back by itself.',
  'cluster-late': 'AWS has not finished something in the time that it may take.',
  'cluster-in-use': 'What others have made would be lost with the cluster.',
  'cluster-open': 'The whole world could connect.',
  'cluster-unconfirmed': 'Nobody has agreed to what would be done.',
  'aws-refused': 'AWS refused a call.',
  'test-failed': 'A data test found rows that should not be there.',
  system: 'The operating system refused something, such as to write to a folder.',
  interrupted: 'The run was interrupted.',
} as const;

export type FaultCode = keyof typeof faultCodes;

/** Something a user can mend: what is wrong, where, and what to do about it. */
export interface Fault {
  readonly code: FaultCode;
  /** A sentence without a full stop; rows that it is about may stand on lines below it. */
  readonly message: string;
  readonly at?: Place | undefined;
  /** Other places that belong to the fault, such as each ref of a cycle. */
  readonly related?: readonly { readonly message: string; readonly at: Place }[];
  readonly hint?: string | undefined;
  /** Of a publish: the nodes that it fails for, by unique id; undefined for all of them. */
  readonly nodes?: readonly string[];
}

/** A fault whose places are all lines and columns. */
export interface PlacedFault extends Omit<Fault, 'at' | 'related'> {
  readonly at?: Location;
  readonly related: readonly { readonly message: string; readonly at: Location }[];
}

/** Carries faults to whoever reports them. Anything else that is thrown is a bug and keeps its stack. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
  readonly faults: readonly Fault[];

  constructor(faults: Fault | readonly Fault[], options?: ErrorOptions) {
    const all = 'code' in faults ? [faults] : faults;
    super(all.map((fault) => `${fault.code}: ${fault.message}`).join('\n'), options);
    this.faults = all;
  }
}

/** Throws all faults together, if there are any. */
export function throwFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new FaultError(faults);
}
