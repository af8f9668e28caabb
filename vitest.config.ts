import { readFileSync } from "node:fs";

import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const { compatibilityDate } = { compatibilityDate: dateOf("wrangler.toml") };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "core",
          include: [
            "test/shared/**/*.test.ts",
            "test/sdk/**/*.test.ts",
            "test/scripts/**/*.test.ts",
            "test/vectors/**/*.test.ts",
          ],
          // Properties run long on a busy machine; a hang still ends.
          testTimeout: 120_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: "./dist/worker.js",
            miniflare: {
              compatibilityDate,
              durableObjects: {
                CONTACT: { className: "Contact", useSQLite: true },
                DIRECTORY: { className: "Directory", useSQLite: true },
                INDEX: { className: "ContactIndex", useSQLite: true },
                DELIVERIES: { className: "Deliveries", useSQLite: true },
                MODELS: { className: "Models", useSQLite: true },
                SITES: { className: "Sites", useSQLite: true },
              },
              // Three a minute: the limit of wrangler.toml would take a minute to reach.
              ratelimits: { TEST_LIMIT: { namespace_id: "1", simple: { limit: 3, period: 60 } } },
              bindings: {
                WRITE_KEY: "wk_test",
                SECRET_KEY: "sk_test",
                SIGNING_KEY: "signs-the-keys-of-sites-in-tests",
                EXPLAIN_TO_VISITORS: "1",
                // The receivers of tests are on this machine.
                ALLOW_PRIVATE_DESTINATIONS: "1",
              },
            },
          }),
        ],
        // A busy machine takes its time; a hang still ends.
        test: {
          name: "worker",
          include: ["test/worker/**/*.test.ts"],
          globalSetup: ["test/support/webhook-receivers.ts"],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/{e2e,clients}/**/*.test.ts", "test/faults/{killed,collector}-*.test.ts"],
          // Two cores: one browser and one workerd at a time.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // In the engine that AFTERGLOW_ENGINE names, else in Chromium.
          name: "engines",
          include: ["test/engines/**/*.test.ts", "test/faults/**/*.test.ts"],
          exclude: ["test/faults/{killed,collector}-*.test.ts"],
          fileParallelism: false,
          // A browser that starts three times on a busy machine; a hang still ends.
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

function dateOf(file: string): string {
  return /compatibility_date = "([^"]+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
}
