import { beforeEach, expect, test } from "@jest/globals";
import type { PersonKey } from "../../../core/model.ts";
import type { Planned } from "../../../core/run/plan.ts";
import { dispute } from "../../../core/run/settled.ts";
import type { Lease, LinkOrigin } from "../../../core/store/store.ts";
import { MemoryProduct } from "../../support/memory-product.ts";
import { MemoryStore } from "../../support/memory-store.ts";
import { desiredOf, key } from "../../support/worlds.ts";
import { wish } from "./scene.ts";

const product = new MemoryProduct();
const crew = (n: number) => `crew:${n}` as PersonKey;
let store: MemoryStore;
let lease: Lease;
beforeEach(async () => {
	store = new MemoryStore();
	lease = (await store.acquire(product.id, "test", 60_000))!;
});
const link = (person: PersonKey, account: string, origin: LinkOrigin) => store.link(lease, product.id, person, account as never, origin);
const disputed = async (...people: ReturnType<typeof wish>[]) => {
	await dispute({ store, product }, lease, { desired: desiredOf(people) } as unknown as Planned);
	return [...(await store.origins(product.id))].flatMap(([person, origin]) => (origin === "disputed" ? [person] : []));
};

test("whose link is only a merged one is disputed, with all of their keys; whoever has the account by another way keeps it", async () => {
	await link(key(1), "acc1", "created");
	for (const each of [crew(1), crew(2), crew(3)]) await link(each, "acc1", "merged");
	expect(await disputed(wish(1, { aliases: [crew(1)] }), { ...wish(2, { aliases: [crew(3)] }), person: crew(2) })).toEqual([
		crew(2),
		crew(3),
	]);
});
test("nobody is disputed while one person has an account, or nobody has one", async () => {
	await link(key(1), "acc1", "adopted");
	await link(crew(1), "acc1", "merged");
	expect(await disputed(wish(1, { aliases: [crew(1)] }), wish(2), wish(3))).toEqual([]);
});
test("nobody is disputed while it is not clear whose account it is", async () => {
	for (const each of [key(1), crew(2)]) await link(each, "acc1", "merged");
	expect(await disputed(wish(1), { ...wish(2), person: crew(2) })).toEqual([]);
	await link(key(1), "acc1", "merged");
	await link(crew(2), "acc2", "created");
	expect(await disputed(wish(1), { ...wish(2), person: crew(2) })).toEqual([]);
});
