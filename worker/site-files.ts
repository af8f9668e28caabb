import demoFiles from "afterglow:demo-files";
import sdkScript from "afterglow:script";

/** The built script of the tag, and the hash of its content that stands in its immutable address. */
export const SCRIPT: { readonly text: string; readonly hash: string; readonly etag: string } = sdkScript;

/** The demo site's files by name. */
export const DEMO_FILES: Readonly<Record<string, string>> = demoFiles;
