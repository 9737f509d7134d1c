import type { Capabilities } from "../../../core/product.ts";

/** One kind of product: its chapter of docs/products.md, beside what its table of capabilities says. */
export interface ProductCard {
	/** Below docs/guides. */
	readonly guide: `${string}.md`;
	/** One column each, from the oldest: what is said of the column, and what that version can do. */
	readonly versions: readonly { readonly title: string; readonly can: Capabilities }[];
	/** What identifies an account for ever. */
	readonly id: string;
	/** How everybody is listed, and how the list is known to be whole. */
	readonly whole: string;
	/** How seats are known; absent where the product does not tell. */
	readonly seats?: string;
	/** A sentence each, beyond the operations that are not supported. */
	readonly cannot: readonly string[];
	/** What the connector is known to be right by, from the strongest to the weakest. */
	readonly proof: readonly string[];
}

/** For the page only: a table does not depend on them. */
export const SOME_LIMITS = { pageSize: 100, concurrency: 4 } as const;
