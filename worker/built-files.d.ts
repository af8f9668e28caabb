/** Made by `scripts/build.ts` and bundled into the Worker. */
declare module "afterglow:script" {
  const script: { readonly text: string; readonly hash: string; readonly etag: string };
  export default script;
}

declare module "afterglow:extras" {
  const extras: { readonly text: string; readonly hash: string; readonly etag: string };
  export default extras;
}

declare module "afterglow:demo-files" {
  const files: Readonly<Record<string, string>>;
  export default files;
}
