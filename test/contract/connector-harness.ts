import type { HttpLog } from "../../connectors/http/log.ts";
import type { Connector, DirectoryTraits } from "../../core/connector.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import type { Fault } from "../../sandbox/kit/faults.ts";
import type { Sandbox } from "../../sandbox/kit/server.ts";

/** How one kind of directory is put up for the contract's tests: a stand-in, or a real server. */
export interface ConnectorHarness {
	readonly name: string;
	readonly traits: DirectoryTraits;
	/** A directory with people (one disabled, some with attributes), groups (nested, one empty, one with everybody or at least ten). */
	open(): Promise<OpenDirectory>;
	/** The same people, groups and ids, entered in another order. */
	reordered?(): Promise<OpenDirectory>;
	/** Default: 1, 2, n-1, n, n+1 and the connector's own. Undefined stands for the connector's own. */
	readonly pageSizes?: readonly (number | undefined)[];
	/** While single requests fail; small enough that lists have several pages. Default 5. */
	readonly faultPageSize?: number;
	/** Where the contract is known not to hold. Still run; must still fail. */
	readonly deviations?: readonly Deviation[];
	/** Clauses (`C9`) that cannot be tried on this harness, with the reason. */
	readonly untried?: Readonly<Record<string, string>>;
}

export interface Deviation {
	readonly because: string;
	/** For C3: a failing request (as it was answered when it did not fail) whose failure is not noticed. */
	readonly applies: (exchange: Exchange, effect: Fault["effect"]) => boolean;
	/** How often it was met; kept by the suite. */
	seen?: number;
}

export interface OpenDirectory {
	readonly truth: DirectoryTruth;
	/** A new connector; retries are few and quick. */
	connector(tuning?: Tuning): Connector;
	/** Makes tokens expire in the middle of a reading. `logIns`: how often the connector logged in since. */
	shortTokens(): { readonly tuning?: Tuning; readonly logIns: () => Promise<number> };
	/** Absent on real servers, where nothing can be made to fail. */
	readonly server?: FaultyServer;
	close(): Promise<void>;
}

export interface Tuning {
	readonly pageSize?: number;
	readonly concurrency?: number;
	readonly log?: HttpLog;
	/** A log-in whose tokens live for a few seconds only. */
	readonly clientId?: string;
}

export interface FaultyServer extends Pick<Sandbox, "faults" | "exchanges"> {
	/** Each makes a stated total disagree with what is listed. */
	readonly wrongTotals: readonly Fault[];
	/** Must appear nowhere. */
	readonly secrets: readonly (string | RegExp)[];
	/** From now on some list never ends, or repeats itself. */
	endless(): void;
	/** Two groups are inside one another from now on; absent where the server's data has no way to say so. */
	cycle?(): void;
}

export interface DirectoryTruth {
	readonly people: readonly {
		readonly id: string;
		readonly username: string;
		readonly active: boolean;
		readonly attributes: Readonly<Record<string, readonly string[]>>;
	}[];
	/** Direct members and inner groups by id. */
	readonly groups: readonly {
		readonly id: string;
		readonly name: string;
		readonly people: readonly string[];
		readonly groups: readonly string[];
	}[];
}
