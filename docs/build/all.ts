import { writeCommandPages } from "./commands.ts";
import { writeConfigPages } from "./config.ts";
import { writeDirectories } from "./directories.ts";
import { writeProducts } from "./products.ts";

/** `npm run docs`: writes every generated page. A test fails when one of them is not what the code says. */
await Promise.all([writeConfigPages(), writeCommandPages(), writeDirectories(), writeProducts()]);
