import base from "./jest.config.js";

/** `npm run test:live`: against real servers, which the first test file to need one starts and the teardown stops. */
export default {
	...base,
	testMatch: ["<rootDir>/test/live/**/*.test.ts"],
	testPathIgnorePatterns: ["/node_modules/", "<rootDir>/dist/"],
	globalSetup: "<rootDir>/test/live/setup.ts",
	globalTeardown: "<rootDir>/test/live/teardown.ts",
	maxWorkers: 1,
	testTimeout: 300_000,
};
