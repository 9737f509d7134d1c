import { hash } from "node:crypto";
import type { Digest } from "./model.ts";

/** 32 hexadecimal digits of the SHA-256 of the value's JSON. Arrays keep their order; sort first what has none. */
export const digestOf = (value: unknown): Digest => digestOfText(JSON.stringify(value));

export const digestOfText = (text: string): Digest => hash("sha256", text, "hex").slice(0, 32) as Digest;

/** By UTF-16 code unit: the same everywhere, whatever the machine's locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
