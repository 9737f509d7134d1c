import type { z } from "zod";
import type { Limit, Limits, ShrinkLimits } from "../core/guard.ts";
import type { ConnectorId, ProductId } from "../core/model.ts";
import type { Posture } from "../core/plan.ts";
import type { PolicyText, SourceText } from "../core/policy/policy.ts";
import type { NetworkConfig, NetworkInput } from "./network.ts";
import type { Path } from "./problem.ts";
import type { SecretRef } from "./secrets.ts";

/** Data as the file has it, not yet known to be right. */
export type Raw = Readonly<Record<string, unknown>>;
export const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);

/** What is said about a value in the file; `where` is the value's own place unless the key is meant. */
export type Report = (path: Path, message: string, todo: string, where?: "key" | "value") => void;

/** Rules that look at several keys. They see the raw data, so that they speak up beside the schema's own errors, not after them. */
export type Rules = (context: {
	readonly raw: Raw;
	readonly path: Path;
	readonly report: Report;
	readonly sources: ReadonlySet<string>;
}) => void;

/** What `build` may ask for: the pieces of a configuration that are more than their value. Paths are relative to the source or product. */
export interface Builder {
	secretAt(...path: readonly string[]): SecretRef;
	textAt(...path: Path): SourceText;
	networkAt(input: NetworkInput): NetworkConfig;
}

export interface SourceBase {
	readonly id: ConnectorId;
	readonly kind: string;
}

/** Where an ownership mark goes, and what signs it; for products that keep free attributes of accounts. */
export interface MarkConfig {
	readonly attribute: string;
	readonly key: SecretRef;
}

export interface ProductBase {
	readonly id: ProductId;
	readonly kind: string;
	readonly posture: Posture;
	readonly adopt: "never" | "username" | "email";
	readonly policy: PolicyText;
	readonly leavers: LeaverRules;
	readonly protect: Protect;
	/** Every kind is there. */
	readonly limits: Limits;
	readonly shrink: ShrinkLimits;
	readonly mark?: MarkConfig;
	/** The rest of a run is called off when more than max(floor, fraction × operations) have failed. */
	readonly errorBudget: Limit;
	/** Five cron fields; absent: only on demand. */
	readonly schedule?: string;
	/** IANA name, for `schedule`. */
	readonly timeZone: string;
}

interface Protect {
	readonly accounts: readonly string[];
	readonly groups: readonly string[];
	/** Whether the file names them: then each must exist in the product. */
	readonly stated: { readonly accounts: boolean; readonly groups: boolean };
}

interface LeaverRules {
	readonly action: "disable" | "keep" | "unlicense";
	readonly licenceGroups?: readonly string[];
	readonly after: { readonly sightings: number; readonly periodMs: number };
	readonly stripGroups: boolean;
}

/** One kind of directory: its schema, and how its settings are made of what the schema lets through. */
export interface SourceKind<Input, Output extends SourceBase> {
	readonly kind: Output["kind"];
	/** As the reference page calls it. */
	readonly title: string;
	readonly schema: z.ZodObject;
	readonly rules: Rules;
	build(input: Input, builder: Builder & { readonly id: ConnectorId }): Output;
}

/** One kind of product. `policy` is what all products have in common. */
export interface ProductKind<Input, Output extends ProductBase> {
	/** What a first configuration of this kind says differently from the others: leavers of a product that disables nobody, the group that lets people in. */
	readonly beginning?: { readonly leavers: "unlicense"; readonly defaultGroups: readonly string[] };
	readonly kind: Output["kind"];
	readonly title: string;
	readonly schema: z.ZodObject;
	readonly rules: Rules;
	build(input: Input, builder: Builder & { readonly id: ProductId }): Output;
}
