import type { HttpLog } from "../../connectors/http/log.ts";
import type { SyncError } from "../../core/errors.ts";
import type { AccountId } from "../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../core/operation.ts";
import type { AtlassianProduct, Capabilities, SeatPool } from "../../core/product.ts";

/** One server of the product's kind, which the suite fills and disturbs behind the product's back. */
export interface ProductStage {
	/** A product object that is logged in as an administrator and repeats nothing unless told so. */
	connect(options?: ConnectOptions): AtlassianProduct;
	addAccount(account: AccountFields & { readonly active?: boolean }): AccountId;
	addGroup(name: string): void;
	addMember(group: string, account: AccountId): void;
	/** Answers the `at`-th request from now on (counted from 1 over all that match) with a fault, once. */
	disturb(fault: Disturbance): void;
	/** Everything that arrived, oldest first. */
	arrived(): readonly Arrived[];
	close(): Promise<void>;
}
interface ConnectOptions {
	readonly pageSize?: number;
	readonly log?: HttpLog;
	/** True: failing requests are repeated as in production, with short waits. */
	readonly patient?: boolean;
}
interface Arrived {
	readonly method: string;
	readonly path: string;
	readonly status: number;
}
export interface Disturbance {
	readonly at: number;
	/** Only requests that change something. */
	readonly writesOnly?: boolean;
	readonly effect:
		| { readonly kind: "status"; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
		| { readonly kind: "cut" | "reset" | "html" | "drop-after-write" }
		| { readonly kind: "short-page"; readonly drop: number }
		| { readonly kind: "wrong-json"; readonly body: unknown };
}

/** P10 and P12: something a server refuses. `provoke` answers what must throw. */
export interface Refusal {
	readonly title: string;
	/** What the error's message must hold: a piece of the server's own sentence. */
	readonly says: RegExp;
	readonly code: SyncError["code"];
	arrange(): Promise<ProductStage>;
	provoke(stage: ProductStage, product: AtlassianProduct): Promise<unknown>;
}

export interface ProductHarness {
	readonly name: string;
	/** Why P2, P8 and P9 are tried with fewer faults and names than usual: another harness behaves alike. */
	readonly brief?: string;
	/** An empty server: nobody but administrators, the groups that the product comes with. */
	open(): Promise<ProductStage>;
	/** Never to be seen in any log line or error. */
	readonly secrets: readonly string[];
	/** Why no account is the one that Rollcall is logged in with. */
	readonly noSelf?: string;
	/** Why a rename gives an account another id. */
	readonly namesAreIds?: string;
	/** Why every account reads as active. */
	readonly allActive?: string;
	/** Groups that the product itself gives to new accounts. */
	readonly defaultGroups: readonly string[];
	/** Awkward but legal values. */
	readonly odd: {
		readonly usernames: readonly string[];
		readonly displayNames: readonly string[];
		readonly groups: readonly string[];
		readonly attributes: readonly string[];
	};
	/** Kinds that this product or version cannot do; compared with its own table. */
	readonly unsupported: readonly ProductOperation["kind"][];
	/** P10. Empty only with a reason. */
	readonly refusals: readonly Refusal[];
	/** P12, or the reason why answers of this product are never capped. */
	readonly capped: readonly Refusal[] | { readonly never: string };
	readonly names: Capabilities["names"];
	/** Fields that the product does not tell: they read as empty. */
	readonly untold?: readonly (keyof AccountFields)[];
	/** P14: a server with some seats taken, and what it must say; or the reason why it says nothing. */
	readonly seats:
		| { arrange(): Promise<{ readonly stage: ProductStage; readonly pools: readonly SeatPool[] }> }
		| { readonly never: string };
	/** P15: a server with one account that it refuses to switch off; or the reason why there is none. */
	readonly blocked:
		| { arrange(): Promise<{ readonly stage: ProductStage; readonly free: AccountId; readonly blocked: AccountId; readonly says: RegExp }> }
		| { readonly never: string };
}
