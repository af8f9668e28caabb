import demoFiles from "afterglow:demo-files";
import sdkExtras from "afterglow:extras";
import sdkScript from "afterglow:script";

interface BuiltFile {
  readonly text: string;
  /** Of its content: stands in its immutable address. */
  readonly hash: string;
  readonly etag: string;
}

/** The built script of the tag. */
export const SCRIPT: BuiltFile = sdkScript;

/** What the tag's script loads when an attribute asks for it. */
export const EXTRAS: BuiltFile = sdkExtras;

/** The demo site's files by name. */
export const DEMO_FILES: Readonly<Record<string, string>> = demoFiles;
