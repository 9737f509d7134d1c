import type { ProductConfig } from "../../../config/schema.ts";
import { bamboo } from "./bamboo.ts";
import { bitbucket } from "./bitbucket.ts";
import type { ProductCard } from "./card.ts";
import { cloud } from "./cloud.ts";
import { confluence } from "./confluence.ts";
import { crowd } from "./crowd.ts";
import { fisheye } from "./fisheye.ts";
import { jira } from "./jira.ts";

/** A product without a card is a type error. */
export const PRODUCT_CARDS: { readonly [Kind in ProductConfig["kind"]]: ProductCard } = {
	bamboo,
	bitbucket,
	cloud,
	confluence,
	crowd,
	fisheye,
	jira,
};
