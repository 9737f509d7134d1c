import { MemoryStore, MemoryWorld } from "../support/memory-store.ts";
import { storeSuite } from "./store.ts";

storeSuite({
	name: "memory",
	world: async () => {
		const world = new MemoryWorld();
		return { open: async () => new MemoryStore({ world }), end: async () => {} };
	},
});
